"""How what people do here reaches the source, and what happens where both sides changed the same.

A mirror is to an alert's source what a card is to a conversation: it says up to which revision the source knows what we
did. What is to be sent is read from the history, so nothing is lost and nothing is sent twice in another order.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from bot.alerts.absorb import Absorbed, Said
from bot.alerts.alert import COMMENT_LIMIT, Alert
from bot.alerts.history import Change, Entry, Kind, Plain
from bot.alerts.people import ActorKind
from bot.alerts.service_level import Level

#: The fields that a source can be told.
MIRRORED: Final = frozenset({"status", "assignee", "classification", "determination", "incident"})

#: These two are one thing: the one without the other makes no sense.
_VERDICT: Final = frozenset({"classification", "determination"})


class MirrorState(StrEnum):
    """Where it stands."""

    PENDING = "pending"
    DONE = "done"
    #: The source will not have it: it waits for the next change, or for an operator.
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """How far the source knows. `known_at` is the source's own time of its last state that we know."""

    alert: int
    wanted: int
    sent: int
    state: MirrorState
    attempt: int = 0
    why: str = ""
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fields:
    """Tell the source these fields, as they are now; afterwards it knows everything up to `revision`."""

    names: frozenset[str]
    revision: int


@dataclass(frozen=True, slots=True)
class Remark:
    """Tell the source a comment; afterwards it knows everything up to `revision`."""

    text: str
    revision: int


@dataclass(frozen=True, slots=True)
class Move:
    """Tell the source that it belongs to another incident; afterwards it knows everything up to `revision`."""

    incident: int
    reason: str
    revision: int


Step = Fields | Remark | Move


def is_ours(entry: Entry) -> bool:
    """Whether it was done here, by anybody or anything."""
    return entry.actor.kind is not ActorKind.SOURCE


def matters(entry: Entry) -> bool:
    """Whether the source is to hear of it."""
    touched = any(change.field in MIRRORED for change in entry.changes)
    return is_ours(entry) and bool(entry.comment or touched)


def steps(unsent: Sequence[Entry]) -> list[Step]:
    """What the source is to be told, in the order in which people did it; `unsent` is oldest first.

    A field that was changed again is told once, as it is now; one that the source itself changed last is not told.
    """
    ours = unsettled(unsent)
    result: list[Step] = []
    for entry in unsent:
        names = {name for name, by in ours.items() if by is entry}
        if "incident" in names:
            names.discard("incident")
            result += _moves(entry)
        if names & _VERDICT:
            names |= _VERDICT
        if names:
            result.append(Fields(frozenset(names), entry.revision))
        if entry.comment and is_ours(entry) and not entry.withdrawn:
            result.append(Remark(remark(entry.actor.name, entry.comment), entry.revision))
    return result


def _moves(entry: Entry) -> list[Step]:
    """Only what a person decided, and only into an incident: at the source every alert is in one."""
    news = {change.field: change.new for change in entry.changes}
    incident, reason = news.get("incident"), str(news.get("incident_reason") or "")
    if not isinstance(incident, int) or entry.actor.kind not in (ActorKind.PERSON, ActorKind.API):
        return []
    return [Move(incident, reason, entry.revision)]


def unsettled(unsent: Sequence[Entry]) -> dict[str, Entry]:
    """The fields of which the source has to hear, each with our entry that changed it last."""
    ours: dict[str, Entry] = {}
    values: dict[str, Plain] = {}
    for entry in unsent:
        for change in entry.changes:
            if change.field not in MIRRORED:
                continue
            if is_ours(entry):
                ours[change.field], values[change.field] = entry, change.new
            elif entry.kind is not Kind.OVERRULED or values.get(change.field) != change.new:
                ours.pop(change.field, None)
    return ours


def remark(author: str, text: str) -> str:
    """A comment of ours as the source shows it: there it is the app that says it."""
    return f"{author} (Tocsin): {text}"[:COMMENT_LIMIT]


def read_remark(text: str) -> tuple[str, str] | None:
    """Author and text of a comment of ours, as the source shows it; None for anybody else's."""
    author, ours, words = text.partition(" (Tocsin): ")
    return (author, words) if ours else None


def contested(absorbed: Absorbed, unsent: Sequence[Entry]) -> Mapping[str, Entry]:
    """The fields that the source has changed, and somebody here too, of which it has not heard: with our entry."""
    ours = unsettled(unsent)
    return {change.field: ours[change.field] for change in absorbed.changes if change.field in ours}


def without(absorbed: Absorbed, names: Iterable[str]) -> Absorbed:
    """The same news without some fields."""
    gone = frozenset(names)
    return replace(absorbed, changes=tuple(change for change in absorbed.changes if change.field not in gone))


def stands(change: Change) -> Change:
    """For the history, where ours was later: theirs was this, and ours stands. Undoing it brings theirs."""
    return Change(change.field, change.new, change.old)


class Mirrors(Protocol):
    """What the sources know of what we did, for alerts of sources that are told."""

    def want(self, alert: Alert, entry: Entry) -> None:
        """The source is to hear of an entry, if it is told anything and this matters to it."""
        ...

    def many(self, alerts: Iterable[int]) -> Mapping[int, Mirror]: ...

    def due(self, now: datetime, *, limit: int) -> Sequence[Mirror]:
        """Those that wait, longest first."""
        ...

    def take(self, alert: int, until: datetime) -> None:
        """It is being tried now, and again then if nothing is heard of it."""
        ...

    def told(self, alert: int, revision: int, known_at: datetime | None) -> None:
        """The source knows everything up to a revision."""
        ...

    def later(self, alert: int, at: datetime, why: str) -> None: ...

    def refuse(self, alert: int, why: str) -> None: ...

    def try_again(self, alert: int, at: datetime) -> None:
        """What the source refused it may take now."""
        ...

    def keep_base(self, alert: int, said: Said) -> None:
        """From now on this is what the source said last."""
        ...

    def id_at_source(self, alert: int) -> str:
        """The source's own id, as it stood in its last report."""
        ...


@dataclass(frozen=True, slots=True)
class Feed:
    """A source that we ask: up to which of its times we know everything, and when all was read again."""

    source: str
    known_until: datetime | None
    swept_at: datetime | None


class Feeds(Protocol):
    """The sources that we ask, and which replica does."""

    def get(self, source: str) -> Feed: ...

    def allow_telling(self, source: str, *, allowed: bool) -> None:
        """Whether a source is told what happens here; from now on."""
        ...

    def is_told(self, source: str) -> bool: ...

    def lead(self, source: str, owner: str, *, seconds: float) -> bool:
        """Whether this replica is the one that asks, for so long; by the database's own time."""
        ...

    def release(self) -> None:
        """Nobody leads: where there is one process only, what led before is gone."""
        ...

    def keep(self, feed: Feed) -> None: ...

    def levels(self) -> Mapping[str, Level]:
        """How much of each service source comes in, where somebody has chosen."""
        ...

    def choose_level(self, service: str, level: Level) -> None: ...
