"""Service targets: how soon alerts of a severity are to be answered first, and to be resolved.

What an alert is due by is worked out when it comes in and kept with it, so that another setting changes only what
comes after. The first answer is that of a person; while an alert is resolved its clock stands still.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from bot.alerts.alert import Alert
from bot.alerts.conversation import Scope
from bot.alerts.words import Severity, Status

_UTC: Final = ZoneInfo("UTC")

#: What its source made so long before we heard of it is no news: nobody is late for it.
OLD: Final = timedelta(days=1)

#: The part of its time that is left when an alert is called due soon.
WARNED: Final = 4

_SHORTEST, _LONGEST = timedelta(minutes=1), timedelta(days=90)
_UNITS: Final = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_PART = re.compile(r"(acknowledge|resolve)\s+([1-9][0-9]{0,4})\s?([mhdw])", re.IGNORECASE | re.ASCII)
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(
    r"(?:(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))?\s+)?"
    r"(?P<begin>[0-2]?[0-9]:[0-5][0-9])\s*[-–]\s*(?P<end>[0-2]?[0-9]:[0-5][0-9])",
    re.IGNORECASE,
)


class Goal(StrEnum):
    """What is to be done in time."""

    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"


@dataclass(frozen=True, slots=True)
class Target:
    """For one severity; None where there is no target. `working`: its time runs in working hours only."""

    acknowledge: timedelta | None = None
    resolve: timedelta | None = None
    working: bool = False

    def span(self, goal: Goal) -> timedelta | None:
        return self.acknowledge if goal is Goal.ACKNOWLEDGE else self.resolve


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """On these days of the week (0 is Monday), from `begin` to `end` by the wall clock of a zone."""

    days: frozenset[int] = frozenset(range(5))
    begin: time = time(8)
    end: time = time(18)
    zone: ZoneInfo = _UTC

    def after(self, start: datetime, span: timedelta) -> datetime:
        """The moment at which so much working time has gone by since a start."""
        day, left = start.astimezone(self.zone).date(), span
        while True:
            begin, end = self._on(day)
            begin = max(begin, start)
            if day.weekday() in self.days and begin < end:
                if end - begin >= left:
                    return begin + left
                left -= end - begin
            day += timedelta(days=1)

    def _on(self, day: date) -> tuple[datetime, datetime]:
        begin, end = (datetime.combine(day, at, tzinfo=self.zone).astimezone(UTC) for at in (self.begin, self.end))
        return begin, end


@dataclass(frozen=True, slots=True)
class Targets:
    """All of them, by severity."""

    of: Mapping[Severity, Target] = field(default_factory=dict)
    hours: WorkingHours = WorkingHours()

    def __bool__(self) -> bool:
        return any(target.acknowledge or target.resolve for target in self.of.values())

    def due(self, severity: Severity, goal: Goal, start: datetime) -> datetime | None:
        target = self.of.get(severity, Target())
        span = target.span(goal)
        if span is None:
            return None
        return self.hours.after(start, span) if target.working else start + span

    def lead(self, severity: Severity, goal: Goal) -> timedelta:
        """How long before it is due an alert is called due soon."""
        return (self.of.get(severity, Target()).span(goal) or timedelta()) / WARNED


NO_TARGETS: Final = Targets()


def with_targets(alert: Alert, targets: Targets) -> Alert:
    """A new alert with what it is due by. What was answered elsewhere before is to be resolved only; what is old, or
    over, is not due at all."""
    if not alert.is_open or alert.received_at - alert.created_at > OLD:
        return alert
    start = alert.received_at
    first = targets.due(alert.severity, Goal.ACKNOWLEDGE, start) if alert.status is Status.NEW else None
    return replace(alert, acknowledge_by=first, resolve_by=targets.due(alert.severity, Goal.RESOLVE, start))


def worsened(alert: Alert, before: Severity, targets: Targets, now: datetime) -> dict[str, datetime | None]:
    """What an alert of another severity than before is due by. What has become worse is due sooner, counted from now;
    what has become better, as if it had come like that. What was due already stays so."""
    if alert.acknowledge_by is None and alert.resolve_by is None:
        return {}
    start = now if alert.severity.rank > before.rank else alert.received_at
    changed: dict[str, datetime | None] = {}
    for goal, name in ((Goal.ACKNOWLEDGE, "acknowledge_by"), (Goal.RESOLVE, "resolve_by")):
        old: datetime | None = getattr(alert, name)
        new = targets.due(alert.severity, goal, start)
        if old is None or old <= now:
            continue
        changed[name] = min(old, new) if new is not None and start == now else new
    return changed


def read_target(text: str) -> Target:
    """`acknowledge 15m, resolve 4h`, `resolve 16h in working hours`. Raises ValueError."""
    left = " ".join(text.split())
    working = left.lower().endswith("working hours")
    if working:
        left = re.sub(r"[\s,]*(?:in\s+|within\s+)?working hours$", "", left, flags=re.IGNORECASE)
    found: dict[str, timedelta] = {}
    for part in left.split(","):
        match = _PART.fullmatch(part.strip())
        if match is None or match[1].lower() in found:
            raise ValueError(f"“{part.strip()}” is not understood; say “acknowledge 15m, resolve 4h”")
        span = int(match[2]) * _UNITS[match[3].lower()]
        if not _SHORTEST <= span <= _LONGEST:
            raise ValueError(f"“{part.strip()}” is more than {_LONGEST.days} days; say “acknowledge 15m, resolve 4h”")
        found[match[1].lower()] = span
    return Target(found.get("acknowledge"), found.get("resolve"), working)


def read_targets(words: Mapping[str, str], hours: str, zone: ZoneInfo) -> Targets:
    """Targets by the word of a severity, and working hours. Raises ValueError, which names the setting."""
    found: dict[Severity, Target] = {}
    for word, text in words.items():
        try:
            found[Severity(word)] = read_target(text)
        except ValueError as wrong:
            known = ", ".join(severity.value.upper() for severity in Severity)
            why = wrong if word in set(Severity) else f"there is no such severity; there are {known}"
            raise ValueError(f"TOCSIN_TARGETS_{word.upper()}: {why}") from None
    try:
        return Targets(found, read_hours(hours, zone))
    except ValueError as wrong:
        raise ValueError(f"TOCSIN_WORKING_HOURS: {wrong}") from None


def read_hours(text: str, zone: ZoneInfo) -> WorkingHours:
    """`mon-fri 08:00-18:00`, `07:00-19:00` on every day. Raises ValueError."""
    match = _HOURS.fullmatch(" ".join(text.split()))
    example = "say “mon-fri 08:00-18:00”"
    if match is None:
        raise ValueError(f"“{text.strip()}” is not understood; {example}")
    try:
        begin, end = (time.fromisoformat(match[name].zfill(5)) for name in ("begin", "end"))
        first = _DAYS.index((match["first"] or "mon").lower())
        last = _DAYS.index((match["last"] or match["first"] or "sun").lower())
    except ValueError:
        raise ValueError(f"“{text.strip()}” has no such day or time; {example}") from None
    if begin >= end:
        raise ValueError(f"“{text.strip()}” ends before it begins; {example}")
    days = frozenset((first + more) % 7 for more in range((last - first) % 7 + 1))
    return WorkingHours(days, begin, end, zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A target that was missed. There is at most one for an alert and goal."""

    alert: int
    goal: Goal
    due_at: datetime
    severity: Severity


class Breaches(Protocol):
    """What was due, and what of it was missed."""

    def looked_at(self) -> datetime | None:
        """Up to when it has been looked; None before the first time."""
        ...

    def look(self, before: datetime | None, now: datetime) -> bool:
        """It has been looked up to now; False where somebody else was first."""
        ...

    def missed(self, since: datetime, until: datetime) -> Sequence[Breach]:
        """What was due in a time, from after `since` on, and was not done by then."""
        ...

    def soon(self, severity: Severity, goal: Goal, since: datetime, until: datetime) -> Sequence[int]:
        """Alerts of a severity that wait for it, due in a time."""
        ...

    def record(self, breaches: Collection[Breach]) -> Sequence[Breach]:
        """Keep them; those that were not there yet."""
        ...

    def between(self, scope: Scope, since: datetime, until: datetime) -> Mapping[tuple[Severity, Goal], int]:
        """How many were missed, of what one may see, from `since` on and before `until`."""
        ...

    def overdue(self, now: datetime) -> Mapping[Severity, int]:
        """How many open alerts are overdue now."""
        ...
