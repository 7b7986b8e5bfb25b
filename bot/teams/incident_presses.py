"""Presses on the card of an incident: its views and forms, and what they do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.alerts.errors import Refused
from bot.alerts.people import GROUP
from bot.alerts.ports import UnitOfWork
from bot.teams.identity import arrive
from bot.teams.pressed import Pressed, reason_of
from bot.teams.screens import Frame, Json, Screen
from bot.usecases import incidents
from bot.usecases.incident_views import incident_history, incident_view, mergeable
from bot.usecases.incidents import IncidentAct, IncidentDone
from bot.usecases.visibility import Reader
from cards.buttons import ME, NOBODY, Listing, OpenedFrom, Press, Step
from cards.incident import render_incident, render_incident_history
from cards.incident_forms import (
    render_incident_assign_form,
    render_incident_comment_form,
    render_incident_resolve_form,
    render_merge_form,
    render_rename_form,
)
from cards.language import Language


@dataclass(frozen=True, slots=True)
class _Change:
    """What a step does, and whether a press has all that it needs for it."""

    run: Callable[[UnitOfWork, IncidentAct, Press], IncidentDone]
    is_complete: Callable[[Press], bool]


def is_complete(press: Press) -> bool:
    """Whether it says what shall be done; else it asks for a view or a form."""
    change = _CHANGES.get(press.task) if press.task is not None else None
    return change is not None and change.is_complete(press)


def handle(uow: UnitOfWork, pressed: Pressed) -> Screen:
    """Do it, once however often the press is repeated, and show what has become of the incident."""
    press, step = pressed.press, pressed.press.task
    reader = arrive(uow, pressed.activity, pressed.person, pressed.at)
    act = IncidentAct(
        incident=number_of(press), by=pressed.person, reader=reader, at=pressed.at, rev=press.rev, key=pressed.key()
    )
    if step is None:
        raise Refused("badPress", field="task", why="Field required")
    done = _CHANGES[step].run(uow, act, press)
    screen = shown(uow, done.incident.number, reader)
    if not done.left:
        return screen
    return lambda f: screen(f.saying(_left(f.lang, done.left)))


def _left(lang: Language, count: int) -> str:
    return lang.n("{count} alert has changed since and stays.", "{count} alerts have changed since and stay.", count)


def look(uow: UnitOfWork, press: Press, reader: Reader) -> Screen:
    """A view or a form. Raises NotAvailable."""
    number = number_of(press)
    if press.task is None or press.task is Step.UNDO:
        shared = press.opened_from if press.listing is Listing.SHARED else None
        return shown(uow, number, reader, press.page or 0, shared)
    if press.task is Step.HISTORY:
        history = incident_history(uow, number, reader)
        return lambda f: render_incident_history(history, lang=f.lang, now=f.now, nonce=f.nonce, notice=f.notice)
    if press.task is Step.MERGE:
        merge = mergeable(uow, number, reader)
        return lambda f: render_merge_form(merge, lang=f.lang, nonce=f.nonce)
    view, render = incident_view(uow, number, reader), _FORMS[press.task]
    return lambda f: render(view, lang=f.lang, nonce=f.nonce)


def shown(uow: UnitOfWork, number: int, reader: Reader, page: int = 0, shared: OpenedFrom | None = None) -> Screen:
    view = incident_view(uow, number, reader, page)

    def screen(f: Frame) -> Json:
        return render_incident(
            view, lang=f.lang, now=f.now, nonce=f.nonce, notice=f.notice, link_hosts=f.link_hosts, shared=shared
        )

    return screen


def number_of(press: Press) -> int:
    if press.case is None:
        raise Refused("badPress", field="case", why="Field required")
    return press.case


def _assign(uow: UnitOfWork, act: IncidentAct, press: Press) -> IncidentDone:
    to = (press.to or "").strip()
    if group := " ".join((press.name or "").split()):
        return incidents.assign(uow, act, GROUP + group)
    if not to:
        raise Refused("badPress", field="to", why="choose somebody")
    return incidents.assign(uow, act, {ME: act.by.object_id, NOBODY: None}.get(to, to.lower()))


def _resolve(uow: UnitOfWork, act: IncidentAct, press: Press) -> IncidentDone:
    classification, determination = press.verdict() or (None, "")
    return incidents.resolve(uow, act, press.comment or "", classification, determination)


def _merge(uow: UnitOfWork, act: IncidentAct, press: Press) -> IncidentDone:
    wanted = (press.incident or "").strip()
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 16):
        raise Refused("badPress", field="incident", why="an incident's number")
    return incidents.merge(uow, act, int(wanted), reason_of(press), press.comment or "")


_CHANGES: Mapping[Step, _Change] = {
    Step.RENAME: _Change(
        lambda uow, act, press: incidents.rename(uow, act, press.name or ""), lambda press: press.name is not None
    ),
    Step.ASSIGN: _Change(_assign, lambda press: press.to is not None or press.name is not None),
    Step.COMMENT: _Change(
        lambda uow, act, press: incidents.comment(uow, act, press.comment or ""),
        lambda press: press.comment is not None,
    ),
    Step.RESOLVE: _Change(_resolve, lambda press: press.comment is not None),
    Step.MERGE: _Change(_merge, lambda press: press.incident is not None),
    Step.UNDO: _Change(lambda uow, act, _press: incidents.undo(uow, act), lambda _press: True),
}

_FORMS: Mapping[Step, Callable[..., Json]] = {
    Step.RENAME: render_rename_form,
    Step.ASSIGN: render_incident_assign_form,
    Step.COMMENT: render_incident_comment_form,
    Step.RESOLVE: render_incident_resolve_form,
}
