"""Similar alerts: those that share an entity or the alert type.

The work is bounded by entities times postings, however many alerts there are: only the newest postings of each entity
and of the type are looked at, each along an index.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import CTE, ColumnClause, Connection, Select, bindparam, literal_column, select, union_all

from bot.alerts.alert import Alert
from bot.alerts.conversation import Scope
from bot.alerts.views import Similar
from storage.rows import SELECT_ALERT, alert_of
from storage.scopes import in_scope
from storage.statements import LIMIT
from storage.tables import alerts, evidence

#: Entities of the alert that are looked up, in the order of its evidence.
ENTITIES = 20

#: How many of the newest alerts are looked at for each of them, and for the alert type.
POSTINGS = 100

#: More pieces of evidence than these are not searched for distinct entities.
_PIECES = 1_000

#: Written out, so that SQLite sees that the partial indices serve.
_EMPTY: ColumnClause[str] = literal_column("''")

_OWN = (
    select(evidence.c.entity)
    .where(evidence.c.alert == bindparam("alert_"), evidence.c.entity != _EMPTY, evidence.c.ordinal < _PIECES)
    .order_by(evidence.c.ordinal)
)
_SHARED = (
    select(evidence.c.alert, evidence.c.label)
    .where(
        evidence.c.alert.in_(bindparam("alerts_", expanding=True)),
        evidence.c.entity.in_(bindparam("entities_", expanding=True)),
    )
    .order_by(evidence.c.alert, evidence.c.ordinal)
)


def similar(connection: Connection, alert: Alert, scope: Scope, *, limit: int) -> tuple[Similar, ...]:
    """The newest last activity first."""
    own = connection.execute(_OWN, {"alert_": alert.number}).scalars()
    entities = list(dict.fromkeys(own))[:ENTITIES]
    if not entities and not alert.alert_type:
        return ()
    found = [
        alert_of(row)
        for row in connection.execute(
            _candidates(len(entities), bool(alert.alert_type)).where(in_scope(scope, connection)),
            {f"entity_{place}": entity for place, entity in enumerate(entities)}
            | {"self_": alert.number, "type_": alert.alert_type, "limit_": limit},
        )
    ]
    shared = _shared(connection, [other.number for other in found], entities)
    return tuple(
        Similar(
            alert=other,
            shared=shared.get(other.number, ()),
            same_type=bool(alert.alert_type) and other.alert_type == alert.alert_type,
        )
        for other in found
    )


@lru_cache(maxsize=2 * (ENTITIES + 1))
def _candidates(entities: int, typed: bool) -> Select[Any]:  # noqa: FBT001 - a cache key
    """SQLite allows no LIMIT inside a UNION without a subquery around it."""
    postings = [select(_postings(place).c.alert) for place in range(entities)]
    if typed:
        same = (
            select(alerts.c.number.label("alert"))
            .where(alerts.c.alert_type == bindparam("type_"), alerts.c.alert_type != _EMPTY)
            .order_by(alerts.c.number.desc())
            .limit(POSTINGS + 1)
        )
        postings.append(select(same.cte("same_type").c.alert))
    near = union_all(*postings).cte("near")
    return (
        SELECT_ALERT.where(alerts.c.number.in_(select(near.c.alert)), alerts.c.number != bindparam("self_"))
        .order_by(alerts.c.last_activity.desc(), alerts.c.number.desc())
        .limit(LIMIT)
    )


def _postings(place: int) -> CTE:
    """One more than asked for, since the alert itself is among them."""
    return (
        select(evidence.c.alert)
        .distinct()
        .where(evidence.c.entity == bindparam(f"entity_{place}"), evidence.c.entity != _EMPTY)
        .order_by(evidence.c.alert.desc())
        .limit(POSTINGS + 1)
        .cte(f"postings_{place}")
    )


def _shared(connection: Connection, numbers: Sequence[int], entities: Sequence[str]) -> dict[int, tuple[str, ...]]:
    """The labels of what each alert shares, in the order of its evidence, each once."""
    if not numbers or not entities:
        return {}
    labels: dict[int, dict[str, None]] = {}
    for number, label in connection.execute(_SHARED, {"alerts_": numbers, "entities_": entities}):
        labels.setdefault(number, {})[label] = None
    return {number: tuple(each) for number, each in labels.items()}
