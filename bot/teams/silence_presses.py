"""The list of silences: asked for in words or by a button, turned, and one of them lifted."""

from bot.alerts.errors import Refused
from bot.alerts.ports import UnitOfWork
from bot.teams.identity import arrive
from bot.teams.orders import Said
from bot.teams.pressed import Pressed
from bot.teams.screens import Screen
from bot.usecases import silence_list
from bot.usecases.visibility import Reader
from cards.buttons import Press
from cards.silence_list import LIFT, render_silences


def silences(uow: UnitOfWork, said: Said) -> Screen | str:
    """`silences`, or `silences 2` for the second page. Raises Refused."""
    words = said.command.rest.strip()
    if words and not (words.isdecimal() and len(words) < 6):
        return said.lang.t("“silences” lists those that stand; “silences 2” is the second page.")
    return _page(uow, said.reader, int(words) - 1 if words and int(words) else 0)


def look(uow: UnitOfWork, pressed: Pressed, reader: Reader) -> Screen:
    return _page(uow, reader, pressed.press.page or 0)


def lifts(press: Press) -> bool:
    return press.do == LIFT


def lift(uow: UnitOfWork, pressed: Pressed) -> Screen:
    """Raises NotAvailable where it is over already, and Refused."""
    reader = arrive(uow, pressed.activity, pressed.person, pressed.at)
    if not pressed.press.silence:
        raise Refused("badPress", field="silence", why="Field required")
    silence_list.lift(uow, reader, pressed.press.silence, by=pressed.person, key=pressed.key())
    return _page(uow, reader, pressed.press.page or 0)


def _page(uow: UnitOfWork, reader: Reader, page: int) -> Screen:
    view = silence_list.listed(uow, reader, page)
    return lambda f: render_silences(view, lang=f.lang, now=f.now, nonce=f.nonce, notice=f.notice)
