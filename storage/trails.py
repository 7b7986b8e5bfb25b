"""What is remembered of earlier alerts at the things that they touched."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    TableValuedAlias,
    Text,
    and_,
    bindparam,
    case,
    delete,
    func,
    literal_column,
    select,
    true,
)

from bot.alerts.grouping import SAME_WINDOW, WINDOW, Place, Trace
from storage.bulk import Bulk
from storage.statements import Twin, twin
from storage.tables import OPEN, alerts, evidence
from storage.trail_tables import rhythms, traces
from storage.types import Json, Utc

_TRACES = Bulk(traces)
_PLACES = bindparam("places_", type_=Json)


#: A list of places as rows, and what each of them has.
Listed = tuple[TableValuedAlias, ColumnElement[str], ColumnElement[str]]


def _places_on_sqlite() -> Listed:
    listed = func.json_each(_PLACES).table_valued("value")
    entity, kind = (func.json_extract(listed.c.value, f"$[{place}]", type_=Text()) for place in (0, 1))
    return listed, entity, kind


def _places_on_postgresql() -> Listed:
    listed = func.json_array_elements(_PLACES).table_valued("value")
    entity, kind = (listed.c.value.op("->>")(literal_column(str(place), Integer())) for place in (0, 1))
    return listed, entity, kind


#: The entity, then the fields of a Trace.
_FIELDS = (
    traces.c.entity,
    traces.c.alert,
    traces.c.alert_type,
    alerts.c.first_activity,
    alerts.c.last_activity,
    traces.c.routine,
    alerts.c.incident,
    case((OPEN, 1), else_=0),
)


def _newest_on_sqlite(*, typed: bool) -> Select[Any]:
    """For each place of a list a look at one end of an index: the newest traces, down to the last that is wanted."""
    listed, entity, kind = _places_on_sqlite()
    other = traces.alias("other")
    there = and_(other.c.entity == entity, *([other.c.alert_type == kind] if typed else []))
    here = and_(traces.c.entity == entity, *([traces.c.alert_type == kind] if typed else []))
    last = (
        select(other.c.alert)
        .where(there)
        .order_by(other.c.alert.desc())
        .offset(literal_column(str((SAME_WINDOW if typed else WINDOW) - 1)))
        .limit(literal_column("1"))
        .correlate(listed)
        .scalar_subquery()
    )
    return (
        select(*_FIELDS)
        .select_from(listed)
        .join(traces, and_(here, traces.c.alert >= func.coalesce(last, 0)))
        .join(alerts, alerts.c.number == traces.c.alert)
        .order_by(traces.c.alert.desc())
    )


def _newest_on_postgresql(*, typed: bool) -> Select[Any]:
    """The same; here the planner reads the whole table unless it is told to look place by place."""
    listed, entity, kind = _places_on_postgresql()
    other = traces.alias("other")
    newest = (
        select(other.c.entity, other.c.alert)
        .where(other.c.entity == entity, *([other.c.alert_type == kind] if typed else []))
        .order_by(other.c.alert.desc())
        .limit(literal_column(str(SAME_WINDOW if typed else WINDOW)))
        .lateral("newest")
    )
    return (
        select(*_FIELDS)
        .select_from(listed)
        .join(newest, true())
        .join(traces, and_(traces.c.entity == newest.c.entity, traces.c.alert == newest.c.alert))
        .join(alerts, alerts.c.number == traces.c.alert)
        .order_by(traces.c.alert.desc())
    )


def _hours(listed: TableValuedAlias, entity: ColumnElement[str], kind: ColumnElement[str]) -> Select[Any]:
    here = and_(rhythms.c.entity == entity, rhythms.c.alert_type == kind)
    return (
        select(rhythms.c.entity, rhythms.c.alert_type, rhythms.c.hours, rhythms.c.last_hour)
        .select_from(listed)
        .join(rhythms, here)
    )


_NEWEST = Twin(_newest_on_sqlite(typed=False), _newest_on_postgresql(typed=False))
_NEWEST_TYPED = Twin(_newest_on_sqlite(typed=True), _newest_on_postgresql(typed=True))
_HOURS = Twin(_hours(*_places_on_sqlite()), _hours(*_places_on_postgresql()))
_SEEN = twin(
    lambda insert: (new := insert(rhythms)).on_conflict_do_update(
        index_elements=["entity", "alert_type"],
        set_={"hours": rhythms.c.hours + 1, "last_hour": new.excluded.last_hour},
        where=rhythms.c.last_hour < new.excluded.last_hour,
    )
)
_FIRST_SINCE = (
    select(alerts.c.number)
    .where(alerts.c.received_at >= bindparam("at_", type_=Utc()))
    .order_by(alerts.c.received_at, alerts.c.number)
    .limit(literal_column("1"))
)
#: By its entities, along the index.
_FORGET_ONE = delete(traces).where(
    traces.c.alert == bindparam("alert_"),
    traces.c.entity.in_(select(evidence.c.entity).where(evidence.c.alert == bindparam("alert_"))),
)
_FORGET = delete(traces).where(traces.c.alert < bindparam("alert_"))


class Trails:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def newest(self, places: Collection[Place]) -> Sequence[tuple[Place, Trace]]:
        if not places:
            return []
        entities = sorted({entity for entity, _ in places})
        typed = sorted(place for place in places if place[1])
        found: list[tuple[Place, Trace]] = []
        for entity, *fields in self._look(_NEWEST, [(entity, "") for entity in entities]):
            found.append(((entity, ""), Trace(*fields)))
        for entity, *fields in self._look(_NEWEST_TYPED, typed):
            found.append(((entity, fields[1]), Trace(*fields)))
        return found

    def add(self, traces: Iterable[tuple[str, Trace]]) -> None:
        _TRACES.add(self._on, ((entity, one.alert, one.alert_type, one.routine) for entity, one in traces))

    def hours(self, places: Collection[Place], hour: int) -> Mapping[Place, int]:
        if not places:
            return {}
        rows = list(self._on.execute(_HOURS.on(self._on), {"places_": sorted(places)}))
        earlier = {(entity, kind): hours - (last >= hour) for entity, kind, hours, last in rows}
        current = {(entity, kind) for entity, kind, _, last in rows if last >= hour}
        # Once an hour for each, and in one order, so that replicas do not wait for each other crosswise.
        new = [
            {"entity": entity, "alert_type": kind, "hours": 1, "last_hour": hour}
            for entity, kind in sorted(set(places) - current)
        ]
        if new:
            self._on.execute(_SEEN.on(self._on), new)
        return {place: earlier.get(place, 0) for place in places}

    def forget(self, alert: int) -> None:
        self._on.execute(_FORGET_ONE, {"alert_": alert})

    def forget_before(self, at: datetime) -> None:
        first = self._on.execute(_FIRST_SINCE, {"at_": at}).scalar()
        if first is not None:
            self._on.execute(_FORGET, {"alert_": first})

    def _look(self, statement: Twin, places: Sequence[Place]) -> Sequence[Any]:
        """The entity, and the fields of a trace in their order."""
        return self._on.execute(statement.on(self._on), {"places_": list(places)}).all() if places else ()
