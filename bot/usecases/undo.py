"""Undo: take back an action, on one alert or on several, within a time. Undoing an undo redoes.

By who did it, or by an administrator. Of an action on several alerts each stands alone: an alert on which a field has
changed since stays as it is, and the others are taken back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.alerts.alert import Alert, Decision
from bot.alerts.errors import NotAvailable, Refused
from bot.alerts.history import Entry, Kind
from bot.alerts.incident import IncidentKind
from bot.alerts.outcome import Left, Outcome
from bot.alerts.people import ActorKind, Person
from bot.alerts.ports import UnitOfWork
from bot.usecases import incidents
from bot.usecases.acting import Act, Done, perform
from bot.usecases.bulk import each
from bot.usecases.incidents import IncidentAct
from bot.usecases.permission import may, require
from bot.usecases.read import alert_view, people_in
from bot.usecases.showing import show_back
from bot.usecases.taking_back import take_back
from bot.usecases.visibility import Reader, require_visible, settled


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoing:
    """Somebody wants to take something back: whose, if not their own, and how long after it one may."""

    by: Person
    reader: Reader
    at: datetime
    within: timedelta
    #: The Entra object id of who did it; None for oneself.
    whose: str | None = None
    key: str | None = None

    @property
    def doer(self) -> str:
        return self.whose or self.by.object_id

    def act(self, alert: int) -> Act:
        return Act(alert=alert, by=self.by, reader=self.reader, at=self.at)


def undo_step(uow: UnitOfWork, undoing: Undoing, act: Act) -> Done:
    """Take back the last step of somebody on one alert, and on no other that was part of the same action.

    Raises NotAvailable, and Refused: "nothingToUndo", "notYours", "undoTooLate", "alreadyUndone", "changedSince".
    """

    def decide(alert: Alert) -> Decision:
        entry = _last_step(uow, alert, undoing)
        if entry is None:
            raise Refused("nothingToUndo")
        _check(uow, undoing, entry)
        return take_back(uow, alert, entry)

    return _perform(uow, act, decide)


def undo_last(uow: UnitOfWork, undoing: Undoing) -> Outcome:
    """Take back the whole of somebody's last action, wherever it was. Raises as `undo_action` does."""
    entry = uow.history.last_of(undoing.doer)
    if entry is None:
        raise Refused("nothingToUndo")
    return undo_action(uow, undoing, entry.action)


def undo_action(uow: UnitOfWork, undoing: Undoing, name: str) -> Outcome:
    """Take back the whole of an action by its name.

    Raises NotAvailable where one may not see one of its alerts, and Refused where nothing of it can be taken back.
    """
    entries = uow.history.action(name)
    if not entries:
        raise NotAvailable(f"action {name}")
    undoing = replace(undoing, reader=settled(uow, undoing.reader))
    for entry in entries:
        require_visible(uow, entry.alert, undoing.reader)
    require(uow, undoing.reader, "undo")
    if undoing.key is not None and not uow.presses.first_time(undoing.key, undoing.at):
        return _before(uow, undoing)
    _check(uow, undoing, entries[0])
    is_own = undoing.whose is None and entries[0].actor.id == undoing.by.object_id
    if is_own and (incident := _incident_of(uow, entries[0])) is not None:
        return _undo_in(uow, undoing, incident, entries)
    of_alert: dict[int, list[Entry]] = {}
    for entry in sorted(entries, key=lambda entry: entry.revision):
        of_alert.setdefault(entry.alert, []).append(entry)

    def one(uow: UnitOfWork, act: Act) -> Done:
        # Where there are several of one alert, the newest comes back first.
        return _perform(uow, act, lambda alert: take_back(uow, alert, of_alert[alert.number].pop()))

    outcome = each(uow, [undoing.act(entry.alert) for entry in entries], one)
    if not outcome.entries:
        raise outcome.left[0].why
    return outcome


def last_action(uow: UnitOfWork, person: str) -> tuple[Entry, ...]:
    """The entries of somebody's last action; none where they did nothing yet."""
    entry = uow.history.last_of(person)
    return uow.history.action(entry.action) if entry is not None else ()


def _incident_of(uow: UnitOfWork, entry: Entry) -> int | None:
    """The incident on which somebody's last step was this; then it is taken back there, with what else it was."""
    alert = uow.alerts.get(entry.alert)
    moved = [number for change in entry.changes if change.field == "incident" for number in (change.new, change.old)]
    for number in dict.fromkeys([alert.incident, *moved]):
        step = uow.incidents.last_by(number, entry.actor.id) if isinstance(number, int) else None
        if step is None or step.kind is IncidentKind.LINKED:
            continue
        if (entry.alert, entry.revision) in step.touched:
            return step.incident
    return None


def _undo_in(uow: UnitOfWork, undoing: Undoing, incident: int, entries: Sequence[Entry]) -> Outcome:
    act = IncidentAct(incident=incident, by=undoing.by, reader=undoing.reader, at=undoing.at)
    done = incidents.undo(uow, act)
    touched = done.entry.touched if done.entry is not None else ()
    back = [uow.history.entry(number, revision) for number, revision in touched if number > 0]
    outcome = outcome_of(uow, [entry for entry in back if entry is not None])
    left = {entry.alert for entry in entries} - {entry.alert for entry in outcome.entries}
    why = Refused("changedSince", field=entries[0].changes[0].field if entries[0].changes else "")
    stayed = tuple(Left(number, why, alert_view(uow, number, undoing.reader)) for number in sorted(left))
    return replace(outcome, left=stayed, repeated=False)


def _before(uow: UnitOfWork, undoing: Undoing) -> Outcome:
    """What the same press did when it came first."""
    return outcome_of(uow, last_action(uow, undoing.by.object_id))


def outcome_of(uow: UnitOfWork, entries: Sequence[Entry]) -> Outcome:
    """The outcome of an action that took effect before, for who repeats the press."""
    alerts_now = tuple(uow.alerts.get(entry.alert) for entry in entries)
    people = uow.people.many(people_in(entries))
    return Outcome(alerts=alerts_now, entries=tuple(entries), people=people, repeated=True)


def _last_step(uow: UnitOfWork, alert: Alert, undoing: Undoing) -> Entry | None:
    """One's own, or a rule's where that came later; of somebody who is named, theirs."""
    if undoing.whose is None:
        return uow.history.last_by(alert.number, undoing.doer)
    entries = reversed(uow.history.since(alert.number, 0))
    return next((entry for entry in entries if entry.actor.id == undoing.whose), None)


def _check(uow: UnitOfWork, undoing: Undoing, entry: Entry) -> None:
    """Whether somebody may take an entry back, and it is not too late.

    Rules, and which of two sides was later, have no say in it, nor is it ever late.
    """
    if entry.actor.kind is ActorKind.RULE or entry.kind is Kind.OVERRULED:
        return
    if entry.actor.kind not in (ActorKind.PERSON, ActorKind.API):
        raise Refused("nothingToUndo")
    if entry.actor.id != undoing.by.object_id and not may(uow, undoing.reader, "undoOthers"):
        raise Refused("notYours", who=entry.actor.name)
    if undoing.at - entry.at > undoing.within:
        raise Refused("undoTooLate", within=undoing.within)


def _perform(uow: UnitOfWork, act: Act, decide: Callable[[Alert], Decision]) -> Done:
    done = perform(uow, act, "undo", decide)
    if done.entry is not None and done.entry.undoes is not None:
        _mark(uow, done.alert, done.entry.undoes, act)
    return done


def _mark(uow: UnitOfWork, alert: Alert, revision: int, act: Act) -> None:
    """Remember that a rule's action does not stand any more, or stands again; what it hid is to be seen again."""
    undone, entry = True, uow.history.entry(alert.number, revision)
    while entry is not None and entry.actor.kind is not ActorKind.RULE and entry.undoes is not None:
        undone, entry = not undone, uow.history.entry(alert.number, entry.undoes)
    if entry is not None and entry.actor.kind is ActorKind.RULE:
        uow.rule_acts.mark(alert.number, entry.revision, undone=undone)
        if not alert.is_hidden:
            show_back(uow, [alert], act.at)
