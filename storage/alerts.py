"""Alerts, with their evidence and the last report about them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, select, update

from bot.alerts.absorb import Said
from bot.alerts.alert import Alert
from bot.alerts.conversation import Scope
from bot.alerts.errors import Busy, NotAvailable
from bot.alerts.evidence import Evidence
from bot.alerts.report import Report
from bot.alerts.views import QueueFilter, Similar
from bot.alerts.words import Classification, Severity, Status
from storage.rows import COLUMNS, SELECT_ALERT, alert_of, values_of
from storage.similar import similar
from storage.statements import LIMIT, in_scope, twin
from storage.tables import OPEN, alerts, evidence, reports

_FIND = SELECT_ALERT.where(alerts.c.source == bindparam("source_"), alerts.c.external_id == bindparam("external_id_"))
_GET = SELECT_ALERT.where(alerts.c.number == bindparam("number_"))
_RESERVE = twin(
    lambda insert: (
        insert(alerts).on_conflict_do_nothing(index_elements=["source", "external_id"]).returning(alerts.c.number)
    )
)
#: What identifies an alert is never written again.
_FIXED = frozenset({"number", "source", "external_id"})
_SAVE = update(alerts).where(alerts.c.number == bindparam("number_"), alerts.c.revision == bindparam("expected_"))
_LAST_SAID = select(reports.c.said, reports.c.evidence_digest).where(reports.c.alert == bindparam("alert_"))
_KEEP_SAID = twin(
    lambda insert: (new := insert(reports)).on_conflict_do_update(
        index_elements=["alert"],
        set_={name: new.excluded[name] for name in ("said", "evidence_digest", "raw", "received_at")},
    )
)
_FORGET_EVIDENCE = delete(evidence).where(evidence.c.alert == bindparam("alert_"))
_ADD_EVIDENCE = insert(evidence)
_PIECES = ("kind", "entity", "label", "roles", "verdict", "remediation", "tags", "properties")
_EVIDENCE = (
    select(*(evidence.c[name] for name in _PIECES))
    .where(evidence.c.alert == bindparam("alert_"))
    .order_by(evidence.c.ordinal)
    .limit(LIMIT)
)
_NEWEST_OPEN = (
    select(alerts.c.number).where(OPEN).order_by(alerts.c.last_activity.desc(), alerts.c.number.desc()).limit(LIMIT)
)


class Alerts:
    def __init__(self, connection: Connection) -> None:
        self._on = connection
        #: Numbers given away in this transaction whose alerts are not saved yet.
        self.reserved: set[int] = set()
        self._made: set[int] = set()

    def find(self, source: str, external_id: str) -> Alert | None:
        row = self._on.execute(_FIND, {"source_": source, "external_id_": external_id}).first()
        return alert_of(row) if row is not None else None

    def get(self, number: int) -> Alert:
        row = self._on.execute(_GET, {"number_": number}).first()
        if row is None:
            raise NotAvailable(f"alert {number}")
        return alert_of(row)

    def reserve(self, report: Report, received_at: datetime) -> int | None:
        values = _blank(report, received_at)
        number: int | None = self._on.execute(_RESERVE.on(self._on), values).scalar()
        if number is not None:
            self.reserved.add(number)
            self._made.add(number)
        return number

    def save(self, alert: Alert, *, expected: int) -> None:
        values = values_of(alert)
        for name in _FIXED:
            del values[name]
        values |= {"number_": alert.number, "expected_": expected}
        if self._on.execute(_SAVE, values).rowcount != 1:
            raise Busy(f"alert {alert.number} is not at revision {expected} any more")
        self.reserved.discard(alert.number)

    def last_said(self, number: int) -> Said | None:
        row = self._on.execute(_LAST_SAID, {"alert_": number}).first()
        return Said(row.said, row.evidence_digest) if row is not None else None

    def keep_said(self, number: int, said: Said, raw: Mapping[str, Any], at: datetime) -> None:
        values = {
            "alert": number,
            "said": dict(said.fields),
            "evidence_digest": said.evidence_digest,
            "raw": raw,
            "received_at": at,
        }
        self._on.execute(_KEEP_SAID.on(self._on), values)

    def replace_evidence(self, number: int, evidence: Sequence[Evidence]) -> None:
        if number in self._made:
            self._made.remove(number)  # a new alert has none yet, and nothing to delete
        else:
            self._on.execute(_FORGET_EVIDENCE, {"alert_": number})
        rows = [_piece(number, ordinal, piece) for ordinal, piece in enumerate(evidence)]
        if rows:
            self._on.execute(_ADD_EVIDENCE, rows)

    def evidence(self, number: int, *, limit: int) -> tuple[Evidence, ...]:
        rows = self._on.execute(_EVIDENCE, {"alert_": number, "limit_": limit})
        return tuple(
            Evidence(kind, entity, label, tuple(roles), verdict, remediation, tuple(tags), properties)
            for kind, entity, label, roles, verdict, remediation, tags, properties in rows
        )

    def page(self, scope: Scope, wanted: QueueFilter, *, offset: int, limit: int) -> tuple[list[Alert], int]:
        condition = and_(OPEN, alerts.c.last_activity >= wanted.since, in_scope(scope))
        if wanted.assignee is not None:
            condition = and_(condition, alerts.c.assignee == wanted.assignee)
        total = self._on.execute(select(func.count()).select_from(alerts).where(condition)).scalar_one()
        rows = self._on.execute(
            SELECT_ALERT.where(condition)
            .order_by(alerts.c.last_activity.desc(), alerts.c.number.desc())
            .offset(offset)
            .limit(limit)
        )
        return [alert_of(row) for row in rows], total

    def newest_open(self, limit: int) -> list[int]:
        return list(self._on.execute(_NEWEST_OPEN, {"limit_": limit}).scalars())

    def similar(self, alert: Alert, scope: Scope, *, limit: int) -> tuple[Similar, ...]:
        return similar(self._on, alert, scope, limit=limit)

    def in_scope(self, number: int, scope: Scope) -> bool:
        asked = select(alerts.c.number).where(alerts.c.number == number, in_scope(scope))
        return self._on.execute(asked).first() is not None


def _blank(report: Report, received_at: datetime) -> dict[str, Any]:
    """A row that only holds the place until `save`, which comes in the same transaction."""
    return {name: "" for name in COLUMNS if name != "number" and not alerts.c[name].nullable} | {
        "source": report.source,
        "external_id": report.external_id,
        "revision": 0,
        "severity": Severity.MEDIUM.value,
        "status": Status.NEW.value,
        "classification": Classification.NOT_SET.value,
        "comment_count": 0,
        "created_at": received_at,
        "first_activity": received_at,
        "last_activity": received_at,
        "received_at": received_at,
        "rest": {},
    }


def _piece(alert: int, ordinal: int, piece: Evidence) -> dict[str, Any]:
    return {
        "alert": alert,
        "ordinal": ordinal,
        "kind": piece.kind,
        "entity": piece.entity,
        "label": piece.label,
        "roles": piece.roles,
        "verdict": piece.verdict,
        "remediation": piece.remediation,
        "tags": piece.tags,
        "properties": dict(piece.properties),
    }
