"""The tables of service targets: see tables.py for all others. What an alert is due by stands with the alert."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from storage.tables import Number, metadata
from storage.types import Utc

#: Targets that were missed, each once.
breaches = Table(
    "breaches",
    metadata,
    Column("alert", Number, ForeignKey("alerts.number"), primary_key=True, autoincrement=False),
    Column("goal", Text, primary_key=True),
    Column("due_at", Utc, nullable=False),
    Column("severity", Text, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_breaches_due", breaches.c.due_at)

#: One row: up to when it has been looked for what is due.
target_looks = Table(
    "target_looks",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("at", Utc, nullable=False),
)
