"""Mirrors and feeds: what the sources know of us, and what we know of them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Float, Text, and_, bindparam, case, literal, or_, select, text, update

from bot.alerts.absorb import Said
from bot.alerts.alert import Alert
from bot.alerts.history import Entry
from bot.alerts.mirror import Feed, Mirror, MirrorState, matters
from bot.alerts.service_level import Level
from storage.among import among
from storage.mirror_tables import feeds, mirrors, service_levels
from storage.statements import LIMIT, twin
from storage.tables import reports
from storage.types import Utc, database_time

_COLUMNS = (
    mirrors.c.alert,
    mirrors.c.wanted,
    mirrors.c.sent,
    mirrors.c.state,
    mirrors.c.attempt,
    mirrors.c.why,
    mirrors.c.known_at,
)
_NAMES = tuple(column.name for column in _COLUMNS)
_MANY = among(lambda is_among: select(*_COLUMNS).where(is_among(mirrors.c.alert, "alerts_")))
#: Written out, so that the partial index serves it.
_PENDING = text("mirrors.state = 'pending'")
_DUE = (
    select(*_COLUMNS)
    .where(_PENDING, mirrors.c.due_at <= bindparam("now_", type_=Utc()))
    .order_by(mirrors.c.due_at, mirrors.c.alert)
    .limit(LIMIT)
)


def _want(insert: Any) -> Any:  # noqa: ANN401 - each dialect has its own type of insert
    new = insert(mirrors)
    sooner = case(
        (and_(mirrors.c.state == "pending", mirrors.c.due_at < new.excluded.due_at), mirrors.c.due_at),
        else_=new.excluded.due_at,
    )
    return new.on_conflict_do_update(
        index_elements=["alert"],
        set_={
            "wanted": new.excluded.wanted,
            "state": "pending",
            # What is being tried may have been heard: that must not be forgotten.
            "attempt": case((mirrors.c.state == "done", 0), else_=mirrors.c.attempt),
            "why": "",
            "due_at": sooner,
        },
    )


_WANT = twin(_want)
_CHANGE = update(mirrors).where(mirrors.c.alert == bindparam("alert_"))
_TELLS = select(feeds.c.told).where(feeds.c.source == bindparam("source_"))
_RAW = select(reports.c.raw).where(reports.c.alert == bindparam("alert_"))
_BASE = update(reports).where(reports.c.alert == bindparam("alert_"))
_FEED = select(feeds.c.source, feeds.c.known_until, feeds.c.swept_at).where(feeds.c.source == bindparam("source_"))
_OPEN_FEED = twin(lambda insert: insert(feeds).on_conflict_do_nothing(index_elements=["source"]))
_CHANGE_FEED = update(feeds).where(feeds.c.source == bindparam("source_"))
_CHOOSE = twin(
    lambda insert: (new := insert(service_levels)).on_conflict_do_update(
        index_elements=["service"], set_={"level": new.excluded.level}
    )
)
_OWNER = bindparam("owner_", type_=Text())
_LEAD = (
    update(feeds)
    .where(
        feeds.c.source == bindparam("source_"),
        or_(feeds.c.owner.is_(None), feeds.c.owner == _OWNER, feeds.c.leased_until < database_time(literal(0.0))),
    )
    .values(owner=_OWNER, leased_until=database_time(bindparam("seconds_", type_=Float())))
)


class Mirrors:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def want(self, alert: Alert, entry: Entry) -> None:
        if not matters(entry) or not self._on.execute(_TELLS, {"source_": alert.source}).scalar():
            return
        values = {
            "alert": alert.number,
            "wanted": entry.revision,
            "sent": entry.revision - 1,
            "state": MirrorState.PENDING.value,
            "attempt": 0,
            "due_at": entry.at,
            "why": "",
            "known_at": None,
        }
        self._on.execute(_WANT.on(self._on), values)

    def many(self, alerts: Iterable[int]) -> Mapping[int, Mirror]:
        wanted = list(alerts)
        if not wanted:
            return {}
        return {row.alert: _mirror(row) for row in self._on.execute(_MANY.on(self._on), {"alerts_": wanted})}

    def due(self, now: datetime, *, limit: int) -> Sequence[Mirror]:
        return [_mirror(row) for row in self._on.execute(_DUE, {"now_": now, "limit_": limit})]

    def take(self, alert: int, until: datetime) -> None:
        self._on.execute(_CHANGE.values(attempt=mirrors.c.attempt + 1), {"alert_": alert, "due_at": until})

    def told(self, alert: int, revision: int, known_at: datetime | None) -> None:
        done = case((mirrors.c.wanted <= revision, "done"), else_="pending")
        # The next step is tried at once, and may be heard without our knowing.
        trying = case((mirrors.c.wanted <= revision, 0), else_=1)
        values: dict[str, Any] = {"alert_": alert, "sent": revision, "why": ""}
        if known_at is not None:
            values["known_at"] = known_at
        self._on.execute(_CHANGE.values(state=done, attempt=trying), values)

    def later(self, alert: int, at: datetime, why: str) -> None:
        self._on.execute(_CHANGE, {"alert_": alert, "due_at": at, "why": why})

    def refuse(self, alert: int, why: str) -> None:
        self._on.execute(_CHANGE, {"alert_": alert, "state": MirrorState.REFUSED.value, "why": why})

    def try_again(self, alert: int, at: datetime) -> None:
        refused = _CHANGE.where(mirrors.c.state == MirrorState.REFUSED.value)
        self._on.execute(refused, {"alert_": alert, "state": MirrorState.PENDING.value, "due_at": at})

    def keep_base(self, alert: int, said: Said) -> None:
        self._on.execute(_BASE, {"alert_": alert, "said": dict(said.fields)})

    def id_at_source(self, alert: int) -> str:
        raw = self._on.execute(_RAW, {"alert_": alert}).scalar()
        report = json.loads(raw) if raw else {}
        return str(report.get("id", "")) if isinstance(report, dict) else ""


class Feeds:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def get(self, source: str) -> Feed:
        row = self._on.execute(_FEED, {"source_": source}).first()
        return Feed(*row) if row is not None else Feed(source, None, None)

    def allow_telling(self, source: str, *, allowed: bool) -> None:
        self._open(source)
        self._on.execute(_CHANGE_FEED, {"source_": source, "told": allowed})

    def is_told(self, source: str) -> bool:
        return bool(self._on.execute(_TELLS, {"source_": source}).scalar())

    def lead(self, source: str, owner: str, *, seconds: float) -> bool:
        self._open(source)
        return self._on.execute(_LEAD, {"source_": source, "owner_": owner, "seconds_": seconds}).rowcount == 1

    def keep(self, feed: Feed) -> None:
        self._open(feed.source)
        self._on.execute(
            _CHANGE_FEED, {"source_": feed.source, "known_until": feed.known_until, "swept_at": feed.swept_at}
        )

    def release(self) -> None:
        self._on.execute(update(feeds).values(owner=None))

    def levels(self) -> Mapping[str, Level]:
        rows = self._on.execute(select(service_levels.c.service, service_levels.c.level))
        return {service: Level(level) for service, level in rows}

    def choose_level(self, service: str, level: Level) -> None:
        self._on.execute(_CHOOSE.on(self._on), {"service": service, "level": level.value})

    def _open(self, source: str) -> None:
        self._on.execute(_OPEN_FEED.on(self._on), {"source": source, "told": False})


def _mirror(row: Sequence[Any]) -> Mirror:
    fields = dict(zip(_NAMES, row, strict=True))
    return Mirror(**fields | {"state": MirrorState(fields["state"])})
