"""Alerts by the entities that they have in common.

Bounded however many alerts there are: only the newest alerts with an entity are looked at, each along an index.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    CTE,
    ColumnClause,
    ColumnElement,
    Connection,
    Select,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    union,
)

from bot.alerts.alert import Alert
from bot.alerts.conversation import Scope
from bot.alerts.entities import EntityFacts
from bot.alerts.evidence import Evidence
from bot.alerts.words import Classification
from storage.rows import SELECT_ALERT, alert_of
from storage.scopes import in_scope
from storage.statements import LIMIT
from storage.tables import OPEN, alerts, evidence
from storage.types import Utc

#: The newest alerts with an entity that are looked at.
POSTINGS: Final = 500

#: The newest alerts among whose evidence a name is looked for.
NAMED: Final = 5_000

#: Entities of one alert that are looked up.
ENTITIES: Final = 12

#: Written out, so that SQLite sees that the partial indices serve.
_EMPTY: ColumnClause[str] = literal_column("''")

_PIECES = ("kind", "entity", "label", "roles", "verdict", "remediation", "tags", "properties")
_PIECE = tuple(evidence.c[name] for name in _PIECES)


class Entities:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def near(
        self, alert: int, entities: Collection[str], scope: Scope, *, since: datetime, until: datetime, limit: int
    ) -> Sequence[tuple[Alert, str]]:
        wanted = list(entities)[:ENTITIES]
        if not wanted:
            return []
        given: dict[str, Any] = {f"entity_{place}": entity for place, entity in enumerate(wanted)}
        given |= {"self_": alert, "since_": since, "until_": until, "limit_": limit}
        rows = self._on.execute(_near(len(wanted)).where(in_scope(scope, self._on)), given)
        found = [alert_of(row) for row in rows]
        labels: dict[int, str] = {}
        shared = select(evidence.c.alert, evidence.c.label).where(
            evidence.c.alert.in_([one.number for one in found]), evidence.c.entity.in_(wanted)
        )
        for number, label in self._on.execute(shared.order_by(evidence.c.alert, evidence.c.ordinal)):
            labels.setdefault(number, label)
        return [(one, labels.get(one.number, "")) for one in found]

    def pieces(self, alerts: Iterable[int], kinds: Collection[str], *, limit: int) -> Sequence[tuple[int, Evidence]]:
        asked = (
            select(evidence.c.alert, *_PIECE)
            .where(evidence.c.alert.in_(sorted(alerts)), evidence.c.kind.in_(sorted(kinds)))
            .order_by(evidence.c.alert, evidence.c.ordinal)
            .limit(limit)
        )
        return [(number, _piece(row)) for number, *row in self._on.execute(asked)]

    def facts(self, entity: str, scope: Scope) -> EntityFacts | None:
        newest = _postings(_given(entity))
        rows = self._on.execute(
            select(
                alerts.c.classification,
                case((OPEN, 1), else_=0),
                func.count(),
                func.min(alerts.c.first_activity),
                func.max(alerts.c.last_activity),
            )
            .where(alerts.c.number.in_(select(newest.c.alert)), in_scope(scope, self._on))
            .group_by(alerts.c.classification, case((OPEN, 1), else_=0))
        ).all()
        if not rows:
            return None
        verdicts: Counter[Classification] = Counter()
        for classification, _, count, _, _ in rows:
            verdicts[Classification(classification)] += count
        pieces: Counter[str] = Counter()
        roles: Counter[str] = Counter()
        said = select(evidence.c.verdict, evidence.c.roles).where(
            evidence.c.entity == entity,
            evidence.c.entity != _EMPTY,
            evidence.c.alert.in_(self._seen(newest, scope)),
        )
        for verdict, its_roles in self._on.execute(said):
            pieces[verdict] += 1
            roles.update(its_roles)
        total = sum(verdicts.values())
        return EntityFacts(
            count=total,
            open=sum(count for _, is_open, count, _, _ in rows if is_open),
            first_seen=min(first for _, _, _, first, _ in rows),
            last_seen=max(last for _, _, _, _, last in rows),
            verdicts=dict(verdicts),
            pieces=dict(pieces),
            roles=tuple(role for role, _ in roles.most_common()),
            more=self._on.execute(select(func.count()).select_from(newest)).scalar_one() >= POSTINGS,
        )

    def alerts(self, entity: str, scope: Scope, *, offset: int, limit: int) -> list[Alert]:
        newest = _postings(_given(entity))
        rows = self._on.execute(
            SELECT_ALERT.where(alerts.c.number.in_(select(newest.c.alert)), in_scope(scope, self._on))
            .order_by(case((OPEN, 0), else_=1), alerts.c.number.desc())
            .offset(offset)
            .limit(limit)
        )
        return [alert_of(row) for row in rows]

    def newest_piece(self, entity: str, scope: Scope) -> Evidence | None:
        newest = _postings(_given(entity))
        row = self._on.execute(
            select(*_PIECE)
            .join(alerts, alerts.c.number == evidence.c.alert)
            .where(
                evidence.c.entity == entity,
                evidence.c.entity != _EMPTY,
                evidence.c.alert.in_(select(newest.c.alert)),
                in_scope(scope, self._on),
            )
            .order_by(evidence.c.alert.desc(), evidence.c.ordinal)
            .limit(1)
        ).first()
        return _piece(row) if row is not None else None

    def called(self, name: str, scope: Scope, *, limit: int) -> Sequence[Evidence]:
        last = self._on.execute(select(func.max(alerts.c.number))).scalar() or 0
        rows = self._on.execute(
            select(*_PIECE)
            .join(alerts, alerts.c.number == evidence.c.alert)
            .where(
                evidence.c.alert > last - NAMED,
                evidence.c.entity != "",
                _is_called(name),
                in_scope(scope, self._on),
            )
            .order_by(evidence.c.alert.desc(), evidence.c.ordinal)
            .limit(20 * limit)
        )
        found: dict[str, Evidence] = {}
        for row in rows:
            piece = _piece(row)
            found.setdefault(piece.entity, piece)
        return list(found.values())[:limit]

    def _seen(self, newest: CTE, scope: Scope) -> Select[Any]:
        return select(alerts.c.number).where(alerts.c.number.in_(select(newest.c.alert)), in_scope(scope, self._on))


def _is_called(name: str) -> ColumnElement[bool]:
    """The label itself, a host without its domain, or an account without it."""
    low, label = name.strip().lower(), func.lower(evidence.c.label)
    return or_(
        evidence.c.label == name.strip(),
        label == low,
        label.startswith(f"{low}.", autoescape=True),
        label.startswith(f"{low}@", autoescape=True),
        label.endswith(f"\\{low}", autoescape=True),
    )


def _given(entity: str) -> ColumnElement[str]:
    return bindparam(None, entity)


def _postings(entity: ColumnElement[str], name: str = "newest", most: int = POSTINGS) -> CTE:
    return (
        select(evidence.c.alert)
        .distinct()
        .where(evidence.c.entity == entity, evidence.c.entity != _EMPTY)
        .order_by(evidence.c.alert.desc())
        .limit(most)
        .cte(name)
    )


@lru_cache(maxsize=ENTITIES)
def _near(entities: int) -> Select[Any]:
    postings = [
        select(_postings(bindparam(f"entity_{place}"), f"newest_{place}", 100).c.alert) for place in range(entities)
    ]
    near = union(*postings).cte("near") if len(postings) > 1 else postings[0].cte("near")
    return (
        SELECT_ALERT.where(
            alerts.c.number.in_(select(near.c.alert)),
            alerts.c.number != bindparam("self_"),
            alerts.c.last_activity >= bindparam("since_", type_=Utc()),
            alerts.c.first_activity <= bindparam("until_", type_=Utc()),
        )
        .order_by(alerts.c.first_activity.desc(), alerts.c.number.desc())
        .limit(LIMIT)
    )


def _piece(row: Any) -> Evidence:  # noqa: ANN401 - a row of _PIECE
    kind, entity, label, roles, verdict, remediation, tags, properties = row
    return Evidence(kind, entity, label, tuple(roles), verdict, remediation, tuple(tags), properties)
