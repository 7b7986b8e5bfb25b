"""Triage rules, and what became of each on each alert."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    Text,
    bindparam,
    false,
    func,
    insert,
    literal,
    literal_column,
    null,
    or_,
    select,
    tuple_,
    update,
)

from bot.alerts.triage import Asked, Lookup, Mode, Run, State, TriageRule, read_step, step_json
from storage.statements import LIMIT, Twin, twin
from storage.tables import Number
from storage.triage_tables import triage_rules as rules
from storage.triage_tables import triage_runs as runs
from storage.types import Utc, database_time

_RULE = (
    rules.c.number,
    rules.c.name,
    rules.c.mode,
    rules.c.mode_at,
    rules.c.wants,
    rules.c.asked,
    rules.c.steps,
    rules.c.made_by,
    rules.c.made_at,
)
_RUN = (runs.c.rule, runs.c.alert, runs.c.state, runs.c.at, runs.c.attempt, runs.c.why, runs.c.found)
_NUMBER = bindparam("number_", type_=Number)
_RULES = select(*_RULE).where(rules.c.deleted == false()).order_by(rules.c.number)
_GET = select(*_RULE).where(rules.c.deleted == false(), rules.c.number == _NUMBER)
_ADD = insert(rules).returning(rules.c.number)
_CHANGE = update(rules).where(rules.c.number == _NUMBER)
_QUEUE = twin(lambda insert: insert(runs).on_conflict_do_nothing(index_elements=["rule", "alert"]))

#: Written out, so that SQLite sees that the partial index serves.
_QUEUED: ColumnElement[bool] = literal_column("state = 'queued'")
_LEASE_NOW = database_time(literal(0.0))
_LEASE_END = database_time(bindparam("seconds_", type_=Float()))
_FREE = or_(runs.c.lease_until.is_(None), runs.c.lease_until <= _LEASE_NOW)
_NEXT = select(func.min(runs.c.due_at)).where(_QUEUED, _FREE)
_DUE = (
    select(runs.c.rule, runs.c.alert)
    .where(_QUEUED, _FREE, runs.c.due_at <= bindparam("now_", type_=Utc()))
    .order_by(runs.c.due_at, runs.c.alert, runs.c.rule)
    .limit(LIMIT)
)
_CANDIDATES = Twin(_DUE, _DUE.with_for_update(skip_locked=True))
_OWNER = bindparam("owner_", type_=Text())
_TAKE = (
    update(runs)
    .where(tuple_(runs.c.rule, runs.c.alert).in_(bindparam("keys_", expanding=True)))
    .values(owner=_OWNER, lease_until=_LEASE_END, attempt=runs.c.attempt + 1)
    .returning(*_RUN)
)
_FENCED = update(runs).where(
    runs.c.rule == bindparam("rule_", type_=Number),
    runs.c.alert == bindparam("alert_", type_=Number),
    runs.c.owner == _OWNER,
    runs.c.attempt == bindparam("attempt_"),
    _QUEUED,
)
_UNLEASED = {"owner": null(), "lease_until": null()}
_DELAY = _FENCED.values(**_UNLEASED)
_FINISH = _FENCED.values(**_UNLEASED)
_RELEASE = update(runs).where(runs.c.owner == _OWNER, _QUEUED).values(**_UNLEASED)
_RELEASE_ALL = update(runs).where(runs.c.lease_until.is_not(None), _QUEUED).values(**_UNLEASED)
_RUNS = (
    select(*_RUN)
    .where(runs.c.rule == bindparam("rule_", type_=Number))
    .order_by(runs.c.at.desc(), runs.c.alert.desc())
    .limit(LIMIT)
)
_COUNTS = select(runs.c.rule, runs.c.state, func.count()).group_by(runs.c.rule, runs.c.state)


class Triage:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def rules(self) -> list[TriageRule]:
        return [_rule(row) for row in self._on.execute(_RULES)]

    def get(self, number: int) -> TriageRule | None:
        row = self._on.execute(_GET, {"number_": number}).first()
        return _rule(row) if row is not None else None

    def add(self, rule: TriageRule) -> int:
        values = {
            "name": rule.name,
            "mode": rule.mode.value,
            "mode_at": rule.mode_at,
            "wants": rule.wants,
            "asked": [[asked.lookup.value, asked.wanted] for asked in rule.asked],
            "steps": [step_json(step) for step in rule.steps],
            "made_by": rule.made_by,
            "made_at": rule.made_at,
            "deleted": False,
        }
        number: int = self._on.execute(_ADD, values).scalar_one()
        return number

    def set_mode(self, number: int, mode: Mode, at: datetime) -> None:
        self._on.execute(_CHANGE, {"number_": number, "mode": mode.value, "mode_at": at})

    def delete(self, number: int) -> None:
        self._on.execute(_CHANGE, {"number_": number, "deleted": True})

    def queue(self, caught: Collection[tuple[int, int]], at: datetime) -> None:
        rows = [
            {
                "rule": rule,
                "alert": alert,
                "state": State.QUEUED.value,
                "at": at,
                "due_at": at,
                "attempt": 0,
                "why": "",
                "found": {},
            }
            for rule, alert in sorted(caught)
        ]
        if rows:
            self._on.execute(_QUEUE.on(self._on), rows)

    def next_due(self) -> datetime | None:
        due: datetime | None = self._on.execute(_NEXT).scalar()
        return due

    def claim(self, now: datetime, *, owner: str, lease: timedelta, limit: int) -> list[Run]:
        found = self._on.execute(_CANDIDATES.on(self._on), {"now_": now, "limit_": limit})
        keys = [tuple(row) for row in found]
        if not keys:
            return []
        values = {"keys_": keys, "owner_": owner, "seconds_": lease.total_seconds()}
        return [_run(row) for row in self._on.execute(_TAKE, values)]

    def delay(self, run: Run, *, owner: str, until: datetime, why: str) -> None:
        self._on.execute(_DELAY, _fence(run, owner) | {"due_at": until, "why": why})

    def finish(self, run: Run, *, owner: str, state: State, at: datetime, why: str, found: Mapping[str, bool]) -> bool:
        values = {"state": state.value, "at": at, "why": why, "found": dict(found)}
        return self._on.execute(_FINISH, _fence(run, owner) | values).rowcount == 1

    def release(self, owner: str | None) -> None:
        if owner is None:
            self._on.execute(_RELEASE_ALL)
        else:
            self._on.execute(_RELEASE, {"owner_": owner})

    def runs(self, rule: int, *, limit: int) -> list[Run]:
        return [_run(row) for row in self._on.execute(_RUNS, {"rule_": rule, "limit_": limit})]

    def counts(self) -> Mapping[tuple[int, State], int]:
        return {(rule, State(state)): count for rule, state, count in self._on.execute(_COUNTS)}


def _fence(run: Run, owner: str) -> dict[str, Any]:
    return {"rule_": run.rule, "alert_": run.alert, "owner_": owner, "attempt_": run.attempt}


def _rule(row: Any) -> TriageRule:  # noqa: ANN401 - a row of _RULE
    return TriageRule(
        number=row.number,
        name=row.name,
        mode=Mode(row.mode),
        mode_at=row.mode_at,
        wants=row.wants,
        asked=tuple(Asked(Lookup(lookup), wanted) for lookup, wanted in row.asked),
        steps=tuple(read_step(step) for step in row.steps),
        made_by=row.made_by,
        made_at=row.made_at,
    )


def _run(row: Any) -> Run:  # noqa: ANN401 - a row of _RUN
    return Run(
        rule=row.rule,
        alert=row.alert,
        state=State(row.state),
        at=row.at,
        attempt=row.attempt,
        why=row.why,
        found=row.found,
    )
