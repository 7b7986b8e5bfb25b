"""Incidents, with their own history, and how many alerts each has."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    insert,
    or_,
    select,
    update,
)

from bot.alerts.alert import Alert
from bot.alerts.conversation import Scope
from bot.alerts.errors import Busy, NotAvailable
from bot.alerts.incident import Incident, IncidentEntry, IncidentKind
from bot.alerts.incident_ports import IncidentFacts
from bot.alerts.people import ActorKind
from storage import incident_facts
from storage.among import among
from storage.called import called
from storage.incident_facts import RANK, in_incident
from storage.incident_rows import entry_of, row_of
from storage.incident_tables import incident_history
from storage.rows import SELECT_ALERT, alert_of
from storage.scopes import in_scope
from storage.statements import LIMIT, Twin, twin
from storage.tables import OPEN, alerts, incidents

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
_SAVE = update(incidents).where(
    incidents.c.number == bindparam("number_"), incidents.c.revision == bindparam("expected_")
)
_ADD = insert(incident_history)
_ENTRIES = select(*incident_history.c).where(incident_history.c.incident == bindparam("number_"))
_NEWEST_FIRST = _ENTRIES.order_by(incident_history.c.revision.desc()).limit(LIMIT)
_ENTRY = _ENTRIES.where(incident_history.c.revision == bindparam("revision_"))
_LAST_BY = _NEWEST_FIRST.where(
    or_(
        incident_history.c.actor_id == bindparam("actor_"),
        incident_history.c.kind == IncidentKind.OVERRULED.value,
    )
)
_ITS_ALERTS = select(alerts.c.number).where(in_incident()).order_by(alerts.c.number).limit(LIMIT)


_CALL = update(incidents).where(incidents.c.number == bindparam("number_"))
_NAME_AT_SOURCE = update(incidents).where(incidents.c.number == bindparam("number_"), incidents.c.source.is_(None))


class Incidents:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def get(self, number: int) -> Incident:
        row = self._on.execute(_get(), {"number_": number}).first()
        if row is None:
            raise NotAvailable(f"incident {number}")
        return _incident(row)

    def many(self, numbers: Iterable[int]) -> Mapping[int, Incident]:
        wanted = list(numbers)
        if not wanted:
            return {}
        rows = self._on.execute(_many().on(self._on), {"numbers_": wanted})
        return {row.number: _incident(row) for row in rows}

    def called(self, ids: Collection[str]) -> Sequence[int]:
        return called(self._on, incidents, ids)

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

    def save(self, incident: Incident, entry: IncidentEntry) -> None:
        values = {change.field: getattr(incident, change.field) for change in entry.changes}
        if "name" in values:
            values["named_by_source"] = entry.actor.kind is ActorKind.SOURCE
        key = {"number_": incident.number, "expected_": entry.revision - 1}
        if self._on.execute(_SAVE.values(**values, revision=entry.revision), key).rowcount != 1:
            raise Busy(f"incident {incident.number} is not at revision {entry.revision - 1} any more")
        self._on.execute(_ADD, row_of(entry))

    def entries(self, number: int, *, limit: int) -> tuple[IncidentEntry, ...]:
        return tuple(map(entry_of, self._on.execute(_NEWEST_FIRST, {"number_": number, "limit_": limit})))

    def entry(self, number: int, revision: int) -> IncidentEntry | None:
        row = self._on.execute(_ENTRY, {"number_": number, "revision_": revision}).first()
        return entry_of(row) if row is not None else None

    def last_by(self, number: int, actor: str) -> IncidentEntry | None:
        row = self._on.execute(_LAST_BY, {"number_": number, "actor_": actor, "limit_": 1}).first()
        return entry_of(row) if row is not None else None

    def was_said(self, author: str, text: str, at: datetime | None = None) -> bool:
        said = select(incident_history.c.incident).where(
            incident_history.c.actor_name == author, incident_history.c.comment == text
        )
        if at is not None:
            said = said.where(incident_history.c.at == at)
        return self._on.execute(said.limit(1)).first() is not None

    def facts(self, number: int, scope: Scope) -> IncidentFacts | None:
        return incident_facts.facts(self._on, number, in_scope(scope, self._on))

    def page(self, number: int, scope: Scope, *, offset: int, limit: int) -> list[Alert]:
        rows = self._on.execute(
            SELECT_ALERT.where(in_incident(), in_scope(scope, self._on))
            .order_by(case((OPEN, 0), else_=1), RANK.desc(), alerts.c.last_activity.desc(), alerts.c.number.desc())
            .offset(offset)
            .limit(limit),
            {"number_": number},
        )
        return [alert_of(row) for row in rows]

    def alerts(self, number: int, *, limit: int, is_open: bool = False) -> Sequence[int]:
        asked = _ITS_ALERTS.where(OPEN) if is_open else _ITS_ALERTS
        return list(self._on.execute(asked, {"number_": number, "limit_": limit}).scalars())

    def known_as(self, number: int, source: str, external_id: str) -> None:
        key = {"source_": source, "external_id_": external_id}
        if self._on.execute(_OF_SOURCE, key).scalar() is None:
            self._on.execute(_NAME_AT_SOURCE, {"number_": number, "source": source, "external_id": external_id})

    def parts(self, number: int) -> Sequence[int]:
        found = [number]
        for whole in found:  # grows while it is looked at
            parts = self._on.execute(select(incidents.c.number).where(incidents.c.merged_into == whole)).scalars()
            found += [part for part in sorted(parts) if part not in found]
        return found[1:]

    def rename_at_source(self, number: int, external_id: str) -> None:
        self._on.execute(_CALL, {"number_": number, "external_id": external_id})

    def swap_at_source(self, one: int, other: int) -> None:
        found = self.many([one, other])
        for number in (one, other):  # no two may be called alike, not even for a moment
            self._on.execute(_CALL, {"number_": number, "source": None, "external_id": None})
        for number, by in ((one, found[other]), (other, found[one])):
            if by.source:
                self._on.execute(
                    _CALL, {"number_": number, "source": by.source, "external_id": by.external_id, "url": by.url}
                )

    def is_whole(self, number: int, scope: Scope) -> bool:
        hidden = _hidden(in_scope(scope, self._on)).where(alerts.c.incident == number)
        return self._on.execute(hidden.limit(1)).first() is None

    def seen(self, number: int, scope: Scope) -> Incident:
        asked = _counted(in_scope(scope, self._on)).where(incidents.c.number == number)
        row = self._on.execute(asked).first()
        if row is None:
            raise NotAvailable(f"incident {number}")
        return _incident(row)

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


def _hidden(visible: ColumnElement[bool]) -> Any:  # noqa: ANN401 - a Select of one column
    return select(alerts.c.number).where(alerts.c.incident.is_not(None), case((visible, 0), else_=1) == 1)


def _counted(visible: ColumnElement[bool], *, named: bool = False) -> Any:  # noqa: ANN401 - a Select of eleven columns
    """`named`: by its source, too, whoever may see all its alerts."""
    count = select(func.count()).select_from(alerts).where(_linked(visible)).correlate(incidents).scalar_subquery()
    worst = (
        select(alerts.c.title)
        .where(_linked(visible))
        .order_by(RANK.desc(), alerts.c.number)
        .limit(1)
        .correlate(incidents)
        .scalar_subquery()
    )
    hidden = exists(_hidden(visible).where(alerts.c.incident == incidents.c.number).correlate(incidents))
    untold = and_(incidents.c.named_by_source, false() if named else hidden)
    name = case((untold, ""), else_=incidents.c.name)
    return select(
        incidents.c.number,
        name.label("name"),
        # Nobody has named it: then it is called like its worst alert.
        case((name == "", worst), else_="").label("worst"),
        incidents.c.revision,
        incidents.c.assignee,
        incidents.c.merged_into,
        incidents.c.created_at,
        incidents.c.source,
        incidents.c.external_id,
        incidents.c.url,
        count.label("alert_count"),
    )


@cache
def _get() -> Any:  # noqa: ANN401 - as _counted
    return _counted(false(), named=True).where(incidents.c.number == bindparam("number_"))


@cache
def _many() -> Twin:
    return among(lambda is_among: _counted(false()).where(is_among(incidents.c.number, "numbers_")))


def _incident(row: Any) -> Incident:  # noqa: ANN401 - a row of _counted
    return Incident(
        number=row.number,
        name=row.name,
        worst=row.worst or "",
        revision=row.revision,
        assignee=row.assignee,
        merged_into=row.merged_into,
        created_at=row.created_at,
        source=row.source or "",
        external_id=row.external_id or "",
        url=row.url,
        alert_count=row.alert_count,
    )
