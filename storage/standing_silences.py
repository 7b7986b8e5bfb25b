"""Silences that stand at Alertmanager, as it last told."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, text, update

from bot.alerts.standing_silences import Matcher, Standing
from storage.silence_tables import standing_silences as table
from storage.statements import LIMIT, twin
from storage.types import Utc

_NAMES = (
    *("external_id", "matchers", "author", "comment", "begins_at", "ends_at", "link"),
    *("lifted_by", "attempt", "why"),
)
_COLUMNS = tuple(table.c[name] for name in _NAMES)
_TOLD = ("matchers", "author", "comment", "begins_at", "ends_at", "link")
_NOW = bindparam("now_", type_=Utc())
_IDS = select(table.c.external_id)
_ALL = select(*_COLUMNS).where(table.c.ends_at > _NOW).order_by(table.c.ends_at, table.c.external_id)
_ONE = table.c.external_id == bindparam("id_")
_GET = select(*_COLUMNS).where(_ONE)
_CHANGE = update(table).where(_ONE)
_DROP = delete(table).where(_ONE)
#: Written out, so that both databases see that the partial index serves.
_TO_LIFT = (
    select(*_COLUMNS)
    .where(text("standing_silences.lift_due_at IS NOT NULL"), table.c.lift_due_at <= _NOW)
    .order_by(table.c.lift_due_at, table.c.external_id)
    .limit(LIMIT)
)


def _keep(insert: Any) -> Any:  # noqa: ANN401 - each dialect has its own type of insert
    new = insert(table)
    return new.on_conflict_do_update(index_elements=["external_id"], set_={name: new.excluded[name] for name in _TOLD})


_KEEP = twin(_keep)


class StandingSilences:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def keep(self, there: Collection[Standing]) -> None:
        wanted = {one.external_id for one in there}
        gone = [{"id_": known} for known in self._on.execute(_IDS).scalars() if known not in wanted]
        if gone:
            self._on.execute(_DROP, gone)
        if there:
            self._on.execute(_KEEP.on(self._on), [_row(one) for one in there])

    def all(self, now: datetime) -> Sequence[Standing]:
        return [_standing(row) for row in self._on.execute(_ALL, {"now_": now})]

    def get(self, external_id: str) -> Standing | None:
        row = self._on.execute(_GET, {"id_": external_id}).first()
        return _standing(row) if row is not None else None

    def want_lifted(self, external_id: str, by: str, at: datetime) -> None:
        self._on.execute(_CHANGE, {"id_": external_id, "lifted_by": by, "lift_due_at": at, "attempt": 0, "why": ""})

    def to_lift(self, now: datetime, *, limit: int) -> Sequence[Standing]:
        return [_standing(row) for row in self._on.execute(_TO_LIFT, {"now_": now, "limit_": limit})]

    def take(self, external_id: str, until: datetime) -> None:
        self._on.execute(_CHANGE.values(attempt=table.c.attempt + 1), {"id_": external_id, "lift_due_at": until})

    def gone(self, external_id: str) -> None:
        self._on.execute(_DROP, {"id_": external_id})

    def later(self, external_id: str, at: datetime, why: str) -> None:
        self._on.execute(_CHANGE, {"id_": external_id, "lift_due_at": at, "why": why})

    def stays(self, external_id: str, why: str) -> None:
        self._on.execute(_CHANGE, {"id_": external_id, "lift_due_at": None, "lifted_by": "", "why": why})


def _row(one: Standing) -> dict[str, Any]:
    return {
        "external_id": one.external_id,
        "matchers": [[each.name, each.operator, each.value] for each in one.matchers],
        "author": one.author,
        "comment": one.comment,
        "begins_at": one.begins_at,
        "ends_at": one.ends_at,
        "link": one.link,
        "lifted_by": "",
        "lift_due_at": None,
        "attempt": 0,
        "why": "",
    }


def _standing(row: Any) -> Standing:  # noqa: ANN401 - a row of the columns above
    values = dict(zip(_NAMES, row, strict=True))
    return Standing(**{**values, "matchers": tuple(Matcher(*each) for each in values["matchers"])})
