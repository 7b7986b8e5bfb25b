"""Rotas, what their calendars say, and what people override."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, bindparam, delete, insert, select, update

from bot.alerts.oncall import Override, Shift
from bot.alerts.oncall_ports import Feed, Rota
from storage.oncall_tables import escalation_plans, overrides, rota_feeds, rota_shifts, rotas
from storage.statements import twin
from storage.tables import Number
from storage.types import Utc

_ROTAS = select(rotas.c.name, rotas.c.text, rotas.c.zone).order_by(rotas.c.name)
_FEEDS = select(rota_feeds).order_by(rota_feeds.c.rota, rota_feeds.c.level)
#: Several processes may begin at once, with the same settings.
_DECLARE = twin(lambda insert: insert(rotas).on_conflict_do_nothing())
_FEED = twin(lambda insert: insert(rota_feeds).on_conflict_do_nothing())
_PLAN = twin(lambda insert: insert(escalation_plans).on_conflict_do_nothing())
_ROTA = bindparam("rota_", type_=Text())
_SINCE, _UNTIL = bindparam("since_", type_=Utc()), bindparam("until_", type_=Utc())
_SHIFTS = (
    select(rota_shifts.c.who, rota_shifts.c.starts_at, rota_shifts.c.ends_at, rota_shifts.c.level)
    .where(rota_shifts.c.rota == _ROTA, rota_shifts.c.ends_at > _SINCE, rota_shifts.c.starts_at < _UNTIL)
    .order_by(rota_shifts.c.starts_at, rota_shifts.c.level, rota_shifts.c.who)
)
_OF_FEED = (rota_shifts.c.rota == _ROTA, rota_shifts.c.feed == bindparam("feed_"))
_DROP = delete(rota_shifts).where(*_OF_FEED, rota_shifts.c.ends_at > _SINCE)
_DROP_ALL = delete(rota_shifts).where(rota_shifts.c.rota == _ROTA)
_OLDEST = select(rota_shifts.c.ends_at).where(*_OF_FEED).order_by(rota_shifts.c.ends_at).limit(1)
_KEEP = twin(lambda insert: insert(rota_shifts).on_conflict_do_nothing())
_NOTE = update(rota_feeds).where(rota_feeds.c.rota == _ROTA, rota_feeds.c.level == bindparam("level_"))
_FORGET = delete(rota_shifts).where(rota_shifts.c.ends_at <= _SINCE)
_OVERRIDES = (
    select(overrides).where(overrides.c.ends_at > _SINCE, overrides.c.starts_at < _UNTIL).order_by(overrides.c.id)
)
_OVERRIDE = insert(overrides).returning(overrides.c.id)
_END = update(overrides).where(overrides.c.id == bindparam("id_", type_=Number), overrides.c.ended_at.is_(None))


class Rotas:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def declare(self, wanted: Collection[Rota]) -> None:
        known = {rota.name: rota for rota in self.all()}
        wishes = {rota.name: rota for rota in wanted}
        for name in known.keys() - wishes.keys():
            self._remove(name)
        for name, rota in sorted(wishes.items()):
            before = known.get(name)
            if before is not None and (before.text, before.zone) == (rota.text, rota.zone):
                continue
            if before is not None:
                self._remove(name)
            self._on.execute(_DECLARE.on(self._on), {"name": name, "text": rota.text, "zone": rota.zone})
            for feed in rota.feeds:
                self._on.execute(_FEED.on(self._on), {"rota": name, "level": feed.level, **_state(feed)})

    def _remove(self, name: str) -> None:
        self._on.execute(_DROP_ALL, {"rota_": name})
        self._on.execute(delete(rota_feeds).where(rota_feeds.c.rota == _ROTA), {"rota_": name})
        self._on.execute(delete(rotas).where(rotas.c.name == _ROTA), {"rota_": name})

    def all(self) -> Sequence[Rota]:
        found = self._on.execute(_ROTAS).all()
        if not found:
            return []
        feeds: dict[str, list[Feed]] = {}
        for row in self._on.execute(_FEEDS):
            feeds.setdefault(row.rota, []).append(Feed(**row._asdict()))
        return [Rota(name=name, text=text, zone=zone, feeds=tuple(feeds.get(name, ()))) for name, text, zone in found]

    def shifts(self, rota: str, since: datetime, until: datetime) -> list[Shift]:
        rows = self._on.execute(_SHIFTS, {"rota_": rota, "since_": since, "until_": until})
        return [Shift(**row._asdict()) for row in rows]

    def keep_shifts(self, feed: Feed, shifts: Collection[Shift], *, now: datetime) -> None:
        key = {"rota_": feed.rota, "feed_": feed.level}
        is_first = self._on.execute(_OLDEST, key).first() is None
        self._on.execute(_DROP, key | {"since_": now})
        rows = [
            {
                "rota": feed.rota,
                "level": shift.level,
                "starts_at": shift.starts_at,
                "ends_at": shift.ends_at,
                "who": shift.who,
                "feed": feed.level,
            }
            for shift in shifts
            if is_first or shift.ends_at > now
        ]
        if rows:
            self._on.execute(_KEEP.on(self._on), rows)
        self.note(feed)

    def note(self, feed: Feed) -> None:
        self._on.execute(_NOTE, {"rota_": feed.rota, "level_": feed.level, **_state(feed)})

    def forget_before(self, at: datetime) -> None:
        self._on.execute(_FORGET, {"since_": at})

    def overrides(self, since: datetime, until: datetime, *, rota: str | None = None) -> list[Override]:
        rows = self._on.execute(_OVERRIDES, {"since_": since, "until_": until})
        found = [Override(**row._asdict()) for row in rows]
        return [one for one in found if rota in {None, one.rota}]

    def override(
        self, rota: str, person: str, starts_at: datetime, ends_at: datetime, *, made_by: str, made_at: datetime
    ) -> Override:
        values: dict[str, Any] = {
            "rota": rota,
            "person": person,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "made_by": made_by,
            "made_at": made_at,
        }
        number: int = self._on.execute(_OVERRIDE, values).scalar_one()
        return Override(id=number, **values)

    def end_override(self, override: int, *, at: datetime, by: str) -> None:
        self._on.execute(_END, {"id_": override, "ended_at": at, "ended_by": by})

    def declare_plans(self, plans: Mapping[str, str]) -> None:
        if dict(plans) != dict(self.plans()):
            self._on.execute(delete(escalation_plans))
            if plans:
                rows = [{"severity": severity, "plan": plan} for severity, plan in sorted(plans.items())]
                self._on.execute(_PLAN.on(self._on), rows)

    def plans(self) -> Mapping[str, str]:
        rows = self._on.execute(select(escalation_plans.c.severity, escalation_plans.c.plan))
        return {row.severity: row.plan for row in rows}


def _state(feed: Feed) -> dict[str, object]:
    return {
        "etag": feed.etag,
        "modified": feed.modified,
        "read_at": feed.read_at,
        "failed_since": feed.failed_since,
        "why": feed.why,
        "note": feed.note,
    }
