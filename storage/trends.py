"""Trends, counted in the database: one statement each, along an index of the time that it is about."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, case, func, literal, or_, select

from bot.alerts.trends import Columns, Compared, Trends
from bot.alerts.words import Classification, Severity
from storage.tables import alerts
from storage.types import Utc, seconds_between

#: Types and sources that are named.
TYPES: Final = 6
SOURCES: Final = 6


def trends(on: Connection, visible: ColumnElement[bool], columns: Columns) -> Trends:
    """Of the alerts for which `visible` holds. Hidden ones do not count."""
    seen = and_(visible, alerts.c.hidden.is_(None))
    types, sources, before = _compared(on, seen, columns)
    return Trends(
        columns=columns,
        new={
            Severity(kind): counts
            for kind, counts in _counted(on, seen, columns, alerts.c.received_at, alerts.c.severity).items()
        },
        verdicts={
            Classification(kind): counts
            for kind, counts in _counted(on, visible, columns, alerts.c.resolved_at, alerts.c.classification).items()
        },
        answer=_answers(on, visible, columns),
        before=before,
        types=types,
        sources=sources,
    )


def _place(column: ColumnElement[Any], columns: Columns) -> ColumnElement[int]:
    """In which column a time falls that is among them: they are compared, because local days differ in length."""
    later = [(column < literal(start, Utc), place) for place, start in enumerate(columns.starts[1:])]
    last = len(columns.starts) - 1
    return case(*later, else_=last) if later else literal(last)


def _within(column: ColumnElement[Any], since: datetime, until: datetime) -> ColumnElement[bool]:
    return and_(column >= since, column < until)


def _counted(
    on: Connection, which: ColumnElement[bool], columns: Columns, at: ColumnElement[Any], kind: ColumnElement[str]
) -> Mapping[str, Sequence[int]]:
    placed = select(_place(at, columns).label("place"), kind.label("kind"))
    rows = placed.where(which, _within(at, columns.since, columns.until)).subquery()
    counted = select(rows.c.place, rows.c.kind, func.count()).group_by(rows.c.place, rows.c.kind)
    found: dict[str, list[int]] = {}
    for place, name, count in on.execute(counted):
        found.setdefault(name, [0] * len(columns.starts))[place] = count
    return found


def _answers(on: Connection, visible: ColumnElement[bool], columns: Columns) -> Sequence[timedelta | None]:
    """The medians: the middle one of each column, or the mean of the two in the middle."""
    at = alerts.c.acknowledged_at
    place, took = _place(at, columns).label("place"), seconds_between(alerts.c.received_at, at).label("took")
    answered = select(place, took).where(visible, _within(at, columns.since, columns.until)).subquery()
    ranked = select(
        answered.c.place,
        answered.c.took,
        func.row_number().over(partition_by=answered.c.place, order_by=answered.c.took).label("rank"),
        func.count().over(partition_by=answered.c.place).label("count"),
    ).subquery()
    middle = or_(ranked.c.rank == (ranked.c.count + 1) // 2, ranked.c.rank == (ranked.c.count + 2) // 2)
    medians = select(ranked.c.place, func.avg(ranked.c.took)).where(middle).group_by(ranked.c.place)
    found = {at: timedelta(seconds=float(seconds)) for at, seconds in on.execute(medians)}
    return [found.get(place) for place in range(len(columns.starts))]


def _compared(
    on: Connection, seen: ColumnElement[bool], columns: Columns
) -> tuple[Sequence[Compared], Sequence[Compared], int]:
    """By type and by source against the time before, and how many came in that."""
    at = alerts.c.received_at
    is_now = case((at >= literal(columns.since, Utc), 1), else_=0)
    kinds = (alerts.c.alert_type, alerts.c.source, alerts.c.service_source)
    rows = on.execute(
        select(*kinds, func.sum(is_now), func.count(), func.max(alerts.c.number))
        .where(seen, _within(at, columns.before, columns.until))
        .group_by(*kinds)
    ).all()
    types = _most(((kind, now, both - now, newest) for kind, _, _, now, both, newest in rows if kind), TYPES)
    sources = _most(
        ((service or f"source:{source}", now, both - now, newest) for _, source, service, now, both, newest in rows),
        SOURCES,
    )
    titles = {
        row.number: row.title
        for row in on.execute(
            select(alerts.c.number, alerts.c.title).where(alerts.c.number.in_([one.newest for one in types]))
        )
    }
    named = [Compared(titles.get(one.newest) or one.name, one.count, one.before, one.newest) for one in types]
    return named, sources, sum(both - now for _, _, _, now, both, _ in rows)


def _most(counts: Iterable[tuple[str, int, int, int]], limit: int) -> list[Compared]:
    """The most frequent ones of now."""
    now, before, newest = Counter[str](), Counter[str](), dict[str, int]()
    for name, count, earlier, number in counts:
        now[name] += count
        before[name] += earlier
        newest[name] = max(number, newest.get(name, 0))
    found = sorted((name for name in now if now[name]), key=lambda name: (-now[name], name))[:limit]
    return [Compared(name, now[name], before[name], newest[name]) for name in found]
