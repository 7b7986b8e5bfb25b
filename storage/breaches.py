"""Service targets that were missed, and what is due."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Text,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    update,
)

from bot.alerts.conversation import Scope
from bot.alerts.targets import Breach, Goal
from bot.alerts.words import Severity
from storage.due import DUE_AT, UNANSWERED
from storage.scopes import in_scope
from storage.statements import twin
from storage.tables import OPEN, alerts
from storage.target_tables import breaches, target_looks
from storage.types import Utc

_SINCE, _UNTIL = bindparam("since_", type_=Utc()), bindparam("until_", type_=Utc())
_ONLY = 1

_BY = {Goal.ACKNOWLEDGE: alerts.c.acknowledge_by, Goal.RESOLVE: alerts.c.resolve_by}
_WAITS = {Goal.ACKNOWLEDGE: UNANSWERED, Goal.RESOLVE: alerts.c.status != literal_column("'resolved'")}
_LATE = {
    Goal.ACKNOWLEDGE: or_(
        alerts.c.acknowledged_at > alerts.c.acknowledge_by,
        and_(alerts.c.acknowledged_at.is_(None), alerts.c.resolved_at > alerts.c.acknowledge_by),
    ),
    Goal.RESOLVE: alerts.c.resolved_at > alerts.c.resolve_by,
}
_SEEN = alerts.c.hidden.is_(None)


def _missed(goal: Goal) -> Any:  # noqa: ANN401 - a SELECT
    by = _BY[goal]
    return select(alerts.c.number, by, alerts.c.severity).where(
        by > _SINCE, by <= _UNTIL, _SEEN, or_(_WAITS[goal], _LATE[goal])
    )


def _soon(goal: Goal) -> Any:  # noqa: ANN401 - a SELECT
    by, severity = _BY[goal], alerts.c.severity == bindparam("severity_", type_=Text())
    return select(alerts.c.number).where(by > _SINCE, by <= _UNTIL, severity, _SEEN, _WAITS[goal])


_MISSED = {goal: _missed(goal) for goal in Goal}
_SOON = {goal: _soon(goal) for goal in Goal}
_RECORD = twin(
    lambda insert: (
        insert(breaches)
        .on_conflict_do_nothing(index_elements=["alert", "goal"])
        .returning(breaches.c.alert, breaches.c.goal)
    )
)
_LOOKED = select(target_looks.c.at).where(target_looks.c.id == _ONLY)
_LOOK = (
    update(target_looks)
    .where(target_looks.c.id == _ONLY, target_looks.c.at == bindparam("before_", type_=Utc()))
    .values(at=bindparam("now_", type_=Utc()))
)
_FIRST_LOOK = twin(lambda insert: insert(target_looks).on_conflict_do_nothing(index_elements=["id"]))
_OVERDUE = select(alerts.c.severity, func.count()).where(OPEN, DUE_AT <= _UNTIL).group_by(alerts.c.severity)


class Breaches:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def looked_at(self) -> datetime | None:
        at: datetime | None = self._on.execute(_LOOKED).scalar()
        return at

    def look(self, before: datetime | None, now: datetime) -> bool:
        if before is None:
            return self._on.execute(_FIRST_LOOK.on(self._on), {"id": _ONLY, "at": now}).rowcount == 1
        return self._on.execute(_LOOK, {"before_": before, "now_": now}).rowcount == 1

    def missed(self, since: datetime, until: datetime) -> Sequence[Breach]:
        return [
            Breach(alert=number, goal=goal, due_at=due_at, severity=Severity(severity))
            for goal, found in _MISSED.items()
            for number, due_at, severity in self._on.execute(found, {"since_": since, "until_": until})
        ]

    def soon(self, severity: Severity, goal: Goal, since: datetime, until: datetime) -> Sequence[int]:
        asked = {"severity_": severity.value, "since_": since, "until_": until}
        return list(self._on.execute(_SOON[goal], asked).scalars())

    def record(self, breaches: Collection[Breach]) -> Sequence[Breach]:
        new = []
        for one in sorted(breaches, key=lambda one: (one.alert, one.goal)):
            row = {
                "alert": one.alert,
                "goal": one.goal.value,
                "due_at": one.due_at,
                "severity": one.severity.value,
            }
            if self._on.execute(_RECORD.on(self._on), row).first() is not None:
                new.append(one)
        return new

    def between(self, scope: Scope, since: datetime, until: datetime) -> Mapping[tuple[Severity, Goal], int]:
        counted = (
            select(breaches.c.severity, breaches.c.goal, func.count())
            .select_from(alerts)
            .join(breaches, breaches.c.alert == alerts.c.number)
            .where(breaches.c.due_at >= since, breaches.c.due_at < until, in_scope(scope, self._on))
            .group_by(breaches.c.severity, breaches.c.goal)
        )
        return {(Severity(severity), Goal(goal)): count for severity, goal, count in self._on.execute(counted)}

    def overdue(self, now: datetime) -> Mapping[Severity, int]:
        return {Severity(severity): count for severity, count in self._on.execute(_OVERDUE, {"until_": now})}
