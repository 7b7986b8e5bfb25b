"""What a digest says, counted in the database: a handful of statements, each along an index of the time it is about.

A period may have tens of thousands of alerts, so no row of theirs is read but for the few that are named.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Connection, and_, func, select

from bot.alerts.digest import Breaches, DigestNumbers, Noisy, PersonCount, Row, Took
from bot.alerts.targets import Goal
from bot.alerts.words import Classification, Severity, Status
from storage.tables import OPEN, alerts
from storage.target_tables import breaches
from storage.types import seconds_between

#: How many rows of each list are kept: a digest is for a minute, and a phone.
WORST: Final = 3
WAITING: Final = 5
NOISY: Final = 5
SOURCES: Final = 6
PEOPLE: Final = 8
RULES: Final = 5

_K = TypeVar("_K")

_ROW = (
    alerts.c.number,
    alerts.c.title,
    alerts.c.severity,
    alerts.c.status,
    alerts.c.received_at.label("since"),
    alerts.c.assignee,
)
_TO_ACKNOWLEDGE = seconds_between(alerts.c.received_at, alerts.c.acknowledged_at)
_TO_RESOLVE = seconds_between(alerts.c.received_at, alerts.c.resolved_at)


@dataclass(frozen=True, slots=True)
class _New:
    """New alerts that have these things in common; `newest` is the number of the last one."""

    severity: str
    source: str
    service_source: str
    alert_type: str
    hidden: str | None
    count: int
    newest: int


@dataclass(frozen=True, slots=True)
class _Resolved:
    """Resolved alerts that have these things in common, and how long that took, added up."""

    verdict: str
    assignee: str | None
    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class _Period:
    """A stretch of time, and the alerts that count in it."""

    on: Connection
    visible: ColumnElement[bool]
    since: datetime
    until: datetime

    def has(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        return and_(self.visible, column >= self.since, column < self.until)

    @property
    def before(self) -> "_Period":
        """The same length of time before it."""
        return replace(self, since=self.since - (self.until - self.since), until=self.since)


def count(on: Connection, visible: ColumnElement[bool], since: datetime, until: datetime) -> DigestNumbers:
    """Of the alerts for which `visible` holds. What is open is so now."""
    period = _Period(on, visible, since, until)
    new = _new(period)
    seen = [one for one in new if one.hidden is None]
    opened = _open(on, visible)
    resolved = _resolved(period)
    acknowledge = _took(period, alerts.c.acknowledged_at, _TO_ACKNOWLEDGE)
    resolve = _middled(period, alerts.c.resolved_at, _TO_RESOLVE, [(one.count, one.seconds) for one in resolved])
    waiting = _waiting(on, visible)
    return DigestNumbers(
        since=since,
        until=until,
        new=sum(one.count for one in seen),
        open=sum(opened.values()),
        resolved=resolve.count,
        unassigned=sum(number for (_, assignee), number in opened.items() if assignee is None),
        open_by_severity=_by_severity((severity, number) for (severity, _), number in opened.items()),
        new_by_severity=_by_severity((one.severity, one.count) for one in seen),
        oldest_open=_oldest(on, visible),
        mean_to_acknowledge=acknowledge.mean,
        mean_to_resolve=resolve.mean,
        hidden=sum(one.count for one in new if one.hidden is not None),
        acknowledge=acknowledge,
        resolve=resolve,
        before_new=_count_new(period.before),
        before_acknowledge=_took(period.before, alerts.c.acknowledged_at, _TO_ACKNOWLEDGE),
        before_resolve=_took(period.before, alerts.c.resolved_at, _TO_RESOLVE),
        worst_new=_worst(on, seen),
        waiting=waiting,
        verdicts=_summed((Classification(one.verdict), one.count) for one in resolved),
        by_source=_most(((one.service_source or f"source:{one.source}", one.count) for one in seen), SOURCES),
        by_person=_people(resolved, opened),
        noisy=_noisy(on, seen),
        hidden_by=_most(((one.hidden, one.count) for one in new if one.hidden is not None), RULES),
        breaches=_breaches(period),
    )


def longest_waiting(on: Connection, visible: ColumnElement[bool]) -> int | None:
    """The oldest open alert that nobody has."""
    found = _rows(on, and_(OPEN, visible, alerts.c.assignee.is_(None)), 1)
    return found[0].number if found else None


def _new(period: _Period) -> list[_New]:
    kinds = (
        alerts.c.severity,
        alerts.c.source,
        alerts.c.service_source,
        alerts.c.alert_type,
        alerts.c.hidden,
    )
    within = period.has(alerts.c.received_at)
    statement = select(*kinds, func.count(), func.max(alerts.c.number)).where(within).group_by(*kinds)
    return [_New(*row) for row in period.on.execute(statement)]


def _count_new(period: _Period) -> int:
    within = and_(period.has(alerts.c.received_at), alerts.c.hidden.is_(None))
    number: int = period.on.execute(select(func.count()).select_from(alerts).where(within)).scalar_one()
    return number


def _breaches(period: _Period) -> Breaches | None:
    """None where no target was missed."""
    missed = (
        select(breaches.c.goal, func.count())
        .select_from(alerts)
        .join(breaches, breaches.c.alert == alerts.c.number)
        .where(period.has(breaches.c.due_at))
        .group_by(breaches.c.goal)
    )
    found = {Goal(goal): number for goal, number in period.on.execute(missed)}
    if not found:
        return None
    return Breaches(acknowledge=found.get(Goal.ACKNOWLEDGE, 0), resolve=found.get(Goal.RESOLVE, 0))


def _open(on: Connection, visible: ColumnElement[bool]) -> Mapping[tuple[str, str | None], int]:
    """By severity and assignee."""
    kinds = (alerts.c.severity, alerts.c.assignee)
    rows = on.execute(select(*kinds, func.count()).where(OPEN, visible).group_by(*kinds))
    return {(severity, assignee): number for severity, assignee, number in rows}


def _resolved(period: _Period) -> list[_Resolved]:
    kinds = (alerts.c.classification, alerts.c.assignee)
    within = period.has(alerts.c.resolved_at)
    counted = select(*kinds, func.count(), func.sum(_TO_RESOLVE)).where(within).group_by(*kinds)
    return [_Resolved(verdict, who, number, float(took)) for verdict, who, number, took in period.on.execute(counted)]


def _took(period: _Period, ends: ColumnElement[Any], seconds: ColumnElement[float]) -> Took:
    counted = select(func.count(), func.sum(seconds)).select_from(alerts).where(period.has(ends))
    number, took = period.on.execute(counted).one()
    return _middled(period, ends, seconds, [(number, float(took or 0))])


def _middled(
    period: _Period, ends: ColumnElement[Any], seconds: ColumnElement[float], counted: Iterable[tuple[int, float]]
) -> Took:
    """The mean of what was counted and summed up, and the median."""
    parts = list(counted)
    number = sum(count for count, _ in parts)
    if not number:
        return Took()
    middle = _median(period.on, period.has(ends), seconds, number)
    mean = sum(took for _, took in parts) / number
    return Took(count=number, mean=timedelta(seconds=mean), median=timedelta(seconds=middle))


def _median(on: Connection, within: ColumnElement[bool], seconds: ColumnElement[float], count: int) -> float:
    """SQLite has no such function; sorting numbers of which the middle is known is as quick."""
    if on.dialect.name == "postgresql":
        middle = func.percentile_cont(0.5).within_group(seconds)
        return float(on.execute(select(middle).select_from(alerts).where(within)).scalar_one())
    took = seconds.label("took")
    middles = select(took).where(within).order_by(took).offset((count - 1) // 2).limit(2 - count % 2)
    found = list(on.execute(middles).scalars())
    return sum(found) / len(found)


def _oldest(on: Connection, visible: ColumnElement[bool]) -> tuple[int, str, datetime] | None:
    found = _rows(on, and_(OPEN, visible), 1)
    return (found[0].number, found[0].title, found[0].since) if found else None


def _waiting(on: Connection, visible: ColumnElement[bool]) -> tuple[Row, ...]:
    lonely = _rows(on, and_(OPEN, visible, alerts.c.assignee.is_(None)), WAITING)
    if len(lonely) == WAITING:
        return tuple(lonely)
    taken = _rows(on, and_(OPEN, visible, alerts.c.assignee.is_not(None)), WAITING - len(lonely))
    return (*lonely, *taken)


def _rows(on: Connection, which: ColumnElement[bool], limit: int) -> list[Row]:
    """The oldest ones."""
    statement = select(*_ROW).where(which).order_by(alerts.c.received_at, alerts.c.number).limit(limit)
    return [_row(row) for row in on.execute(statement)]


def _worst(on: Connection, new: Sequence[_New]) -> tuple[Row, ...]:
    """One of each type, newest first, of the highest severity that is among them."""
    worst = max((_RANK[one.severity] for one in new), default=None)
    newest: dict[str, int] = {}
    for one in new:
        if _RANK[one.severity] == worst:
            newest[one.alert_type] = max(one.newest, newest.get(one.alert_type, 0))
    numbers = sorted(newest.values(), reverse=True)[:WORST]
    found = {row.number: _row(row) for row in on.execute(select(*_ROW).where(alerts.c.number.in_(numbers)))}
    return tuple(found[number] for number in numbers if number in found)


def _noisy(on: Connection, new: Sequence[_New]) -> tuple[Noisy, ...]:
    """Types that came more than once, the most frequent first."""
    counts, newest = Counter[str](), dict[str, int]()
    for one in new:
        if one.alert_type:
            counts[one.alert_type] += one.count
            newest[one.alert_type] = max(one.newest, newest.get(one.alert_type, 0))
    often = [(kind, number) for kind, number in _most(counts.items(), NOISY) if number > 1]
    wanted = select(alerts.c.number, alerts.c.title).where(alerts.c.number.in_([newest[kind] for kind, _ in often]))
    titles = {row.number: row.title for row in on.execute(wanted)}
    return tuple(
        Noisy(newest=newest[kind], title=titles.get(newest[kind], kind), count=number) for kind, number in often
    )


def _people(resolved: Iterable[_Resolved], opened: Mapping[tuple[str, str | None], int]) -> tuple[PersonCount, ...]:
    did, has = Counter[str](), Counter[str]()
    for one in resolved:
        did[one.assignee or ""] += one.count
    for (_, person), number in opened.items():
        has[person or ""] += number
    people = sorted((did.keys() | has.keys()) - {""}, key=lambda person: (-did[person], -has[person], person))
    return tuple(PersonCount(person=who, resolved=did[who], open=has[who]) for who in people[:PEOPLE])


def _row(row: Any) -> Row:  # noqa: ANN401 - a row of _ROW
    return Row(
        number=row.number,
        title=row.title,
        severity=Severity(row.severity),
        status=Status(row.status),
        since=row.since,
        assignee=row.assignee or "",
    )


def _by_severity(counts: Iterable[tuple[str, int]]) -> Mapping[Severity, int]:
    found = _summed(counts)
    return {severity: found.get(severity.value, 0) for severity in Severity}


def _summed(counts: Iterable[tuple[_K, int]]) -> Mapping[_K, int]:
    found: Counter[_K] = Counter()
    for kind, number in counts:
        found[kind] += number
    return dict(found)


def _most(counts: Iterable[tuple[str, int]], limit: int) -> tuple[tuple[str, int], ...]:
    """The most frequent ones, and by name where they are as frequent."""
    return tuple(sorted(_summed(counts).items(), key=lambda one: (-one[1], one[0]))[:limit])


#: How bad each severity is.
_RANK: Final = {severity.value: place for place, severity in enumerate(Severity)}
