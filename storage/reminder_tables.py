"""The table of reminders: see tables.py for all others."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text, text

from storage.tables import Number, metadata
from storage.types import Utc

_WAITING = text("state = 'waiting'")

reminders = Table(
    "reminders",
    metadata,
    Column("id", Number, primary_key=True),
    Column("alert", Number, ForeignKey("alerts.number"), nullable=False),
    Column("person", Text, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("conversation", Number, ForeignKey("conversations.id"), nullable=False),
    Column("thread", Text),
    Column("note", Text, nullable=False),
    Column("state", Text, nullable=False),
    sqlite_autoincrement=True,
)
Index("ix_reminders_due", reminders.c.due_at, sqlite_where=_WAITING, postgresql_where=_WAITING)
Index("ix_reminders_person", reminders.c.person, reminders.c.due_at, sqlite_where=_WAITING, postgresql_where=_WAITING)
Index("ix_reminders_alert", reminders.c.alert)
