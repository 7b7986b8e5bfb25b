"""The tables of handovers: see tables.py for all others."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text, UniqueConstraint, text

from storage.tables import Number, metadata
from storage.types import Json, Utc

_STANDING = text("settled_at IS NULL")

#: Those that were posted at the change of a shift.
handovers = Table(
    "handovers",
    metadata,
    Column("id", Number, primary_key=True),
    Column("conversation", Number, ForeignKey("conversations.id"), nullable=False),
    Column("rota", Text, nullable=False),
    Column("since", Utc, nullable=False),
    Column("until", Utc, nullable=False),
    Column("leavers", Json, nullable=False),
    Column("comers", Json, nullable=False),
    Column("made_at", Utc, nullable=False),
    UniqueConstraint("conversation", "rota", "until"),
    sqlite_autoincrement=True,
)

#: Notes for the next shift. One that is read, withdrawn or superseded is settled.
handover_notes = Table(
    "handover_notes",
    metadata,
    Column("id", Number, primary_key=True),
    Column("conversation", Number, ForeignKey("conversations.id"), nullable=False),
    Column("author", Text, nullable=False),
    Column("author_name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("settled_by", Text),
    Column("settled_at", Utc),
    sqlite_autoincrement=True,
)
Index("ix_handover_notes_standing", handover_notes.c.conversation, sqlite_where=_STANDING, postgresql_where=_STANDING)
