"""Telling a source what people did to its incidents: what is due, and how it went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.alerts.conversation import Subject
from bot.alerts.incident import Incident, IncidentEntry
from bot.alerts.incident_mirror import (
    IncidentFields,
    IncidentMirror,
    IncidentReport,
    IncidentStep,
    Merge,
    incident_steps,
    merged_one,
)
from bot.alerts.mirror import remark
from bot.alerts.ports import UnitOfWork
from bot.usecases.incident_finding import final
from bot.usecases.incident_news import report_incidents
from bot.usecases.mirroring import AT_ONCE, PATIENCE

#: Entries of an incident looked through for what its source has not heard of.
LOOKED_THROUGH: Final = 1_000

#: How long nothing is told of an incident that its source does not have, unless it comes to know it.
_UNKNOWN: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class IncidentErrand:
    """What a source is to be told of one of its incidents. `again` if it may have heard the first step before."""

    number: int
    #: What it is part of now; what is to be told is told there.
    incident: Incident
    steps: tuple[IncidentStep, ...]
    attempt: int

    @property
    def again(self) -> bool:
        return self.attempt > 1


def take_due_incidents(uow: UnitOfWork, now: datetime) -> list[IncidentErrand]:
    """What is to be told now. What nothing is left of is settled at once."""
    errands = []
    for mirror in uow.incident_mirrors.due(now, limit=AT_ONCE):
        if not final(uow, mirror.incident).source:
            # Parted again from one that the source has: it hears of this one once an alert in it is moved there.
            uow.incident_mirrors.later(mirror.incident, now + _UNKNOWN, "")
            continue
        errand = _errand(uow, mirror, mirror.attempt + 1)
        if errand is None:
            told(uow, mirror.incident, uow.incidents.get(mirror.incident).revision, now)
        else:
            uow.incident_mirrors.take(mirror.incident, now + PATIENCE)
            errands.append(errand)
    return errands


def heard_first(
    uow: UnitOfWork, errand: IncidentErrand, reports: Sequence[IncidentReport], now: datetime
) -> IncidentErrand | None:
    """What is left to be told once we know what the source says now: whoever was later there is not overwritten."""
    report_incidents(uow, reports, now)
    number = errand.number
    left = _errand(uow, uow.incident_mirrors.many([number])[number], errand.attempt)
    if left is None:
        told(uow, number, uow.incidents.get(number).revision, now)
    return left


def _errand(uow: UnitOfWork, mirror: IncidentMirror, attempt: int) -> IncidentErrand | None:
    entries = uow.incidents.entries(mirror.incident, limit=LOOKED_THROUGH)
    unsent = [entry for entry in reversed(entries) if entry.revision > mirror.sent]
    wanted = tuple(incident_steps(unsent, _reasons(uow, unsent)))
    incident = final(uow, mirror.incident)
    if not wanted:
        return None
    return IncidentErrand(mirror.incident, incident, wanted, attempt)


def _reasons(uow: UnitOfWork, entries: Sequence[IncidentEntry]) -> Mapping[int, str]:
    """Why incidents were merged: that stands at the alerts that moved."""
    reasons = {}
    for entry in entries:
        first = next(((number, revision) for number, revision in entry.touched if number > 0), None)
        moved = uow.history.entry(*first) if merged_one(entry) and first else None
        for change in moved.changes if moved else ():
            if change.field == "incident_reason" and change.new:
                reasons[entry.revision] = str(change.new)
    return reasons


def told_before(uow: UnitOfWork, errand: IncidentErrand, text: str) -> tuple[list[str], int]:
    """Where the source may have such a comment, and how often we know that it was told: there, and at all that it has
    ever been one with, for names go from one to the other then."""
    places, count = [], 0
    for number in _ever_one_with(uow, errand):
        incident, mirror = uow.incidents.get(number), uow.incident_mirrors.many([number]).get(number)
        places += [incident.external_id] if incident.source == errand.incident.source else []
        for entry in uow.incidents.entries(number, limit=LOOKED_THROUGH):
            is_told = mirror is not None and entry.revision <= mirror.sent
            count += bool(entry.comment) and is_told and remark(entry.actor.name, entry.comment) == text
    return places, count


def _ever_one_with(uow: UnitOfWork, errand: IncidentErrand) -> list[int]:
    found = [errand.incident.number, *uow.incidents.parts(errand.incident.number)]
    for entry in uow.incidents.entries(errand.number, limit=LOOKED_THROUGH):
        found += [-number for number, _ in entry.touched if number < 0]
        for change in entry.changes:
            if change.field == "merged_into":
                found += [number for number in (change.old, change.new) if isinstance(number, int)]
    return list(dict.fromkeys(found))


def other_of(uow: UnitOfWork, errand: IncidentErrand, other: int) -> Incident | None:
    """The other incident of a merge as its source knows it; None where it does not, or has merged it already."""
    incident = uow.incidents.get(other)
    if other == errand.incident.number:
        return None
    mirror = uow.incident_mirrors.many([other]).get(other)
    is_there = incident.source == errand.incident.source and incident.external_id and not (mirror and mirror.gone)
    return incident if is_there else None


def told(uow: UnitOfWork, incident: int, revision: int, now: datetime) -> None:
    """The source knows everything up to a revision."""
    uow.incident_mirrors.told(incident, revision)
    uow.cards.raise_wanted(Subject.INCIDENT, final(uow, incident).number, at=now)


def told_fields(uow: UnitOfWork, errand: IncidentErrand, step: IncidentFields, now: datetime) -> None:
    """The source took these fields: from now on they are what it says."""
    number = errand.number
    before = uow.incident_mirrors.many([number])[number].said or {}
    if errand.incident.number == number:
        values = {name: getattr(errand.incident, name) for name in step.names}
        uow.incident_mirrors.keep_said(errand.incident, {**before, **values})
    told(uow, number, step.revision, now)


def told_merge(uow: UnitOfWork, errand: IncidentErrand, step: Merge, target: str, now: datetime) -> None:
    """The source has merged them, into the one of the two that it calls so."""
    gone = uow.incidents.get(step.other)
    if target == gone.external_id:
        uow.incidents.swap_at_source(errand.incident.number, step.other)
    uow.incident_mirrors.mark_gone(gone, gone=True)
    told(uow, errand.number, step.revision, now)


def put_off(uow: UnitOfWork, incident: int, at: datetime, why: str) -> None:
    uow.incident_mirrors.later(incident, at, why)


def refused(uow: UnitOfWork, incident: int, why: str, now: datetime) -> None:
    """The source will not have it, and the card says so."""
    uow.incident_mirrors.refuse(incident, why)
    uow.cards.raise_wanted(Subject.INCIDENT, final(uow, incident).number, at=now)
