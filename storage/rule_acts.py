"""What rules did."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, Select, bindparam, case, func, insert, select, update

from bot.alerts.rules import RuleAct, RuleCount
from storage.among import among
from storage.rule_tables import rule_acts
from storage.statements import LIMIT

_COLUMNS = (rule_acts.c.rule, rule_acts.c.alert, rule_acts.c.revision, rule_acts.c.at, rule_acts.c.undone)
_OF_RULE = rule_acts.c.rule == bindparam("rule_")
_ADD = insert(rule_acts)
_MARK = update(rule_acts).where(
    rule_acts.c.alert == bindparam("alert_"), rule_acts.c.revision == bindparam("revision_")
)
_OF_ALERT: Select[Any] = (
    select(*_COLUMNS).where(rule_acts.c.alert == bindparam("alert_")).order_by(rule_acts.c.revision)
)
_NEWEST = (
    select(*_COLUMNS)
    .where(_OF_RULE)
    .order_by(rule_acts.c.at.desc(), rule_acts.c.alert.desc(), rule_acts.c.revision.desc())
    .offset(bindparam("offset_", type_=Integer()))
    .limit(LIMIT)
)
_STANDING = (
    select(*_COLUMNS)
    .where(_OF_RULE, rule_acts.c.at >= bindparam("since_", type_=rule_acts.c.at.type), rule_acts.c.undone.is_(False))
    .order_by(rule_acts.c.at.desc(), rule_acts.c.alert.desc(), rule_acts.c.revision.desc())
)
_COUNTS = among(
    lambda is_among: (
        select(
            rule_acts.c.rule,
            func.count(rule_acts.c.alert.distinct()),
            func.sum(case((rule_acts.c.undone, 1), else_=0)),
            func.max(rule_acts.c.at),
        )
        .where(is_among(rule_acts.c.rule, "rules_"))
        .group_by(rule_acts.c.rule)
    )
)


class RuleActs:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def add(self, act: RuleAct) -> None:
        values = {"rule": act.rule, "alert": act.alert, "revision": act.revision, "at": act.at, "undone": act.undone}
        self._on.execute(_ADD, values)

    def mark(self, alert: int, revision: int, *, undone: bool) -> None:
        self._on.execute(_MARK, {"alert_": alert, "revision_": revision, "undone": undone})

    def of_alert(self, alert: int) -> Sequence[RuleAct]:
        return [RuleAct(*row) for row in self._on.execute(_OF_ALERT, {"alert_": alert})]

    def newest(self, rule: str, *, offset: int, limit: int) -> Sequence[RuleAct]:
        asked = {"rule_": rule, "offset_": offset, "limit_": limit}
        return [RuleAct(*row) for row in self._on.execute(_NEWEST, asked)]

    def standing(self, rule: str, *, since: datetime) -> Sequence[RuleAct]:
        return [RuleAct(*row) for row in self._on.execute(_STANDING, {"rule_": rule, "since_": since})]

    def counts(self, rules: Iterable[str]) -> Mapping[str, RuleCount]:
        wanted = list(rules)
        if not wanted:
            return {}
        rows = self._on.execute(_COUNTS.on(self._on), {"rules_": wanted})
        return {rule: RuleCount(alerts, undone or 0, last) for rule, alerts, undone, last in rows}
