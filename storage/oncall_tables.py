"""The tables of being on call: see tables.py for all others."""

from sqlalchemy import Column, Index, Integer, Table, Text, text

from storage.tables import Number, metadata
from storage.types import Utc

#: What the settings say; written anew at each start.
rotas = Table(
    "rotas",
    metadata,
    Column("name", Text, primary_key=True),
    Column("text", Text, nullable=False),
    Column("zone", Text, nullable=False),
    sqlite_with_rowid=False,
)

rota_feeds = Table(
    "rota_feeds",
    metadata,
    Column("rota", Text, primary_key=True),
    Column("level", Integer, primary_key=True),
    Column("etag", Text, nullable=False),
    Column("modified", Text, nullable=False),
    Column("read_at", Utc),
    Column("failed_since", Utc),
    Column("why", Text, nullable=False),
    Column("note", Text, nullable=False),
    sqlite_with_rowid=False,
)

#: What calendars say, and said of what is past.
rota_shifts = Table(
    "rota_shifts",
    metadata,
    Column("rota", Text, primary_key=True),
    Column("level", Integer, primary_key=True),
    Column("starts_at", Utc, primary_key=True),
    Column("ends_at", Utc, primary_key=True),
    Column("who", Text, primary_key=True),
    #: The place of its calendar; several levels may come from one.
    Column("feed", Integer, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_rota_shifts_end", rota_shifts.c.rota, rota_shifts.c.ends_at)

#: Never deleted: who had it instead of whom is history.
overrides = Table(
    "oncall_overrides",
    metadata,
    Column("id", Number, primary_key=True),
    Column("rota", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("starts_at", Utc, nullable=False),
    Column("ends_at", Utc, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("ended_at", Utc),
    Column("ended_by", Text, nullable=False, server_default=text("''")),
    sqlite_autoincrement=True,
)
Index("ix_oncall_overrides_end", overrides.c.ends_at)

escalation_plans = Table(
    "escalation_plans",
    metadata,
    Column("severity", Text, primary_key=True),
    Column("plan", Text, nullable=False),
    sqlite_with_rowid=False,
)
