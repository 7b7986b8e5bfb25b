"""Maintenance windows, and what they held back."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, distinct, false, func, insert, literal_column, or_, select, true, update

from bot.alerts.alert import Alert
from bot.alerts.routing import Window
from storage.route_tables import held, maintenance
from storage.rows import SELECT_ALERT, alert_of
from storage.statements import LIMIT, twin
from storage.tables import OPEN, Number, alerts
from storage.types import Utc

_COLUMNS = tuple(maintenance.c)
_NAMES = tuple(column.name for column in _COLUMNS)
_NOW = bindparam("now_", type_=Utc())
_ID = bindparam("id_", type_=Number)
_ADD = insert(maintenance).returning(maintenance.c.id)
_GET = select(*_COLUMNS).where(maintenance.c.id == _ID)
_STANDING = (
    select(*_COLUMNS)
    .where(maintenance.c.ended_at.is_(None), or_(maintenance.c.weekly == true(), maintenance.c.ends_at > _NOW))
    .order_by(maintenance.c.id)
)
_END = update(maintenance).where(maintenance.c.id == _ID, maintenance.c.ended_at.is_(None)).values(ended_at=_NOW)
_HOLD = twin(
    lambda insert: insert(held).on_conflict_do_nothing(index_elements=["maintenance", "conversation", "alert"])
)
_COUNTS = (
    select(held.c.maintenance, func.count(distinct(held.c.alert)))
    .where(held.c.maintenance.in_(bindparam("ids_", expanding=True)))
    .group_by(held.c.maintenance)
)
_HELD = (
    SELECT_ALERT.where(alerts.c.number.in_(select(held.c.alert).where(held.c.maintenance == _ID)))
    .order_by(alerts.c.number.desc())
    .limit(LIMIT)
)
_HOLDING = (
    select(held.c.conversation, held.c.maintenance).where(held.c.alert == bindparam("alert_")).order_by(held.c.at)
)
#: Written out, so that SQLite sees that the partial index serves.
_UNRELEASED = (
    select(held.c.maintenance, held.c.conversation, held.c.alert)
    .join(alerts, alerts.c.number == held.c.alert)
    .where(literal_column("NOT held.released"), OPEN)
    .order_by(held.c.maintenance, held.c.conversation, held.c.alert)
)
_RELEASE = (
    update(held)
    .where(held.c.maintenance == _ID, held.c.conversation == bindparam("conversation_"), held.c.released == false())
    .values(released=True)
)


class Windows:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def add(self, window: Window) -> int:
        values = {name: getattr(window, name) for name in _NAMES if name != "id"}
        made: int = self._on.execute(_ADD, values).scalar_one()
        return made

    def get(self, window: int) -> Window | None:
        row = self._on.execute(_GET, {"id_": window}).first()
        return _window(row) if row is not None else None

    def standing(self, now: datetime) -> list[Window]:
        return [_window(row) for row in self._on.execute(_STANDING, {"now_": now})]

    def end(self, window: int, at: datetime) -> None:
        self._on.execute(_END, {"id_": window, "now_": at})

    def hold(self, held: Collection[tuple[int, int, int]], at: datetime) -> None:
        rows = [
            {"maintenance": window, "conversation": conversation, "alert": alert, "at": at, "released": False}
            for window, conversation, alert in sorted(held)
        ]
        if rows:
            self._on.execute(_HOLD.on(self._on), rows)

    def counts(self, windows: Collection[int]) -> Mapping[int, int]:
        if not windows:
            return {}
        return {window: count for window, count in self._on.execute(_COUNTS, {"ids_": list(windows)})}  # noqa: C416 - rows

    def held(self, window: int, *, limit: int) -> Sequence[Alert]:
        return [alert_of(row) for row in self._on.execute(_HELD, {"id_": window, "limit_": limit})]

    def holding(self, alert: int) -> Mapping[int, int]:
        rows = self._on.execute(_HOLDING, {"alert_": alert})
        return {conversation: window for conversation, window in rows}  # noqa: C416 - rows

    def unreleased(self) -> list[tuple[Window, int, list[int]]]:
        found: dict[tuple[int, int], list[int]] = {}
        for window, conversation, alert in self._on.execute(_UNRELEASED):
            found.setdefault((window, conversation), []).append(alert)
        known = {window: self.get(window) for window, _ in found}
        return [
            (one, conversation, numbers)
            for (window, conversation), numbers in found.items()
            if (one := known[window]) is not None
        ]

    def release(self, window: int, conversation: int) -> bool:
        return self._on.execute(_RELEASE, {"id_": window, "conversation_": conversation}).rowcount > 0


def _window(row: Any) -> Window:  # noqa: ANN401 - a row of the table
    return Window(**dict(zip(_NAMES, row, strict=True)))
