"""Presses on a page with several alerts: take all that wait, or have the next one asked about all of them."""

from bot.alerts.errors import NotAvailable, Refused
from bot.alerts.ports import UnitOfWork
from bot.teams.identity import arrive
from bot.teams.pressed import Pressed
from bot.teams.screens import Screen, of_outcome
from bot.usecases.acting import Act, Done
from bot.usecases.assign import assign
from bot.usecases.bulk import each
from bot.usecases.escalations import escalate
from bot.usecases.paging_views import page_view
from bot.usecases.permission import require
from bot.usecases.visibility import Reader, settled
from cards.paging import render_page


def look(uow: UnitOfWork, pressed: Pressed, reader: Reader) -> Screen:
    """Raises NotAvailable."""
    require(uow, reader, "page")
    view = page_view(uow, _number(pressed), reader)
    return lambda f: render_page(view, lang=f.lang, now=f.now, nonce=f.nonce, notice=f.notice)


def handle(uow: UnitOfWork, pressed: Pressed) -> Screen:
    """Once however often the press is repeated. Raises NotAvailable and Refused."""
    reader = settled(uow, arrive(uow, pressed.activity, pressed.person, pressed.at))
    page_view(uow, _number(pressed), reader)
    do = {"take": _take, "pass": escalate}.get(pressed.press.do or "")
    if do is None:
        raise Refused("badPress", field="do", why="unknown value")
    require(uow, reader, "assign" if pressed.press.do == "take" else "escalate")
    key = pressed.key()
    if key is not None and not uow.presses.first_time(key, pressed.at):
        return look(uow, pressed, reader)
    waiting = uow.pages.waiting(_number(pressed))
    acts = [Act(alert=number, by=pressed.person, reader=reader, at=pressed.at) for number in waiting]
    outcome = each(uow, acts, do)
    return of_outcome(outcome) if outcome.entries or outcome.left else look(uow, pressed, reader)


def _take(uow: UnitOfWork, act: Act) -> Done:
    return assign(uow, act, act.by.object_id)


def _number(pressed: Pressed) -> int:
    if pressed.press.call is None:
        raise NotAvailable("page")
    return pressed.press.call
