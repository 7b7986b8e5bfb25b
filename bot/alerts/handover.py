"""The handover: what is different since a time, who holds what, and what will bite next."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from bot.alerts.errors import Refused
from bot.alerts.incident import Incident
from bot.alerts.moments import read_back
from bot.alerts.people import Person
from bot.alerts.views import AlertView
from bot.alerts.words import Classification, Severity

#: How far back it reaches for somebody without a shift of their own, and how far ahead it looks for what will bite.
USUAL: Final = timedelta(hours=12)
AHEAD: Final = timedelta(hours=24)

#: Characters of a note for the next shift.
NOTE: Final = 1_000

_CLOCKS = re.compile(r"([0-2]?\d[:.][0-5]\d)\s*[-–]\s*([0-2]?\d[:.][0-5]\d)")
_UNTIL = re.compile(r"\s+(?:[-–]|until|till|to)\s+", re.IGNORECASE)


class Basis(StrEnum):
    """Why it begins when it does."""

    #: The reader's own last shift ended then.
    SHIFT = "shift"
    #: The reader's shift lasts since then, and there was none before.
    PRESENT = "present"
    ASKED = "asked"
    USUAL = "usual"
    #: One shift has ended and another begun.
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class Period:
    since: datetime
    until: datetime
    basis: Basis


class BiteKind(StrEnum):
    """What will want somebody's attention."""

    DUE = "due"
    REMINDER = "reminder"
    MAINTENANCE = "maintenance"
    SILENCE = "silence"
    RULE = "rule"
    APPROVAL = "approval"
    #: An expert was asked, and has not answered.
    QUESTION = "question"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bite:
    """One such thing. `at` is when, None for at any time; `number` is what a card or command calls it."""

    kind: BiteKind
    number: int
    name: str
    at: datetime | None = None
    #: It begins then, where others end.
    begins: bool = False
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody with open alerts, the worst first; None is nobody. `name` is empty for nobody."""

    who: str | None
    name: str
    alerts: tuple[AlertView, ...]
    count: int
    overdue: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What somebody wants the next shift to know, in a channel, by our id, until somebody else has read it."""

    id: int
    conversation: int
    author: str
    author_name: str
    text: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverView:
    """A handover as somebody reads it. `resolved` are the most important ones of so many."""

    period: Period
    now: datetime
    notes: tuple[Note, ...] = ()
    new_count: int = 0
    new_high: int = 0
    taken_count: int = 0
    resolved: tuple[AlertView, ...] = ()
    resolved_count: int = 0
    verdicts: Mapping[Classification, int] = field(default_factory=dict)
    incidents: tuple[Incident, ...] = ()
    holders: tuple[Holder, ...] = ()
    open_count: int = 0
    overdue: int = 0
    missed: int = 0
    bites: tuple[Bite, ...] = ()
    more_bites: int = 0
    #: Who had it until then, and who has it now, where the shift changed or somebody knows.
    leavers: tuple[Person, ...] = ()
    comers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """One that was posted at the change of a shift. There is one for a conversation, rota and moment."""

    id: int
    conversation: int
    rota: str
    period: Period
    leavers: tuple[str, ...] = ()
    comers: tuple[str, ...] = ()


class Handovers(Protocol):
    """Posted handovers, and notes."""

    def add(self, handover: Handover, *, at: datetime) -> int | None:
        """Its id; None where there is one for that conversation, rota and moment."""
        ...

    def has(self, conversation: int, rota: str, until: datetime) -> bool: ...

    def get(self, handover: int) -> Handover:
        """Raises NotAvailable."""
        ...

    def newest(self, conversation: int) -> int | None:
        """The id of the one that was posted there last."""
        ...

    def write(self, note: Note) -> int:
        """Keep it; its author's earlier ones there are superseded."""
        ...

    def notes(self, conversations: Sequence[int]) -> list[Note]:
        """Those that stand there, newest first."""
        ...

    def note(self, note: int) -> Note:
        """One that stands. Raises NotAvailable."""
        ...

    def settle(self, note: int, *, by: str, at: datetime) -> bool:
        """It was read, or withdrawn; False where it did not stand any more."""
        ...


def read_period(text: str, now: datetime, zone: ZoneInfo) -> Period:
    """`fri 18:00`, `12h`, `18:00-08:00`, `fri 18:00 until mon 8:00`. Raises Refused."""
    words = re.sub(r"\A(?:since|from)\b", "", text.strip(), flags=re.IGNORECASE).strip()
    if match := _CLOCKS.fullmatch(words):
        begin = _exactly(match[1], now, zone)
        following = _exactly(match[2], begin + timedelta(days=1) - timedelta(microseconds=1), zone)
        return Period(begin, min(following, now), Basis.ASKED)
    first, *rest = _UNTIL.split(words, maxsplit=1)
    begin = _exactly(first, now, zone)
    end = _exactly(rest[0], now, zone) if rest and rest[0].strip().casefold() != "now" else now
    if end <= begin:
        raise Refused("periodOrder", text=words[:60])
    return Period(begin, end, Basis.ASKED)


def _exactly(words: str, now: datetime, zone: ZoneInfo) -> datetime:
    moment = read_back(words, now, zone)
    if moment.rest:
        raise Refused("badWhen", text=moment.rest[:40], understood=words[: len(words) - len(moment.rest)].strip()[:60])
    return moment.at
