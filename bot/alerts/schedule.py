"""When a digest comes: daily, on weekdays or weekly, at a wall time in a zone. Pure: time is an argument.

A digest belongs to a local date, and each date has one moment: where the wall time comes twice, the first; where the
clocks jump over it, the moment at which they do. So a change of clocks makes neither two digests nor none.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.alerts.conversation import Conversation

_DAY = timedelta(days=1)

#: A digest that comes so much after its time says that it is late.
LATE = timedelta(minutes=15)


class Rhythm(StrEnum):
    DAILY = "daily"
    WEEKDAYS = "weekdays"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """On which days, at which wall time of which zone; `weekday` is that of a weekly one, Monday being 0."""

    rhythm: Rhythm
    at: time
    zone: str
    weekday: int = 0

    def falls_on(self, day: date) -> bool:
        match self.rhythm:
            case Rhythm.DAILY:
                return True
            case Rhythm.WEEKDAYS:
                return day.weekday() < 5
            case Rhythm.WEEKLY:
                return day.weekday() == self.weekday

    def due(self, now: datetime) -> date | None:
        """The newest local date whose digest is due; None where the zone has had none of its days lately."""
        today = now.astimezone(ZoneInfo(self.zone)).date()
        days = (today - ahead * _DAY for ahead in range(9))
        return next((day for day in days if (at := self.moment(day)) is not None and at <= now), None)

    def before(self, day: date) -> datetime:
        """The moment before that of a day: what the day's digest tells of begins there."""
        days = (day - back * _DAY for back in range(1, 16))
        return next(at for each in days if (at := self.moment(each)) is not None)

    def after(self, now: datetime) -> datetime:
        """The next moment."""
        today = now.astimezone(ZoneInfo(self.zone)).date()
        days = (today + ahead * _DAY for ahead in range(16))
        return next(at for day in days if (at := self.moment(day)) is not None and at > now)

    def moment(self, day: date) -> datetime | None:
        """When the digest of a local date comes, in UTC; None where it has none."""
        return moment_of(day, self.at, self.zone) if self.falls_on(day) else None


@lru_cache(maxsize=4_096)
def moment_of(day: date, at: time, zone: str) -> datetime | None:
    """The first moment of a local date at which its clocks show that time or a later one; None where a zone that
    crossed the date line has no such date."""
    here = ZoneInfo(zone)
    wall = datetime.combine(day, at)
    first = wall.replace(tzinfo=here).astimezone(UTC)
    if first.astimezone(here).replace(tzinfo=None) == wall:
        return first
    # In a gap the two readings lie around the jump: before it by the later offset, after it by the earlier one.
    jump = _jump(wall.replace(tzinfo=here, fold=1).astimezone(UTC), first, here)
    return jump if jump.astimezone(here).date() == day else None


def _jump(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """The moment between two at which the offset changes, to the second."""
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestSchedule:
    """A digest that comes again and again to a conversation. `number` is what people call it there, never reused.

    Number 0 is the one of the settings: it has a row only where somebody has paused it, or resumed it after that.
    """

    id: int
    conversation: Conversation
    number: int
    timing: Timing
    #: As a condition is written; empty for every alert that the conversation may see.
    wants: str = ""
    #: Whether a day on which nothing happened has its line, or nothing at all.
    says_quiet: bool = True
    paused: bool = False
    #: Who made it, by Entra object id, and under which name.
    made_by: str = ""
    made_by_name: str = ""
    #: Since when it runs: what was due before is not caught up.
    since: datetime

    @property
    def is_default(self) -> bool:
        return self.number == 0

    def slot(self, day: date) -> str:
        """What makes the digest of a date the only one. Those of the settings are called as they always were."""
        return day.isoformat() if self.is_default else f"{self.id}/{day.isoformat()}"

    def due(self, now: datetime) -> date | None:
        """The date whose digest is due, perhaps late; None where it is paused, or runs only since a later time."""
        day = None if self.paused else self.timing.due(now)
        moment = self.timing.moment(day) if day is not None else None
        return day if moment is not None and moment >= self.since else None
