"""What people do to incidents. Each step is one entry of the incident's history, and one of each alert that it changes;
all of them are undone as one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.alerts import alert as alerts
from bot.alerts import incident as incidents
from bot.alerts.alert import Alert, Decision
from bot.alerts.conversation import Scope, Subject
from bot.alerts.errors import Refused
from bot.alerts.history import Change, action_name
from bot.alerts.incident import AT_ONCE, Incident, IncidentEntry, IncidentKind
from bot.alerts.people import GROUP_LENGTH, Actor, Person, Way, name_of_group
from bot.alerts.ports import UnitOfWork
from bot.alerts.words import UNDETERMINED, Classification
from bot.usecases.acting import record
from bot.usecases.incident_finding import visible_incident
from bot.usecases.permission import require
from bot.usecases.showing import show_changed
from bot.usecases.taking_back import take_back
from bot.usecases.visibility import Reader

Touched = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentAct:
    """Somebody wants to do something to an incident.

    `rev` is the revision that they saw, None where they saw none (a command). `key` makes it take effect once.
    """

    incident: int
    by: Person
    reader: Reader
    at: datetime
    rev: int | None = None
    key: str | None = None
    #: Who it is, and by which way, where it is no person in a chat.
    actor: Actor | None = None
    way: Way = Way.CHAT


@dataclass(frozen=True, slots=True)
class IncidentDone:
    """The incident afterwards, and the entry made; no entry where the same press had taken effect before.

    `left` counts alerts that stayed as they are, because somebody had changed them since.
    """

    incident: Incident
    entry: IncidentEntry | None
    left: int = 0


def open_incident(uow: UnitOfWork, name: str, *, by: Actor, way: Way, at: datetime) -> int:
    """A new incident, with the first entry of its history. Without a name it is called like its worst alert."""
    number = uow.incidents.create("", at)
    changes = (Change("name", "", name),) if name else ()
    first = IncidentEntry(
        incident=number, revision=1, at=at, actor=by, way=way, kind=IncidentKind.CREATED, changes=changes
    )
    uow.incidents.save(incidents.apply(Incident(number=number, name="", created_at=at), first), first)
    return number


def rename(uow: UnitOfWork, act: IncidentAct, name: str) -> IncidentDone:
    def do(incident: Incident, _scope: Scope) -> IncidentDone:
        # What its source calls it is not shown to everybody, and is its name all the same.
        was = replace(incident, name=uow.incidents.get(incident.number).name)
        return _keep(uow, act, incident, IncidentKind.RENAMED, incidents.rename(was, name))

    return _step(uow, act, "link", do, touches="name")


def comment(uow: UnitOfWork, act: IncidentAct, text: str) -> IncidentDone:
    def do(incident: Incident, _scope: Scope) -> IncidentDone:
        note = incidents.note_of(text)
        if not note:
            raise Refused("emptyComment")
        return _keep(uow, act, incident, IncidentKind.COMMENTED, comment=note)

    return _step(uow, act, "comment", do)


def assign(uow: UnitOfWork, act: IncidentAct, to: str | None) -> IncidentDone:
    """Who leads it, a person or a group; its open alerts get the same assignee."""
    group = name_of_group(to or "")
    if len(group) > GROUP_LENGTH:
        raise Refused("longName", limit=GROUP_LENGTH)
    if to is not None and not group and to != act.by.object_id and to not in uow.people.many([to]):
        raise Refused("unknownPerson", person=to)

    def do(incident: Incident, scope: Scope) -> IncidentDone:
        meant = [alert for alert in _open_alerts(uow, incident.number, scope) if alert.assignee != to]
        changes = incidents.lead(incident, to)
        if not changes and not meant:
            raise Refused("alreadyAssigned" if to else "alreadyUnassigned", assignee=to)
        touched = _all(uow, act, meant, lambda alert: alerts.assign(alert, to))
        return _keep(uow, act, incident, IncidentKind.ASSIGNED, changes, touched=touched)

    return _step(uow, act, "assign", do, touches="assignee")


def resolve(
    uow: UnitOfWork,
    act: IncidentAct,
    note: str,
    classification: Classification | None = None,
    determination: str = UNDETERMINED,
) -> IncidentDone:
    """Resolve all its open alerts, with a note that says why."""

    def do(incident: Incident, scope: Scope) -> IncidentDone:
        text = incidents.note_of(note, required=True)
        meant = _open_alerts(uow, incident.number, scope)
        if not meant:
            raise Refused("incidentResolved")
        touched = _all(uow, act, meant, lambda alert: alerts.resolve(alert, classification, determination))
        return _keep(uow, act, incident, IncidentKind.RESOLVED, comment=text, touched=touched)

    return _step(uow, act, "resolve", do)


def merge(uow: UnitOfWork, act: IncidentAct, other: int, reason: str = "", note: str = "") -> IncidentDone:
    """Take all alerts of another incident into this one; the other one is part of this one from then on."""

    def do(incident: Incident, scope: Scope) -> IncidentDone:
        text = incidents.note_of(note)
        if other == incident.number:
            raise Refused("sameIncident")
        if not uow.incidents.in_scope(other, scope):
            raise Refused("unknownIncident", incident=other)
        gone = uow.incidents.get(other)
        meant = _all_alerts(uow, uow.incidents.alerts(other, limit=AT_ONCE + 1), scope)
        touched = _all(uow, act, meant, lambda alert: alerts.link(alert, incident.number, reason))
        part = Change("merged_into", gone.merged_into, incident.number)
        gone = _keep(uow, act, gone, IncidentKind.MERGED, (part,)).incident
        _at_source(uow, incident, gone, act.at)
        # The other one's entry is undone with this one, and is told from an alert's by its sign.
        touched = (*touched, (-other, gone.revision))
        return _keep(uow, act, incident, IncidentKind.MERGED, comment=text, touched=touched)

    return _step(uow, act, "link", do)


def _at_source(uow: UnitOfWork, incident: Incident, gone: Incident, at: datetime) -> None:
    """Where a source has but one of two that are merged, that one is both; it has yet to hear of the other."""
    if gone.source and not incident.source:
        uow.incidents.swap_at_source(incident.number, gone.number)
        uow.incident_mirrors.want_all(incident, gone.source, at)
    elif incident.source and not gone.source:
        uow.incident_mirrors.want_all(gone, incident.source, at)
    uow.incident_mirrors.try_again(gone.number, at)


def note_link(uow: UnitOfWork, act: IncidentAct, alert: int, revision: int, text: str) -> None:
    """The incident's own history says, too, that somebody put an alert into it, by an entry of the alert's."""
    incident = uow.incidents.get(act.incident)
    _keep(uow, act, incident, IncidentKind.LINKED, comment=text.strip(), touched=((alert, revision),))


def undo(uow: UnitOfWork, act: IncidentAct) -> IncidentDone:
    """Take back one's own last step, with all that it changed on alerts. Undoing an undo redoes."""

    def do(incident: Incident, scope: Scope) -> IncidentDone:
        entry = uow.incidents.last_by(incident.number, act.by.object_id)
        if entry is None or entry.kind is IncidentKind.CREATED:
            raise Refused("nothingToUndo")
        incident = uow.incidents.get(incident.number)  # with the name that its source gave it
        changes = incidents.inverse(incident, entry)
        touched: list[tuple[int, int]] = []
        for one in entry.touched:
            back = _undo_touched(uow, act, one, scope, _batch(touched))
            touched += [back] if back is not None else []
        if entry.touched and not changes and not touched:
            raise Refused("changedSince", field="status")
        done = _keep(uow, act, incident, IncidentKind.UNDONE, changes, undoes=entry.revision, touched=tuple(touched))
        return IncidentDone(done.incident, done.entry, left=len(entry.touched) - len(touched))

    return _step(uow, act, "undo", do)


def _step(
    uow: UnitOfWork,
    act: IncidentAct,
    verb: str,
    do: Callable[[Incident, Scope], IncidentDone],
    *,
    touches: str = "",
) -> IncidentDone:
    """Run a step for which the actor needs the permission role of a verb.

    `touches` names the field that it would change. Raises NotAvailable, or Refused with the reason: "changedBy" says
    who was faster.
    """
    incident, scope = visible_incident(uow, act.incident, act.reader)
    require(uow, act.reader, verb)
    if act.key is not None and not uow.presses.first_time(act.key, act.at):
        return IncidentDone(incident, None)
    if touches and act.rev is not None and act.rev < incident.revision:
        _refuse_lost_race(uow, incident, act.rev, touches)
    return do(incident, scope)


def _refuse_lost_race(uow: UnitOfWork, incident: Incident, rev: int, touches: str) -> None:
    for entry in uow.incidents.entries(incident.number, limit=incident.revision - rev):
        if any(change.field == touches for change in entry.changes):
            raise Refused("changedBy", who=entry.actor.name, when=entry.at)


def _keep(
    uow: UnitOfWork,
    act: IncidentAct,
    incident: Incident,
    kind: IncidentKind,
    changes: tuple[Change, ...] = (),
    *,
    comment: str = "",
    undoes: int | None = None,
    touched: Touched = (),
) -> IncidentDone:
    entry = IncidentEntry(
        incident=incident.number,
        revision=incident.revision + 1,
        at=act.at,
        actor=act.actor or Actor.person(act.by),
        way=act.way,
        kind=kind,
        changes=changes,
        comment=comment,
        undoes=undoes,
        touched=touched,
    )
    after = incidents.apply(incident, entry)
    uow.incidents.save(after, entry)
    uow.incident_mirrors.want(uow.incidents.get(after.number), entry)
    uow.cards.raise_wanted(Subject.INCIDENT, incident.number, at=act.at)
    return IncidentDone(after, entry)


def _open_alerts(uow: UnitOfWork, incident: int, scope: Scope) -> list[Alert]:
    return _all_alerts(uow, uow.incidents.alerts(incident, limit=AT_ONCE + 1, is_open=True), scope)


def _all_alerts(uow: UnitOfWork, numbers: Sequence[int], scope: Scope) -> list[Alert]:
    """Refused as a whole where one of them may not be seen here, or where there are too many."""
    if len(numbers) > AT_ONCE:
        raise Refused("manyAlerts", limit=AT_ONCE)
    for number in numbers:
        _visible(uow, number, scope)
    return [uow.alerts.get(number) for number in numbers]


def _visible(uow: UnitOfWork, number: int, scope: Scope) -> None:
    if not uow.alerts.in_scope(number, scope):
        raise Refused("partlyHidden")


def _all(uow: UnitOfWork, act: IncidentAct, meant: Sequence[Alert], decide: Callable[[Alert], Decision]) -> Touched:
    """Entries of one action, as for any other on several alerts."""
    touched: list[tuple[int, int]] = []
    for alert in meant:
        touched.append(_one(uow, act, alert, decide(alert), _batch(touched)))
    return tuple(touched)


def _batch(touched: Sequence[tuple[int, int]]) -> str:
    """The name of the action whose entries on alerts these are; empty while there are none."""
    return next((action_name(number, revision) for number, revision in touched if number > 0), "")


def _one(uow: UnitOfWork, act: IncidentAct, alert: Alert, decision: Decision, batch: str) -> tuple[int, int]:
    done = record(uow, alert, decision, by=Actor.person(act.by), way=Way.CHAT, at=act.at, batch=batch)
    show_changed(uow, done.alert, None, act.at)
    return done.alert.number, done.alert.revision


def _undo_touched(
    uow: UnitOfWork, act: IncidentAct, one: tuple[int, int], scope: Scope, batch: str
) -> tuple[int, int] | None:
    """Take back an entry that a step made beside the incident's own. None where somebody has changed that since."""
    number, revision = one
    if number < 0:
        return _undo_other(uow, act, -number, revision)
    _visible(uow, number, scope)
    alert, entry = uow.alerts.get(number), uow.history.entry(number, revision)
    if entry is None:
        return None
    try:
        decision = take_back(uow, alert, entry)
    except Refused:
        return None
    return _one(uow, act, alert, decision, batch)


def _undo_other(uow: UnitOfWork, act: IncidentAct, number: int, revision: int) -> tuple[int, int]:
    """The other incident of a merge: no part of this one any more, or again."""
    other, entry = uow.incidents.get(number), uow.incidents.entry(number, revision)
    changes = incidents.inverse(other, entry) if entry is not None else ()
    done = _keep(uow, act, other, IncidentKind.UNDONE, changes, undoes=revision)
    return -number, done.incident.revision
