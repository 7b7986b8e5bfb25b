"""Schedules of digests."""

from dataclasses import replace
from datetime import time
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    false,
    func,
    select,
    update,
)

from bot.alerts.schedule import DigestSchedule, Rhythm, Timing
from storage.conversations import COLUMNS, conversation_of
from storage.statements import twin
from storage.tables import Number, conversations, metadata
from storage.types import Utc

#: One that was removed keeps its row, so that its number is never given again.
schedules = Table(
    "digest_schedules",
    metadata,
    Column("id", Number, primary_key=True),
    Column("conversation", Number, ForeignKey("conversations.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("rhythm", Text, nullable=False),
    Column("weekday", Integer, nullable=False),
    Column("at", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("wants", Text, nullable=False),
    Column("says_quiet", Boolean, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("removed", Boolean, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_by_name", Text, nullable=False),
    Column("since", Utc, nullable=False),
    UniqueConstraint("conversation", "number"),
    sqlite_autoincrement=True,
)

_OWN = ("id", "number", "rhythm", "weekday", "at", "zone", "wants", "says_quiet", "paused", "made_by", "made_by_name",
        "since")  # fmt: skip
_SELECT = (
    select(*(schedules.c[name] for name in _OWN), *COLUMNS)
    .join(conversations, conversations.c.id == schedules.c.conversation)
    .where(schedules.c.removed == false())
    .order_by(schedules.c.conversation, schedules.c.number)
)
_ALL = _SELECT.where(conversations.c.gone == false())
_OF = _SELECT.where(schedules.c.conversation == bindparam("conversation_"))
_GET = _SELECT.where(schedules.c.id == bindparam("id_"))
_LAST = select(func.max(schedules.c.number)).where(schedules.c.conversation == bindparam("conversation_"))
_PUT = twin(
    lambda insert: (
        (new := insert(schedules))
        .on_conflict_do_update(
            index_elements=["conversation", "number"],
            set_={column.name: new.excluded[column.name] for column in schedules.c if column.name != "id"},
        )
        .returning(schedules.c.id)
    )
)
_ADD = twin(
    lambda insert: (
        insert(schedules).on_conflict_do_nothing(index_elements=["conversation", "number"]).returning(schedules.c.id)
    )
)
_REMOVE = update(schedules).where(schedules.c.id == bindparam("id_")).values(removed=True)


class Schedules:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def all(self) -> list[DigestSchedule]:
        return [_schedule(tuple(row)) for row in self._on.execute(_ALL)]

    def of(self, conversation: int) -> list[DigestSchedule]:
        return [_schedule(tuple(row)) for row in self._on.execute(_OF, {"conversation_": conversation})]

    def get(self, schedule: int) -> DigestSchedule | None:
        row = self._on.execute(_GET, {"id_": schedule}).first()
        return _schedule(tuple(row)) if row is not None else None

    def add(self, schedule: DigestSchedule) -> DigestSchedule:
        while True:
            last: int | None = self._on.execute(_LAST, {"conversation_": schedule.conversation.id}).scalar()
            made = replace(schedule, number=(last or 0) + 1)
            known: int | None = self._on.execute(_ADD.on(self._on), _values(made)).scalar()
            if known is not None:
                return replace(made, id=known)
            # Somebody else has made one there at the same time, and has this number.

    def put(self, schedule: DigestSchedule) -> int:
        known: int = self._on.execute(_PUT.on(self._on), _values(schedule)).scalar_one()
        return known

    def remove(self, schedule: int) -> None:
        self._on.execute(_REMOVE, {"id_": schedule})


def _values(schedule: DigestSchedule) -> dict[str, Any]:
    timing = schedule.timing
    return {
        "conversation": schedule.conversation.id,
        "number": schedule.number,
        "rhythm": timing.rhythm.value,
        "weekday": timing.weekday,
        "at": f"{timing.at:%H:%M}",
        "zone": timing.zone,
        "wants": schedule.wants,
        "says_quiet": schedule.says_quiet,
        "paused": schedule.paused,
        "removed": False,
        "made_by": schedule.made_by,
        "made_by_name": schedule.made_by_name,
        "since": schedule.since,
    }


def _schedule(row: tuple[Any, ...]) -> DigestSchedule:
    own, place = dict(zip(_OWN, row, strict=False)), row[len(_OWN) :]
    timing = Timing(
        rhythm=Rhythm(own.pop("rhythm")),
        at=time.fromisoformat(own.pop("at")),
        zone=own.pop("zone"),
        weekday=own.pop("weekday"),
    )
    return DigestSchedule(**own, timing=timing, conversation=conversation_of(place))
