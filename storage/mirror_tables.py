"""What the sources know of what we did, and how far we know what they say."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, false, text

from storage.tables import Number, metadata
from storage.types import Json, Utc

feeds = Table(
    "feeds",
    metadata,
    Column("source", Text, primary_key=True),
    Column("known_until", Utc),
    Column("swept_at", Utc),
    # Whether the source is told what happens here.
    Column("told", Boolean, nullable=False),
    Column("owner", Text),
    Column("leased_until", Utc),
)

#: How much of a service source comes in, where an administrator has chosen.
service_levels = Table(
    "service_levels",
    metadata,
    Column("service", Text, primary_key=True),
    Column("level", Text, nullable=False),
)

mirrors = Table(
    "mirrors",
    metadata,
    Column("alert", Number, ForeignKey("alerts.number"), primary_key=True, autoincrement=False),
    Column("wanted", Integer, nullable=False),
    Column("sent", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("why", Text, nullable=False),
    Column("known_at", Utc),
)
Index(
    "ix_mirrors_due",
    mirrors.c.due_at,
    sqlite_where=text("state = 'pending'"),
    postgresql_where=text("state = 'pending'"),
)

incident_mirrors = Table(
    "incident_mirrors",
    metadata,
    Column("incident", Number, ForeignKey("incidents.number"), primary_key=True, autoincrement=False),
    Column("wanted", Integer, nullable=False),
    Column("sent", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("why", Text, nullable=False),
    # What the source said last, to compare the next with.
    Column("said", Json),
    # The source merged it into another.
    Column("gone", Boolean, nullable=False, server_default=false()),
)
Index(
    "ix_incident_mirrors_due",
    incident_mirrors.c.due_at,
    sqlite_where=text("state = 'pending'"),
    postgresql_where=text("state = 'pending'"),
)
