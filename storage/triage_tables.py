"""The tables of triage: see tables.py for all others."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, text

from storage.tables import Number, metadata
from storage.types import Json, Utc

triage_rules = Table(
    "triage_rules",
    metadata,
    Column("number", Number, primary_key=True),
    Column("name", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("mode_at", Utc),
    Column("wants", Text, nullable=False),
    Column("asked", Json, nullable=False),
    Column("steps", Json, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("deleted", Boolean, nullable=False),
    sqlite_autoincrement=True,
)

#: A rule on an alert, once for ever; what is queued is the work that waits.
triage_runs = Table(
    "triage_runs",
    metadata,
    Column("rule", Number, ForeignKey("triage_rules.number"), primary_key=True),
    Column("alert", Number, ForeignKey("alerts.number"), primary_key=True),
    Column("state", Text, nullable=False),
    Column("at", Utc, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("owner", Text),
    Column("lease_until", Utc),
    Column("why", Text, nullable=False),
    Column("found", Json, nullable=False),
    sqlite_with_rowid=False,
)
_QUEUED = text("state = 'queued'")
Index("ix_triage_runs_due", triage_runs.c.due_at, sqlite_where=_QUEUED, postgresql_where=_QUEUED)
Index("ix_triage_runs_newest", triage_runs.c.rule, triage_runs.c.at)
