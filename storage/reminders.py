"""Reminders."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, literal_column, select, update

from bot.alerts.errors import NotAvailable
from bot.alerts.reminder import Reminder, ReminderState
from storage.reminder_tables import reminders
from storage.statements import LIMIT
from storage.tables import Number
from storage.types import Utc

_NAMES = tuple(field.name for field in fields(Reminder))
_SELECT = select(*(reminders.c[name] for name in _NAMES))
#: Written out, so that SQLite sees that the partial indices serve.
_WAITS = reminders.c.state == literal_column("'waiting'")
_ID = bindparam("id_", type_=Number)
_AT = bindparam("at_", type_=Utc())
_NEXT = (reminders.c.due_at, reminders.c.id)
_ADD = insert(reminders).returning(reminders.c.id)
_GET = _SELECT.where(reminders.c.id == _ID)
_OF = _SELECT.where(_WAITS, reminders.c.person == bindparam("person_")).order_by(*_NEXT)
_IN = _SELECT.where(_WAITS, reminders.c.conversation == bindparam("conversation_"), reminders.c.due_at < _AT).order_by(
    *_NEXT
)
_DUE = _SELECT.where(_WAITS, reminders.c.due_at <= _AT).order_by(*_NEXT).limit(LIMIT)
_SETTLE = update(reminders).where(reminders.c.id == _ID, _WAITS).values(state=bindparam("state_"))


class Reminders:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def add(self, reminder: Reminder) -> int:
        values = {name: getattr(reminder, name) for name in _NAMES if name != "id"}
        made: int = self._on.execute(_ADD, values | {"state": reminder.state.value}).scalar_one()
        return made

    def get(self, reminder: int) -> Reminder:
        row = self._on.execute(_GET, {"id_": reminder}).first()
        if row is None:
            raise NotAvailable(f"reminder {reminder}")
        return _reminder(row)

    def waiting(self, person: str) -> Sequence[Reminder]:
        return [_reminder(row) for row in self._on.execute(_OF, {"person_": person})]

    def waiting_in(self, conversation: int, until: datetime) -> Sequence[Reminder]:
        return [_reminder(row) for row in self._on.execute(_IN, {"conversation_": conversation, "at_": until})]

    def due(self, now: datetime, *, limit: int) -> Sequence[Reminder]:
        return [_reminder(row) for row in self._on.execute(_DUE, {"at_": now, "limit_": limit})]

    def settle(self, reminder: int, state: ReminderState) -> bool:
        return self._on.execute(_SETTLE, {"id_": reminder, "state_": state.value}).rowcount > 0


def _reminder(row: Any) -> Reminder:  # noqa: ANN401 - a row of the table
    values = dict(zip(_NAMES, row, strict=True))
    return Reminder(**{**values, "state": ReminderState(values["state"])})
