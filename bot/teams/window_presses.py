"""Presses on maintenance windows: look at one or at all, and end one."""

from bot.alerts.errors import Refused
from bot.alerts.ports import UnitOfWork
from bot.teams.identity import arrive
from bot.teams.pressed import Pressed
from bot.teams.screens import Screen
from bot.usecases import maintenance
from bot.usecases.permission import require
from bot.usecases.visibility import Reader
from cards.maintenance import render_window, render_windows


def look(uow: UnitOfWork, pressed: Pressed, reader: Reader) -> Screen:
    """Raises NotAvailable."""
    if pressed.press.window is None:
        listed = maintenance.listed(uow, reader)
        return lambda f: render_windows(listed, lang=f.lang, now=f.now, nonce=f.nonce)
    view = maintenance.look(uow, pressed.press.window, reader)
    return lambda f: render_window(view, lang=f.lang, now=f.now, nonce=f.nonce, notice=f.notice)


def end(uow: UnitOfWork, pressed: Pressed) -> Screen:
    """End it, once however often the press is repeated. Raises NotAvailable and Refused."""
    reader = arrive(uow, pressed.activity, pressed.person, pressed.at)
    require(uow, reader, pressed.verb)
    number, key = pressed.press.window, pressed.key()
    if number is None:
        raise Refused("badPress", field="window", why="Field required")
    if key is not None and not uow.presses.first_time(key, pressed.at):
        return look(uow, pressed, reader)
    view = maintenance.end(uow, number, reader)
    return lambda f: render_window(view, lang=f.lang, now=f.now, nonce=f.nonce, notice=f.lang.t("It is over now."))
