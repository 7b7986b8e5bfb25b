"""Incidents and how many alerts each has."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, exists, func, insert, select, true

from bot.alerts.conversation import Scope
from bot.alerts.errors import Busy, NotAvailable
from bot.alerts.incident import Incident
from storage.among import among
from storage.scopes import in_scope
from storage.statements import Twin, twin
from storage.tables import alerts, incidents

_OF_SOURCE = select(incidents.c.number).where(
    incidents.c.source == bindparam("source_"), incidents.c.external_id == bindparam("external_id_")
)
_KNOWN = among(
    lambda is_among: select(incidents.c.external_id, incidents.c.number).where(
        incidents.c.source == bindparam("source_"), is_among(incidents.c.external_id, "external_ids_")
    )
)
_MEET = twin(
    lambda insert: (
        insert(incidents).on_conflict_do_nothing(index_elements=["source", "external_id"]).returning(incidents.c.number)
    )
)
_CREATE = insert(incidents).returning(incidents.c.number)


class Incidents:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def get(self, number: int) -> Incident:
        found = self.many([number])
        if number not in found:
            raise NotAvailable(f"incident {number}")
        return found[number]

    def many(self, numbers: Iterable[int]) -> Mapping[int, Incident]:
        wanted = list(numbers)
        if not wanted:
            return {}
        rows = self._on.execute(_many().on(self._on), {"numbers_": wanted})
        return {row.number: _incident(row) for row in rows}

    def known(self, keys: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], int]:
        wanted: dict[str, list[str]] = {}
        for source, external_id in keys:
            wanted.setdefault(source, []).append(external_id)
        return {
            (source, external_id): number
            for source, external_ids in wanted.items()
            for external_id, number in self._on.execute(
                _KNOWN.on(self._on), {"source_": source, "external_ids_": external_ids}
            )
        }

    def of_source(self, source: str, external_id: str, *, name: str, url: str, at: datetime) -> int:
        key = {"source_": source, "external_id_": external_id}
        number: int | None = self._on.execute(_OF_SOURCE, key).scalar()
        if number is not None:
            return number
        values = {"source": source, "external_id": external_id, "name": name, "url": url, "created_at": at}
        made: int | None = self._on.execute(_MEET.on(self._on), values).scalar()
        if made is None:
            raise Busy("another report of the same incident was faster")
        return made

    def create(self, name: str, at: datetime) -> int:
        values = {"source": None, "external_id": None, "name": name, "url": "", "created_at": at}
        number: int = self._on.execute(_CREATE, values).scalar_one()
        return number

    def newest(self, scope: Scope, *, limit: int) -> list[Incident]:
        visible = in_scope(scope, self._on)
        rows = self._on.execute(
            _counted(visible).where(_has_alert(visible)).order_by(incidents.c.number.desc()).limit(limit)
        )
        return [_incident(row) for row in rows]

    def in_scope(self, number: int, scope: Scope) -> bool:
        asked = select(incidents.c.number).where(incidents.c.number == number, _has_alert(in_scope(scope, self._on)))
        return self._on.execute(asked).first() is not None


def _linked(visible: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(alerts.c.incident == incidents.c.number, alerts.c.incident.is_not(None), visible)


def _has_alert(visible: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(select(alerts.c.number).where(_linked(visible)).correlate(incidents))


def _counted(visible: ColumnElement[bool]) -> Any:  # noqa: ANN401 - a Select of eight columns
    count = select(func.count()).select_from(alerts).where(_linked(visible)).correlate(incidents).scalar_subquery()
    return select(
        incidents.c.number,
        incidents.c.name,
        incidents.c.created_at,
        incidents.c.source,
        incidents.c.external_id,
        incidents.c.url,
        count.label("alert_count"),
    )


@cache
def _many() -> Twin:
    return among(lambda is_among: _counted(true()).where(is_among(incidents.c.number, "numbers_")))


def _incident(row: Any) -> Incident:  # noqa: ANN401 - a row of _counted
    return Incident(
        number=row.number,
        name=row.name,
        created_at=row.created_at,
        source=row.source or "",
        external_id=row.external_id or "",
        url=row.url,
        alert_count=row.alert_count,
    )
