"""Silences: what people want, and what Alertmanager has of it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, case, select, text, update

from bot.alerts.alert import Alert
from bot.alerts.history import Entry
from bot.alerts.mirror import MirrorState
from bot.alerts.silence import Silence, wants
from storage.among import among
from storage.silence_tables import silences
from storage.statements import LIMIT, twin
from storage.tables import reports
from storage.types import Utc

_COLUMNS = tuple(column for column in silences.c if column.name != "due_at")
_NAMES = tuple(column.name for column in _COLUMNS)
_MANY = among(lambda is_among: select(*_COLUMNS).where(is_among(silences.c.alert, "alerts_")))
#: Written out, so that the partial indexes serve them.
_DUE = (
    select(*_COLUMNS)
    .where(text("silences.state = 'pending'"), silences.c.due_at <= bindparam("now_", type_=Utc()))
    .order_by(silences.c.due_at, silences.c.alert)
    .limit(LIMIT)
)
_STANDING = select(*_COLUMNS).where(text("silences.known <> ''")).order_by(silences.c.alert)
_UNMADE = (
    select(*_COLUMNS)
    .where(text("silences.state = 'pending'"), silences.c.known == "", silences.c.wanted != "")
    .order_by(silences.c.alert)
)
_CHANGE = update(silences).where(silences.c.alert == bindparam("alert_"))
_RAW = select(reports.c.raw).where(reports.c.alert == bindparam("alert_"))


def _want(insert: Any) -> Any:  # noqa: ANN401 - each dialect has its own type of insert
    new = insert(silences)
    news = new.excluded
    return new.on_conflict_do_update(
        index_elements=["alert"],
        set_={
            "wanted": news.wanted,
            "state": MirrorState.PENDING.value,
            # What is being tried may have been heard: that must not be forgotten.
            "attempt": case((silences.c.state == "pending", silences.c.attempt), else_=0),
            "due_at": case(
                (
                    silences.c.state == "pending",
                    case((silences.c.due_at < news.due_at, silences.c.due_at), else_=news.due_at),
                ),
                else_=news.due_at,
            ),
            "why": "",
            "author": news.author,
            "comment": case((news.comment == "", silences.c.comment), else_=news.comment),
        },
    )


_WANT = twin(_want)


class Silences:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def want(self, alert: Alert, entry: Entry) -> None:
        if not wants(entry):
            return
        values = {
            "alert": alert.number,
            "state": MirrorState.PENDING.value,
            "wanted": alert.silenced_until,
            "known": "",
            "external_id": "",
            "link": "",
            "labels": [],
            "author": entry.actor.name,
            "comment": entry.comment,
            "attempt": 0,
            "due_at": entry.at,
            "why": "",
        }
        self._on.execute(_WANT.on(self._on), values)

    def choose(self, alert: int, labels: Sequence[str]) -> None:
        self._on.execute(_CHANGE, {"alert_": alert, "labels": list(labels)})

    def labels_at_source(self, alert: int) -> Mapping[str, str]:
        raw = self._on.execute(_RAW, {"alert_": alert}).scalar()
        report = json.loads(raw) if raw else {}
        found = report.get("alerts") if isinstance(report, dict) else None
        labels = found[0].get("labels") if isinstance(found, list) and found and isinstance(found[0], dict) else None
        return {str(name): str(value) for name, value in labels.items()} if isinstance(labels, dict) else {}

    def many(self, alerts: Iterable[int]) -> Mapping[int, Silence]:
        wanted = list(alerts)
        if not wanted:
            return {}
        return {row.alert: _silence(row) for row in self._on.execute(_MANY.on(self._on), {"alerts_": wanted})}

    def due(self, now: datetime, *, limit: int) -> Sequence[Silence]:
        return [_silence(row) for row in self._on.execute(_DUE, {"now_": now, "limit_": limit})]

    def standing(self) -> Sequence[Silence]:
        return [_silence(row) for row in self._on.execute(_STANDING)]

    def unmade(self) -> Sequence[Silence]:
        return [_silence(row) for row in self._on.execute(_UNMADE)]

    def take(self, alert: int, until: datetime) -> None:
        self._on.execute(_CHANGE.values(attempt=silences.c.attempt + 1), {"alert_": alert, "due_at": until})

    def settle(self, alert: int, wanted: str, known: str, *, external_id: str = "", link: str = "") -> None:
        still = silences.c.wanted == wanted
        values = {"alert_": alert, "known": known, "external_id": external_id, "link": link, "why": ""}
        self._on.execute(_CHANGE.values(state=case((still, "done"), else_="pending"), attempt=0), values)

    def later(self, alert: int, at: datetime, why: str) -> None:
        self._on.execute(_CHANGE, {"alert_": alert, "due_at": at, "why": why})

    def refuse(self, alert: int, why: str) -> None:
        self._on.execute(_CHANGE, {"alert_": alert, "state": MirrorState.REFUSED.value, "why": why})


def _silence(row: Any) -> Silence:  # noqa: ANN401 - a row of the columns above
    values = dict(zip(_NAMES, row, strict=True))
    return Silence(**{**values, "state": MirrorState(values["state"]), "labels": tuple(values["labels"])})
