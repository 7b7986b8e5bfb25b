"""Moments as people say them: `2h`, `tomorrow 9:00`, `fri 14:00`, `2026-11-25 18:30`, and what follows such words.

Days and clocks are those of the speaker's zone, whatever happens to the clocks there between now and then.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from bot.alerts.errors import Refused

#: The time of day that a day alone means, and what words for parts of it mean.
MORNING: Final = time(9)
_PARTS: Final = {
    "morning": MORNING,
    "noon": time(12),
    "lunch": time(12),
    "afternoon": time(14),
    "evening": time(18),
    "night": time(22),
    "midnight": time(0),
}

#: How far ahead and how far back a moment may lie.
FURTHEST: Final = timedelta(days=366)

_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SPAN = re.compile(
    r"(\d{1,5})\s*(minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w)(?![^\W\d])", re.IGNORECASE | re.ASCII
)
_CLOCK = re.compile(
    r"(\d{1,2})[:.](\d{2})(?:\s*(am|pm))?(?!\w|[:.]\d)|(\d{1,2})\s*(am|pm)(?!\w)", re.IGNORECASE | re.ASCII
)
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T\s](?=\d)|(?![\w-]))", re.IGNORECASE | re.ASCII)
#: What begins like a time of day, and is none.
_CLOCKLIKE = re.compile(r"\d{1,4}[:.]\d*\w*|\d{1,3}\s*(?:am|pm)\b", re.IGNORECASE | re.ASCII)
_WORD = re.compile(r"[^\W\d_]+")
_LEADS: Final = frozenset({"in", "at", "on", "next", "this", "since", "from", "until", "last", "the", "around"})


@dataclass(frozen=True, slots=True)
class Moment:
    """When, in UTC, and the words that came after it."""

    at: datetime
    rest: str


def read_ahead(text: str, now: datetime, zone: tzinfo) -> Moment:
    """A moment to come; a time of day alone is its next one. Raises Refused: "badWhen", "pastWhen", "farWhen"."""
    return _Reading(text, now, zone, ahead=True).read()


def read_back(text: str, now: datetime, zone: tzinfo) -> Moment:
    """A moment that is over; `2h` is two hours ago, a weekday the last one, a day alone its beginning. Raises alike."""
    return _Reading(text, now, zone, ahead=False).read()


def wall(day: date, at: time, zone: tzinfo, *, after: datetime | None = None) -> datetime:
    """The wall clock of a zone as UTC. A time that comes twice is the first one, unless that is not `after`; one that
    is left out comes as much later."""
    local = datetime.combine(day, at, tzinfo=zone)
    found = local.astimezone(UTC)
    if after is not None and found <= after:
        return local.replace(fold=1).astimezone(UTC)
    return found


class _Reading:
    def __init__(self, text: str, now: datetime, zone: tzinfo, *, ahead: bool) -> None:
        self._text = self._left = text.strip()
        self._now, self._zone, self._ahead = now, zone, ahead
        self._today = now.astimezone(zone).date()

    def read(self) -> Moment:
        self._skip_leads()
        try:
            at = self._span() or self._on_a_day() or self._by_the_clock()
        except (ValueError, OverflowError):
            at = None
        if at is None:
            raise self._bad()
        self._check(at)
        return Moment(at, self._left.lstrip(" \t,;:–-").strip())

    def _check(self, at: datetime) -> None:
        if self._ahead and at <= self._now:
            raise Refused("pastWhen", text=self._understood, at=at)
        if not self._ahead and at > self._now:
            raise Refused("aheadWhen", text=self._understood, at=at)
        if abs(at - self._now) > FURTHEST:
            raise Refused("farWhen", text=self._understood, days=FURTHEST.days)

    @property
    def _understood(self) -> str:
        """The words that have been read so far."""
        return self._text[: len(self._text) - len(self._left)].strip()[:60]

    def _bad(self) -> Refused:
        left = self._left.split()
        return Refused(
            "badWhen", text=(left[0] if left else self._text).rstrip(":,;")[:40], understood=self._understood
        )

    def _skip_leads(self) -> None:
        while (match := _WORD.match(self._left)) and match[0].casefold() in _LEADS:
            self._take(match.end())

    def _take(self, length: int) -> None:
        self._left = self._left[length:].lstrip(" \t,")

    def _span(self) -> datetime | None:
        """`1h 30m`, `2 days`: minutes and hours by the clock that never jumps, days and weeks by the wall's."""
        at, found = self._now, False
        while match := _SPAN.match(self._left):
            count, unit = int(match[1]), match[2][0].lower()
            at, found = self._moved(at, count if self._ahead else -count, unit), True
            self._take(match.end())
        if found and not self._ahead and (match := re.match(r"ago\b", self._left, re.IGNORECASE)):
            self._take(match.end())
        return at if found else None

    def _moved(self, at: datetime, count: int, unit: str) -> datetime:
        if unit in "mh":
            return at + timedelta(**{"minutes" if unit == "m" else "hours": count})
        days = count * (7 if unit == "w" else 1)
        local = at.astimezone(self._zone)
        return wall(local.date() + timedelta(days=days), local.time(), self._zone)

    def _on_a_day(self) -> datetime | None:
        days = self._day()
        if not days:
            return None
        self._skip_leads()
        at = self._clock()
        if at is None and _CLOCKLIKE.match(self._left):
            raise self._bad()
        moments = [wall(day, at or (MORNING if self._ahead else time(0)), self._zone) for day in days]
        if self._ahead:
            return next((moment for moment in moments if moment > self._now), moments[-1])
        return next((moment for moment in moments if moment <= self._now), moments[-1])

    def _day(self) -> Sequence[date]:
        """The days that are meant, the likelier first: a weekday is today or in a week."""
        if match := _DATE.match(self._left):
            day = date(int(match[1]), int(match[2]), int(match[3]))
            self._take(match.end())
            return [day]
        match = _WORD.match(self._left)
        word = match[0].casefold() if match else ""
        plain = {"today": 0, "tonight": 0, "tomorrow": 1, "yesterday": -1}
        if match and word in plain:
            # “tonight” is a day and a part of it at once.
            self._left = (
                f"night {self._left[match.end() :]}" if word == "tonight" else self._left[match.end() :].lstrip(" \t,")
            )
            return [self._today + timedelta(days=plain[word])]
        weekday = next((at for at, day in enumerate(_DAYS) if len(word) > 2 and day.startswith(word)), None)
        if match is None or weekday is None:
            return []
        self._take(match.end())
        if self._ahead:
            near = self._today + timedelta(days=(weekday - self._today.weekday()) % 7)
            return [near, near + timedelta(days=7)]
        near = self._today - timedelta(days=(self._today.weekday() - weekday) % 7)
        return [near, near - timedelta(days=7)]

    def _by_the_clock(self) -> datetime | None:
        """A time of day alone: its next one, or the last one."""
        at = self._clock()
        if at is None:
            return None
        near = [self._today + timedelta(days=days) for days in ((0, 1) if self._ahead else (0, -1))]
        if self._ahead:
            moments = [wall(day, at, self._zone, after=self._now) for day in near]
            return next((moment for moment in moments if moment > self._now), None)
        return next((moment for day in near if (moment := wall(day, at, self._zone)) <= self._now), None)

    def _clock(self) -> time | None:
        """Raises ValueError for 25:00."""
        if match := _CLOCK.match(self._left):
            hour, minute, half = int(match[1] or match[4]), int(match[2] or 0), (match[3] or match[5] or "").lower()
            if half and not 1 <= hour <= 12:
                raise ValueError("no such hour")
            at = time(hour % 12 + (12 if half == "pm" else 0) if half else hour, minute)
            self._take(match.end())
            return at
        word = _WORD.match(self._left)
        if word and word[0].casefold() in _PARTS:
            self._take(word.end())
            return _PARTS[word[0].casefold()]
        return None
