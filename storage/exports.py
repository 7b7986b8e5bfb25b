"""Exports that were asked for in chat, their files in pieces, and the links to them.

What became of one is written only while `owner` and `attempt` are still those of the claim, so that whoever comes back
too late changes nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    Float,
    Text,
    bindparam,
    delete,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    text,
    update,
)

from bot.alerts.conversation import Conversation
from bot.alerts.errors import NotAvailable
from bot.alerts.export import About, Export, ExportLink, ExportState, Form, Upload, Wanted
from storage.conversations import COLUMNS, conversation_of
from storage.export_tables import export_links as links
from storage.export_tables import export_pieces as pieces
from storage.export_tables import exports
from storage.statements import LIMIT, Twin
from storage.tables import Number, conversations
from storage.types import Utc, database_time

_FIELDS = tuple(
    exports.c[name]
    for name in (
        *("id", "state", "wanted", "person", "person_name", "asked_at", "thread", "name", "total", "done", "size"),
        *("services", "expires_at", "attempt", "why", "upload"),
    )
)
_ALL = select(*_FIELDS, *COLUMNS).join(conversations, conversations.c.id == exports.c.conversation)
_ID = bindparam("id_", type_=Number)
_NOW = bindparam("now_", type_=Utc())
_OWNER = bindparam("owner_", type_=Text())
#: Written out, so that SQLite sees that the partial indices serve.
_WORK = text("exports.state IN ('waiting', 'sending')")
_KEPT = text("exports.expires_at IS NOT NULL")
_LEASE_NOW = database_time(literal(0.0))
_LEASE_END = database_time(bindparam("seconds_", type_=Float()))
_FREE = or_(exports.c.lease_until.is_(None), exports.c.lease_until <= _LEASE_NOW)

_ADD = insert(exports).returning(exports.c.id)
_GET = _ALL.where(exports.c.id == _ID)
_LATEST = _ALL.where(exports.c.key == bindparam("key_")).order_by(exports.c.id.desc()).limit(1)
_UNDER_WAY = select(func.count()).select_from(exports).where(_WORK, exports.c.person == bindparam("person_"))
_NEXT = select(func.min(exports.c.due_at)).where(_WORK, _FREE)
_DUE = select(exports.c.id).where(_WORK, _FREE, exports.c.due_at <= _NOW).order_by(exports.c.due_at, exports.c.id)
_CANDIDATES = Twin(_DUE.limit(LIMIT), _DUE.limit(LIMIT).with_for_update(skip_locked=True))
_TAKE = (
    update(exports)
    .where(exports.c.id == _ID, _FREE)
    .values(owner=_OWNER, lease_until=_LEASE_END, attempt=exports.c.attempt + 1)
)
_CHANGE = update(exports).where(exports.c.id == _ID)
_FENCED = _CHANGE.where(exports.c.owner == _OWNER, exports.c.attempt == bindparam("attempt_"), _WORK)
_UNLEASED = {"owner": null(), "lease_until": null()}
_PROGRESS = _FENCED.values(lease_until=_LEASE_END)
_RELEASE = update(exports).where(exports.c.owner == _OWNER, _WORK).values(**_UNLEASED)
_RELEASE_ALL = update(exports).where(exports.c.lease_until.is_not(None), _WORK).values(**_UNLEASED)
_ENDED = {**_UNLEASED, "expires_at": null(), "upload": null()}
_OPEN = text("exports.state IN ('waiting', 'ready', 'sending')")
_EXPIRED = _ALL.where(_KEPT, exports.c.expires_at <= _NOW).order_by(exports.c.expires_at).limit(LIMIT)

_PIECE = select(pieces.c.data).where(pieces.c.export == _ID, pieces.c.number == bindparam("number_"))
_FORGET_PIECES = delete(pieces).where(pieces.c.export == _ID)
_LINK = select(links.c.export, links.c.person, links.c.expires_at).where(links.c.digest == bindparam("digest_"))
_FETCHED = update(links).where(links.c.digest == bindparam("digest_")).values(fetched=links.c.fetched + 1)
_OLD = select(exports.c.id).where(exports.c.asked_at < _NOW)
_FORGET = (
    delete(pieces).where(pieces.c.export.in_(_OLD)),
    delete(links).where(links.c.export.in_(_OLD)),
    delete(exports).where(exports.c.asked_at < _NOW),
)
_TRAIL = _ALL.order_by(exports.c.id.desc()).limit(LIMIT)
_FETCHES = (
    select(links.c.person_name, func.sum(links.c.fetched))
    .where(links.c.export == _ID, links.c.fetched > 0)
    .group_by(links.c.person_name)
)


class Exports:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def add(
        self,
        wanted: Wanted,
        *,
        person: str,
        person_name: str,
        conversation: int,
        thread: str | None,
        key: str,
        at: datetime,
    ) -> int:
        values: dict[str, Any] = {
            "state": ExportState.WAITING.value,
            "wanted": asdict(wanted),
            "person": person,
            "person_name": person_name,
            "conversation": conversation,
            "thread": thread,
            "key": key,
            "asked_at": at,
            "due_at": at,
            "services": [],
            **dict.fromkeys(("name", "why"), ""),
            **dict.fromkeys(("total", "done", "size", "attempt"), 0),
        }
        number: int = self._on.execute(_ADD, values).scalar_one()
        return number

    def get(self, export: int) -> Export:
        row = self._on.execute(_GET, {"id_": export}).first()
        if row is None:
            raise NotAvailable(f"export {export}")
        return _export(row)

    def latest(self, key: str) -> Export | None:
        row = self._on.execute(_LATEST, {"key_": key}).first()
        return _export(row) if row is not None else None

    def under_way(self, person: str) -> int:
        count: int = self._on.execute(_UNDER_WAY, {"person_": person}).scalar_one()
        return count

    def next_due(self) -> datetime | None:
        due: datetime | None = self._on.execute(_NEXT).scalar()
        return due

    def claim(self, now: datetime, *, owner: str, lease: timedelta, limit: int) -> list[Export]:
        found = self._on.execute(_CANDIDATES.on(self._on), {"now_": now, "limit_": limit}).scalars().all()
        taking = {"owner_": owner, "seconds_": lease.total_seconds()}
        taken = [number for number in found if self._on.execute(_TAKE, taking | {"id_": number}).rowcount]
        return [self.get(number) for number in taken]

    def progress(self, export: Export, *, owner: str, lease: timedelta, done: int, total: int) -> bool:
        values = {"seconds_": lease.total_seconds(), "done": done, "total": total}
        return self._on.execute(_PROGRESS, _fence(export, owner) | values).rowcount == 1

    def add_pieces(self, export: int, first: int, pieces_: Sequence[bytes]) -> None:
        rows = [{"export": export, "number": first + place, "data": data} for place, data in enumerate(pieces_)]
        self._on.execute(insert(pieces), rows)

    def piece(self, export: int, number: int) -> bytes:
        data: bytes | None = self._on.execute(_PIECE, {"id_": export, "number_": number}).scalar()
        return data or b""

    def forget_pieces(self, export: int) -> None:
        self._on.execute(_FORGET_PIECES, {"id_": export})

    def made(
        self, export: Export, *, owner: str, name: str, size: int, services: Collection[str], until: datetime
    ) -> bool:
        values = {
            "state": ExportState.READY.value,
            "name": name,
            "size": size,
            "services": sorted(services),
            "expires_at": until,
            "attempt": 0,
            "why": "",
        }
        return self._on.execute(_FENCED.values(**_UNLEASED), _fence(export, owner) | values).rowcount == 1

    def end(self, export: Export, state: ExportState, *, owner: str | None, why: str = "") -> bool:
        values = {"state": state.value, "why": why}
        if owner is None:
            ended = self._on.execute(_CHANGE.where(_OPEN).values(**_ENDED), {"id_": export.id} | values)
        else:
            ended = self._on.execute(_FENCED.values(**_ENDED), _fence(export, owner) | values)
        if ended.rowcount != 1:
            return False
        self.forget_pieces(export.id)
        return True

    def send(self, export: int, upload: Upload, at: datetime) -> None:
        values = {"state": ExportState.SENDING.value, "upload": asdict(upload), "due_at": at, "attempt": 0, "done": 0}
        self._on.execute(_CHANGE.where(exports.c.state == "ready"), {"id_": export, **values})

    def sent(self, export: Export, *, owner: str, upload: Upload) -> bool:
        values = {"state": ExportState.SENT.value, "why": "", "upload": asdict(upload), "expires_at": None}
        if self._on.execute(_FENCED.values(**_UNLEASED), _fence(export, owner) | values).rowcount != 1:
            return False
        self.forget_pieces(export.id)
        return True

    def delay(self, export: Export, *, owner: str, until: datetime, why: str) -> None:
        self._on.execute(_FENCED.values(**_UNLEASED), _fence(export, owner) | {"due_at": until, "why": why})

    def release(self, owner: str | None) -> None:
        if owner is None:
            self._on.execute(_RELEASE_ALL)
        else:
            self._on.execute(_RELEASE, {"owner_": owner})

    def expired(self, now: datetime, *, limit: int) -> Sequence[Export]:
        return [_export(row) for row in self._on.execute(_EXPIRED, {"now_": now, "limit_": limit})]

    def forget_before(self, at: datetime) -> None:
        for statement in _FORGET:
            self._on.execute(statement, {"now_": at})

    def add_link(self, digest: str, link: ExportLink, *, person_name: str, at: datetime) -> None:
        values = {**asdict(link), "digest": digest, "person_name": person_name, "made_at": at, "fetched": 0}
        self._on.execute(insert(links), values)

    def link(self, digest: str) -> ExportLink | None:
        row = self._on.execute(_LINK, {"digest_": digest}).first()
        return ExportLink(*row) if row is not None else None

    def fetched(self, digest: str, at: datetime) -> None:
        self._on.execute(_FETCHED, {"digest_": digest, "fetched_at": at})

    def trail(self, *, limit: int) -> Sequence[tuple[Export, Mapping[str, int]]]:
        found = [_export(row) for row in self._on.execute(_TRAIL, {"limit_": limit})]
        return [(one, dict(map(tuple, self._on.execute(_FETCHES, {"id_": one.id})))) for one in found]


def _fence(export: Export, owner: str) -> dict[str, Any]:
    return {"id_": export.id, "owner_": owner, "attempt_": export.attempt}


def _export(row: Any) -> Export:  # noqa: ANN401 - the columns of _ALL
    fields = dict(zip((column.name for column in _FIELDS), row, strict=False))
    place: Conversation = conversation_of(row[len(_FIELDS) :])
    wanted = fields["wanted"]
    fields["wanted"] = Wanted(
        About(wanted["about"]), Form(wanted["form"]), wanted["filter"], tuple(wanted["numbers"])
    )  # fmt: skip
    fields |= {"state": ExportState(fields["state"]), "services": frozenset(fields["services"]), "conversation": place}
    if fields["upload"] is not None:
        fields["upload"] = Upload(**fields["upload"])
    return Export(**fields)
