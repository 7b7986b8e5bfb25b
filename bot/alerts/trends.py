"""Trends: what came and how it ended over days, weeks or months. Pure: the storage counts, this says into what."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.alerts.errors import Refused
from bot.alerts.words import Classification, Severity

#: Without a word about it, so many days; at least, and at most.
USUAL: Final = 30
LEAST, MOST = 2, 366

#: Days of a column, the first that makes few enough of them to be told apart on a phone.
_STEPS: Final = (1, 7, 28)
_COLUMNS: Final = 31

_SPAN = re.compile(r"(?P<count>[0-9]{1,4})(?P<unit>d|w|days?|weeks?)", re.IGNORECASE)
_LIKE_SPAN = re.compile(r"[0-9]{1,6}[a-z]{0,8}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Columns:
    """Local days put together: where each column begins, and where the last one ends."""

    starts: tuple[datetime, ...]
    until: datetime
    days: int
    #: Days of each column.
    step: int

    @property
    def since(self) -> datetime:
        return self.starts[0]

    @property
    def before(self) -> datetime:
        """Where the same length of time before begins."""
        return self.since - (self.until - self.since)


@dataclass(frozen=True, slots=True)
class Compared:
    """How often something came, and how often in the same length of time before. `newest` is an alert of it."""

    name: str
    count: int
    before: int
    newest: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trends:
    """All for the columns, in their order; verdicts count where alerts were resolved."""

    columns: Columns
    new: Mapping[Severity, Sequence[int]]
    verdicts: Mapping[Classification, Sequence[int]]
    #: Median time to a first answer, where it was given; None where there was none.
    answer: Sequence[timedelta | None]
    before: int
    types: Sequence[Compared]
    sources: Sequence[Compared]

    @property
    def total(self) -> int:
        return sum(sum(counts) for counts in self.new.values())


def read_trends(text: str) -> tuple[int, str]:
    """`severity:high 30d`: the days, and the filter. Raises Refused("trendsSpan")."""
    words, days = text.split(), None
    for place in (len(words) - 1, 0):
        if days is None and 0 <= place < len(words) and _LIKE_SPAN.fullmatch(words[place]):
            days = read_days(words.pop(place))
    return days or USUAL, " ".join(words) if days is not None else text.strip()


def read_days(text: str) -> int:
    """`30d`, `6w`. Raises Refused("trendsSpan")."""
    match = _SPAN.fullmatch(text)
    if match is None:
        raise Refused("trendsSpan", text=text, least=LEAST, most=MOST)
    days = int(match["count"]) * (7 if match["unit"].casefold().startswith("w") else 1)
    if not LEAST <= days <= MOST:
        raise Refused("trendsSpan", text=text, least=LEAST, most=MOST)
    return days


def columns_of(days: int, now: datetime, zone: ZoneInfo) -> Columns:
    """The last so many local days, today among them; whole weeks where single days would be too many."""
    step = next((step for step in _STEPS if days <= step * _COLUMNS), _STEPS[-1])
    count = -(-days // step)
    today = now.astimezone(zone).date()
    first = today - timedelta(days=count * step - 1)
    starts = tuple(_midnight(first + timedelta(days=step * place), zone) for place in range(count))
    return Columns(starts, now, count * step, step)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
