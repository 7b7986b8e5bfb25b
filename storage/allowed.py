"""The allow list."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, false, insert, select, true, update

from bot.alerts.allowing import Allowed, Indicator, IndicatorType
from bot.alerts.errors import NotAvailable
from storage.rule_tables import allowed

_SELECT = select(allowed)
_GET = _SELECT.where(allowed.c.id == bindparam("id_"))
_ALL = _SELECT.where(allowed.c.removed == false()).order_by(allowed.c.id.desc())
_ADD = insert(allowed).returning(allowed.c.id)
_REMOVE = update(allowed).where(allowed.c.id == bindparam("id_")).values(removed=true())
_REPLACE = (
    update(allowed)
    .where(allowed.c.type == bindparam("type_"), allowed.c.value == bindparam("value_"))
    .values(removed=true())
)


class AllowList:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def add(self, entry: Allowed) -> Allowed:
        self._on.execute(_REPLACE, {"type_": entry.indicator.type.value, "value_": entry.indicator.value})
        values = {
            "type": entry.indicator.type.value,
            "value": entry.indicator.value,
            "label": entry.indicator.label,
            "groups": list(entry.groups),
        }
        values |= {
            name: getattr(entry, name)
            for name in ("title", "description", "alert", "rule", "by", "by_name", "at", "removed")
        }
        return self.get(self._on.execute(_ADD, values).scalar_one())

    def get(self, entry: int) -> Allowed:
        row = self._on.execute(_GET, {"id_": entry}).first()
        if row is None or row.removed:
            raise NotAvailable(f"entry {entry}")
        return _allowed(row)

    def all(self) -> Sequence[Allowed]:
        return [_allowed(row) for row in self._on.execute(_ALL)]

    def remove(self, entry: int) -> None:
        self._on.execute(_REMOVE, {"id_": entry})


def _allowed(row: Any) -> Allowed:  # noqa: ANN401 - a row of `allowed`
    return Allowed(
        id=row.id,
        indicator=Indicator(IndicatorType(row.type), row.value, row.label),
        groups=tuple(row.groups),
        title=row.title,
        description=row.description,
        alert=row.alert,
        rule=row.rule,
        by=row.by,
        by_name=row.by_name,
        at=row.at,
        removed=bool(row.removed),
    )
