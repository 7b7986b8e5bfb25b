"""How what people do to an incident reaches its source, and what the source says of its incidents.

As for alerts (`mirror.py`): what is to be sent is read from the incident's own history.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.alerts.history import Change, Plain
from bot.alerts.incident import Incident, IncidentEntry, IncidentKind
from bot.alerts.mirror import MirrorState, Remark, remark
from bot.alerts.people import ActorKind
from bot.alerts.report import ReportedComment

#: The fields that a source is told. Who leads an incident it is told at the alerts, which get the same assignee.
MIRRORED = frozenset({"name"})


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentReport:
    """What a source says of one of its incidents. `redirect` names the one that it was merged into."""

    source: str
    external_id: str
    name: str
    url: str
    assigned_to: str
    redirect: str
    #: Who changed it last there.
    by: str
    updated_at: datetime
    comments: tuple[ReportedComment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentMirror:
    """How far the source knows. `said` is what it said last; `gone` if it merged this one into another."""

    incident: int
    wanted: int
    sent: int
    state: MirrorState
    attempt: int = 0
    why: str = ""
    said: Mapping[str, Any] | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class IncidentFields:
    """Tell the source these fields, as they are now."""

    names: frozenset[str]
    revision: int


@dataclass(frozen=True, slots=True)
class Merge:
    """Tell the source that another incident is part of this one."""

    other: int
    reason: str
    note: str
    revision: int


IncidentStep = IncidentFields | Remark | Merge


def is_ours(entry: IncidentEntry) -> bool:
    return entry.actor.kind is not ActorKind.SOURCE


def matters(entry: IncidentEntry) -> bool:
    """Whether the source is to hear of it."""
    told = merged_one(entry) or _remark_of(entry)
    return is_ours(entry) and bool(told or any(change.field in MIRRORED for change in entry.changes))


def incident_steps(unsent: Sequence[IncidentEntry], reasons: Mapping[int, str]) -> list[IncidentStep]:
    """What the source is to be told, in the order in which people did it; `unsent` is oldest first.

    `reasons` has why incidents were merged, by the entry's revision. What was undone before the source heard of it is
    not told; alerts that go back into an incident of their own are moved there one by one.
    """
    ours, undone = unsettled(unsent), {entry.undoes for entry in unsent if entry.undoes is not None}
    result: list[IncidentStep] = []
    for entry in unsent:
        names = frozenset(name for name, by in ours.items() if by is entry)
        if names:
            result.append(IncidentFields(names, entry.revision))
        if not is_ours(entry) or entry.revision in undone:
            continue
        other = merged_one(entry)
        if other:
            result.append(Merge(other, reasons.get(entry.revision, ""), _said(entry), entry.revision))
        elif _remark_of(entry):
            result.append(Remark(_said(entry), entry.revision))
    return result


def merged_one(entry: IncidentEntry) -> int:
    """The incident that this entry took in, or 0."""
    taken = entry.kind is IncidentKind.MERGED and not any(change.field == "merged_into" for change in entry.changes)
    return next((-number for number, _ in entry.touched if number < 0), 0) if taken else 0


def _remark_of(entry: IncidentEntry) -> bool:
    """What is said when an alert is put in is said at the alert."""
    return bool(entry.comment) and entry.kind is not IncidentKind.LINKED


def _said(entry: IncidentEntry) -> str:
    return remark(entry.actor.name, entry.comment) if entry.comment else ""


def unsettled(unsent: Sequence[IncidentEntry]) -> dict[str, IncidentEntry]:
    """The fields of which the source has to hear, each with our entry that changed it last."""
    ours: dict[str, IncidentEntry] = {}
    values: dict[str, Plain] = {}
    for entry in unsent:
        for change in entry.changes:
            if change.field not in MIRRORED:
                continue
            if is_ours(entry):
                ours[change.field], values[change.field] = entry, change.new
            elif entry.kind is not IncidentKind.OVERRULED or values.get(change.field) != change.new:
                ours.pop(change.field, None)
    return ours


def news_of(incident: Incident, before: Mapping[str, Any], said: Mapping[str, Any]) -> tuple[Change, ...]:
    """What the source says that it did not say before, and that is not so here already."""
    changes = []
    for name, value in said.items():
        if name == "assigned_to" or value == before.get(name):
            continue
        old, new = getattr(incident, name), value if name != "assignee" else value or None
        if old != new and (new or name == "assignee"):
            changes.append(Change(name, old, new))
    return tuple(changes)


class IncidentMirrors(Protocol):
    """What the sources know of what we did to incidents, for those of sources that are told."""

    def want(self, incident: Incident, entry: IncidentEntry) -> None:
        """The source is to hear of an entry, if it is told anything and this matters to it."""
        ...

    def want_all(self, incident: Incident, source: str, at: datetime) -> None:
        """A source has come to know an incident of ours: it is to hear of everything that it was not told before."""
        ...

    def many(self, incidents: Iterable[int]) -> Mapping[int, IncidentMirror]: ...

    def due(self, now: datetime, *, limit: int) -> Sequence[IncidentMirror]:
        """Those that wait, longest first."""
        ...

    def take(self, incident: int, until: datetime) -> None:
        """It is being tried now, and again then if nothing is heard of it."""
        ...

    def told(self, incident: int, revision: int) -> None:
        """The source knows everything up to a revision."""
        ...

    def later(self, incident: int, at: datetime, why: str) -> None: ...

    def refuse(self, incident: int, why: str) -> None: ...

    def try_again(self, incident: int, at: datetime) -> None:
        """What the source refused it may take now."""
        ...

    def keep_said(self, incident: Incident, said: Mapping[str, Any]) -> None:
        """From now on this is what the source said last."""
        ...

    def mark_gone(self, incident: Incident, *, gone: bool) -> None:
        """Whether the source has merged it into another."""
        ...
