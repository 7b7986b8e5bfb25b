"""Handovers that were posted, and notes for the next shift."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, bindparam, func, insert, select, update

from bot.alerts.errors import NotAvailable
from bot.alerts.handover import Basis, Handover, Note, Period
from storage.handover_tables import handover_notes, handovers
from storage.statements import twin
from storage.tables import Number
from storage.types import Utc

_ID = bindparam("id_", type_=Number)
_AT, _BY = bindparam("at_", type_=Utc()), bindparam("by_", type_=Text())
_ADD = twin(
    lambda insert: (
        insert(handovers)
        .on_conflict_do_nothing(index_elements=["conversation", "rota", "until"])
        .returning(handovers.c.id)
    )
)
_COLUMNS = tuple(handovers.c[name] for name in ("id", "conversation", "rota", "since", "until", "leavers", "comers"))
_GET = select(*_COLUMNS).where(handovers.c.id == _ID)
_HAS = select(handovers.c.id).where(
    handovers.c.conversation == bindparam("conversation_"),
    handovers.c.rota == bindparam("rota_"),
    handovers.c.until == bindparam("until_", type_=Utc()),
)
_NEWEST = select(func.max(handovers.c.id)).where(handovers.c.conversation == bindparam("conversation_"))
_NAMES = tuple(field.name for field in fields(Note))
_NOTES = select(*(handover_notes.c[name] for name in _NAMES)).where(handover_notes.c.settled_at.is_(None))
_THERE = _NOTES.where(handover_notes.c.conversation.in_(bindparam("ids_", expanding=True))).order_by(
    handover_notes.c.id.desc()
)
_SETTLE = update(handover_notes).where(handover_notes.c.settled_at.is_(None)).values(settled_at=_AT, settled_by=_BY)
_SUPERSEDE = _SETTLE.where(
    handover_notes.c.conversation == bindparam("conversation_", type_=Number), handover_notes.c.author == _BY
)


class Handovers:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def add(self, handover: Handover, *, at: datetime) -> int | None:
        values = {
            "conversation": handover.conversation,
            "rota": handover.rota,
            "since": handover.period.since,
            "until": handover.period.until,
            "leavers": list(handover.leavers),
            "comers": list(handover.comers),
            "made_at": at,
        }
        made: int | None = self._on.execute(_ADD.on(self._on), values).scalar()
        return made

    def has(self, conversation: int, rota: str, until: datetime) -> bool:
        asked = {"conversation_": conversation, "rota_": rota, "until_": until}
        return self._on.execute(_HAS, asked).first() is not None

    def get(self, handover: int) -> Handover:
        row = self._on.execute(_GET, {"id_": handover}).first()
        if row is None:
            raise NotAvailable(f"handover {handover}")
        number, conversation, rota, since, until, leavers, comers = row
        return Handover(
            id=number,
            conversation=conversation,
            rota=rota,
            period=Period(since, until, Basis.CHANGE),
            leavers=tuple(leavers),
            comers=tuple(comers),
        )

    def newest(self, conversation: int) -> int | None:
        found: int | None = self._on.execute(_NEWEST, {"conversation_": conversation}).scalar()
        return found

    def write(self, note: Note) -> int:
        self._on.execute(_SUPERSEDE, {"conversation_": note.conversation, "by_": note.author, "at_": note.made_at})
        values = {name: getattr(note, name) for name in _NAMES if name != "id"}
        made: int = self._on.execute(insert(handover_notes).returning(handover_notes.c.id), values).scalar_one()
        return made

    def notes(self, conversations: Sequence[int]) -> list[Note]:
        return [_note(row) for row in self._on.execute(_THERE, {"ids_": list(conversations)})]

    def note(self, note: int) -> Note:
        row = self._on.execute(_NOTES.where(handover_notes.c.id == _ID), {"id_": note}).first()
        if row is None:
            raise NotAvailable(f"note {note}")
        return _note(row)

    def settle(self, note: int, *, by: str, at: datetime) -> bool:
        return (
            self._on.execute(_SETTLE.where(handover_notes.c.id == _ID), {"id_": note, "by_": by, "at_": at}).rowcount
            > 0
        )


def _note(row: Any) -> Note:  # noqa: ANN401 - a row of the table
    return Note(**dict(zip(_NAMES, row, strict=True)))
