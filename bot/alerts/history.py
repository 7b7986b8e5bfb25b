"""The history: append-only entries, one for each thing that anybody or anything did to an alert."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum
from typing import Any

from bot.alerts.people import Actor, Way

#: A field's value as JSON knows it: text, number, list of texts, or nothing.
Plain = str | int | list[str] | None


class Kind(StrEnum):
    """What kind of thing was done."""

    CREATED = "created"
    #: The source said something new.
    REPORTED = "reported"
    ASSIGNED = "assigned"
    STARTED = "started"
    COMMENTED = "commented"
    #: Experts were asked about it, and one answered.
    CONSULTED = "consulted"
    ANSWERED = "answered"
    CLASSIFIED = "classified"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    TAGGED = "tagged"
    LINKED = "linked"
    #: Out of sight, and back again.
    HIDDEN = "hidden"
    UNHIDDEN = "unhidden"
    #: Somebody here and the source changed the same thing; the later change stands.
    OVERRULED = "overruled"
    #: Its source is to keep quiet about it, and to speak again.
    SILENCED = "silenced"
    LIFTED = "lifted"
    #: Somebody was paged about it, once more, or somebody wanted the next one to be.
    PAGED = "paged"
    REMINDED = "reminded"
    ESCALATED = "escalated"
    #: Several of these at once.
    MANAGED = "managed"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Change:
    """A field went from `old` to `new`."""

    field: str
    old: Plain
    new: Plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry. `revision` is the alert's revision after it: entries of an alert number 1, 2, 3 … without gaps."""

    alert: int
    revision: int
    at: datetime
    actor: Actor
    way: Way
    kind: Kind
    changes: tuple[Change, ...] = ()
    comment: str = ""
    #: The comment was taken back later; it is shown struck through.
    withdrawn: bool = False
    #: The revision of the entry that this one undoes.
    undoes: int | None = None
    withdraws: bool | None = None
    #: Of the entries of one action on several alerts, all but the first have the name of that one.
    batch: str = ""

    @property
    def action(self) -> str:
        """The name of the action that it is part of, `1042/7`: the alert and revision of the action's first entry."""
        return self.batch or action_name(self.alert, self.revision)


def action_name(alert: int, revision: int) -> str:
    """The name of the action whose first entry this is."""
    return f"{alert}/{revision}"


def undone_among(entries: Iterable[Entry]) -> frozenset[int]:
    """The revisions of what stands undone, in an alert's newest entries, newest first."""
    undone: set[int] = set()
    for entry in entries:
        # An undo that was itself undone takes nothing back any more.
        if entry.undoes is not None and entry.revision not in undone:
            undone.add(entry.undoes)
    return frozenset(undone)


def as_plain(value: Any) -> Plain:  # noqa: ANN401 - any field of an alert
    """A field's value in the form that the history keeps."""
    if value is None or type(value) is str or type(value) is int:
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, tuple):
        return [str(item) for item in value]
    if isinstance(value, (str, int)):
        return value
    raise TypeError(f"the history cannot keep a {type(value).__name__}")
