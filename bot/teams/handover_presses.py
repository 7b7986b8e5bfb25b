"""Presses on a handover: take over from somebody, leave a note, say that one was read."""

from dataclasses import replace

from bot.alerts.errors import Refused
from bot.alerts.handover import Period
from bot.alerts.ports import UnitOfWork
from bot.teams.identity import arrive
from bot.teams.pressed import Pressed
from bot.teams.screens import Screen, of_outcome
from bot.usecases import handover, handover_notes
from bot.usecases.permission import require
from bot.usecases.visibility import Reader
from cards.buttons import Press
from cards.handover import READ, TAKE, WRITE, read_token, render_handover, render_note_form


def is_complete(press: Press) -> bool:
    return press.do in {TAKE, READ} or (press.do == WRITE and press.comment is not None)


def look(uow: UnitOfWork, pressed: Pressed, reader: Reader) -> Screen:
    """The handover, or the form for a note."""
    require(uow, reader, "handover")
    period = _period(uow, pressed.press, reader)
    if pressed.press.do == WRITE:
        return lambda f: render_note_form(period, lang=f.lang, nonce=f.nonce)
    view = handover.view_of(uow, reader, period)
    return lambda f: render_handover(view, lang=f.lang, now=f.now, nonce=f.nonce, notice=f.notice)


def do(uow: UnitOfWork, pressed: Pressed) -> Screen:
    """Once however often the press is repeated. Raises NotAvailable and Refused."""
    reader, press = arrive(uow, pressed.activity, pressed.person, pressed.at), pressed.press
    if press.do == TAKE:
        if not press.to:
            raise Refused("badPress", field="to", why="Field required")
        return of_outcome(handover.take_over(uow, reader, pressed.person, press.to.lower(), pressed.key()))
    key = pressed.key()
    if key is None or uow.presses.first_time(key, pressed.at):
        if press.do == READ:
            if press.note is None:
                raise Refused("badPress", field="note", why="Field required")
            handover_notes.read(uow, press.note, reader)
        else:
            handover_notes.write(uow, reader, pressed.person, press.comment or "")
    return look(uow, _without(pressed), reader)


def _without(pressed: Pressed) -> Pressed:
    """The same handover, with nothing to be done."""
    return replace(pressed, press=Press(moment=pressed.press.moment, nonce=pressed.press.nonce))


def _period(uow: UnitOfWork, press: Press, reader: Reader) -> Period:
    return read_token(press.moment or "") or handover.own_period(uow, reader)
