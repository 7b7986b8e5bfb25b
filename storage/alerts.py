"""Alerts, with their evidence and the last report about them."""

from array import array
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, TextClause, and_, bindparam, delete, func, select, update

from bot.alerts.absorb import Birth, Said
from bot.alerts.action_views import Investigations
from bot.alerts.alert import Alert
from bot.alerts.condition import EVERYTHING, tests_of
from bot.alerts.conversation import Scope
from bot.alerts.errors import Busy, NotAvailable
from bot.alerts.evidence import Evidence
from bot.alerts.views import QueueFilter, Similar
from storage import opening
from storage.among import among
from storage.called import called
from storage.conditions import condition_filter
from storage.investigations import investigated
from storage.likeness import Likenesses
from storage.rows import SELECT_ALERT, alert_of, values_of
from storage.scopes import in_scope
from storage.similar import similar
from storage.statements import LIMIT, twin
from storage.tables import OPEN, UNRESOLVED, alerts, evidence, reports
from storage.telling import Journal

_FIND = among(
    lambda is_among: SELECT_ALERT.where(
        alerts.c.source == bindparam("source_"), is_among(alerts.c.external_id, "external_ids_")
    )
)
_GET = SELECT_ALERT.where(alerts.c.number == bindparam("number_"))
_SAVE = update(alerts).where(alerts.c.number == bindparam("number_"), alerts.c.revision == bindparam("expected_"))
_LAST_SAID = among(
    lambda is_among: select(reports.c.alert, reports.c.said, reports.c.evidence_digest).where(
        is_among(reports.c.alert, "alerts_")
    )
)
_KEEP_SAID = twin(
    lambda insert: (new := insert(reports)).on_conflict_do_update(
        index_elements=["alert"],
        set_={name: new.excluded[name] for name in ("said", "evidence_digest", "raw", "received_at")},
    )
)
_RETIRE = (
    update(alerts)
    .where(alerts.c.number == bindparam("number_"))
    .values(external_id=alerts.c.external_id + bindparam("mark_", type_=Text()))
)
_FORGET_EVIDENCE = delete(evidence).where(evidence.c.alert == bindparam("alert_"))
_PIECES = ("kind", "entity", "label", "roles", "verdict", "remediation", "tags", "properties")
_EVIDENCE_OF = among(
    lambda is_among: (
        select(evidence.c.alert, *(evidence.c[name] for name in _PIECES))
        .where(is_among(evidence.c.alert, "alerts_"))
        .order_by(evidence.c.alert, evidence.c.ordinal)
    )
)
_EVIDENCE = (
    select(*(evidence.c[name] for name in _PIECES))
    .where(evidence.c.alert == bindparam("alert_"))
    .order_by(evidence.c.ordinal)
    .limit(LIMIT)
)
_NEWEST_FIRST = (alerts.c.last_activity.desc(), alerts.c.number.desc())


class Alerts:
    def __init__(self, connection: Connection, journal: Journal, likenesses: Likenesses) -> None:
        self._on = connection
        self._journal = journal
        self._likenesses = likenesses

    def find(self, keys: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], Alert]:
        wanted: dict[str, list[str]] = {}
        for source, external_id in keys:
            wanted.setdefault(source, []).append(external_id)
        found = [
            alert_of(row)
            for source, external_ids in wanted.items()
            for row in self._on.execute(_FIND.on(self._on), {"source_": source, "external_ids_": external_ids})
        ]
        return {(alert.source, alert.external_id): alert for alert in found}

    def called(self, ids: Collection[str]) -> Sequence[int]:
        return called(self._on, alerts, ids)

    def get(self, number: int) -> Alert:
        row = self._on.execute(_GET, {"number_": number}).first()
        if row is None:
            raise NotAvailable(f"alert {number}")
        return alert_of(row)

    def numbers(self, count: int) -> Sequence[int]:
        return opening.numbers(self._on, count)

    def open(self, births: Sequence[Birth]) -> None:
        opening.write(self._on, births)
        self._likenesses.open(births)
        for birth in births:
            self._journal.saved(birth.alert)
            self._journal.added(birth.entry)

    def save(self, alert: Alert, *, before: Alert) -> None:
        # Only what differs: each column that is written costs its indices.
        old, new = values_of(before), values_of(alert)
        values = {name: value for name, value in new.items() if value != old[name]}
        values |= {"number_": alert.number, "expected_": before.revision}
        if self._on.execute(_SAVE, values).rowcount != 1:
            raise Busy(f"alert {alert.number} is not at revision {before.revision} any more")
        self._journal.saved(alert)
        self._likenesses.saved(alert, before)

    def retire(self, number: int) -> None:
        self._on.execute(_RETIRE, {"number_": number, "mark_": f"~{number}"})

    def last_said(self, numbers: Collection[int]) -> Mapping[int, Said]:
        if not numbers:
            return {}
        rows = self._on.execute(_LAST_SAID.on(self._on), {"alerts_": list(numbers)})
        return {number: Said(fields, digest) for number, fields, digest in rows}

    def keep_said(self, number: int, said: Said, raw: str, at: datetime) -> None:
        values = {
            "alert": number,
            "said": dict(said.fields),
            "evidence_digest": said.evidence_digest,
            "raw": raw,
            "received_at": at,
        }
        self._on.execute(_KEEP_SAID.on(self._on), values)

    def replace_evidence(self, number: int, evidence: Sequence[Evidence]) -> None:
        self._on.execute(_FORGET_EVIDENCE, {"alert_": number})
        opening.add_evidence(self._on, number, evidence)
        self._likenesses.evidence_replaced(number)

    def evidence(self, number: int, *, limit: int) -> tuple[Evidence, ...]:
        return tuple(map(_piece, self._on.execute(_EVIDENCE, {"alert_": number, "limit_": limit})))

    def evidence_of(self, numbers: Collection[int]) -> Mapping[int, Sequence[Evidence]]:
        found: dict[int, list[Evidence]] = {}
        for number, *piece in self._on.execute(_EVIDENCE_OF.on(self._on), {"alerts_": list(numbers)}):
            found.setdefault(number, []).append(_piece(piece))
        return found

    def page(self, scope: Scope, wanted: QueueFilter, *, offset: int, limit: int) -> tuple[list[Alert], int]:
        condition = self._fitting(scope, wanted)
        total = self._on.execute(select(func.count()).select_from(alerts).where(condition)).scalar_one()
        rows = self._on.execute(SELECT_ALERT.where(condition).order_by(*_NEWEST_FIRST).offset(offset).limit(limit))
        return [alert_of(row) for row in rows], total

    def fitting(self, scope: Scope, wanted: QueueFilter) -> Sequence[int]:
        found = select(alerts.c.number).where(self._fitting(scope, wanted)).order_by(*_NEWEST_FIRST)
        return array("q", self._on.execute(found).scalars())

    def several(self, numbers: Sequence[int], scope: Scope) -> list[Alert]:
        asked = SELECT_ALERT.where(
            alerts.c.number.in_(bindparam("numbers_", expanding=True)), in_scope(scope, self._on)
        )
        found = {row.number: alert_of(row) for row in self._on.execute(asked, {"numbers_": list(numbers)})}
        return [found[number] for number in numbers if number in found]

    def _fitting(self, scope: Scope, wanted: QueueFilter) -> ColumnElement[bool]:
        parts: list[ColumnElement[bool] | TextClause] = [in_scope(scope, self._on)]
        if not wanted.closed:
            asks_for_hidden = any(test.field.name == "hidden" for test in tests_of(wanted.where))
            parts += [UNRESOLVED if asks_for_hidden else OPEN, alerts.c.last_activity >= wanted.since]
        if wanted.assignee is not None:
            parts.append(alerts.c.assignee == wanted.assignee)
        if wanted.where != EVERYTHING:
            now = wanted.now or wanted.since
            parts.append(condition_filter(wanted.where, self._on.dialect.name, now=now, me=wanted.me))
        return and_(*parts)

    def similar(self, alert: Alert, scope: Scope, *, limit: int) -> tuple[Similar, ...]:
        return similar(self._on, alert, scope, limit=limit)

    def investigated(self, alert: Alert, scope: Scope, *, limit: int) -> Investigations:
        return investigated(self._on, alert, scope, limit=limit)

    def in_scope(self, number: int, scope: Scope) -> bool:
        asked = select(alerts.c.number).where(alerts.c.number == number, in_scope(scope, self._on))
        return self._on.execute(asked).first() is not None


def _piece(row: Sequence[Any]) -> Evidence:
    kind, entity, label, roles, verdict, remediation, tags, properties = row
    return Evidence(kind, entity, label, tuple(roles), verdict, remediation, tuple(tags), properties)
