"""The tables of routing: see tables.py for all others."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text

from storage.tables import Number, metadata
from storage.types import Utc

_UNRELEASED = text("NOT released")

routes = Table(
    "routes",
    metadata,
    Column("id", Number, primary_key=True),
    Column("conversation", Number, ForeignKey("conversations.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("wants", Text, nullable=False),
    Column("fallback", Boolean, nullable=False),
    Column("daily_limit", Integer),
    Column("zone", Text, nullable=False),
    Column("made_at", Utc, nullable=False),
    # Whose turn its alerts are; empty for the one that serves all others.
    Column("rota", Text, nullable=False, server_default=text("''")),
    UniqueConstraint("conversation", "name"),
    sqlite_autoincrement=True,
)

#: What went along a route on a local day. Only routes with a limit are counted.
route_days = Table(
    "route_days",
    metadata,
    Column("route", Number, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("cards", Integer, nullable=False),
    Column("beyond", Integer, nullable=False),
    Column("card", Number, ForeignKey("cards.id")),
    sqlite_with_rowid=False,
)

maintenance = Table(
    "maintenance",
    metadata,
    Column("id", Number, primary_key=True),
    Column("conversation", Number, ForeignKey("conversations.id")),
    Column("wants", Text, nullable=False),
    Column("starts_at", Utc, nullable=False),
    Column("ends_at", Utc, nullable=False),
    Column("weekly", Boolean, nullable=False),
    Column("zone", Text, nullable=False),
    Column("even_high", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("ended_at", Utc),
    sqlite_autoincrement=True,
)
Index("ix_maintenance_ends", maintenance.c.ends_at)

#: Alerts that got no card because of maintenance. `released`: its end has been told of.
held = Table(
    "held",
    metadata,
    Column("maintenance", Number, ForeignKey("maintenance.id"), primary_key=True),
    Column("conversation", Number, ForeignKey("conversations.id"), primary_key=True),
    Column("alert", Number, ForeignKey("alerts.number"), primary_key=True),
    Column("at", Utc, nullable=False),
    Column("released", Boolean, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_held_alert", held.c.alert)
Index("ix_held_unreleased", held.c.maintenance, sqlite_where=_UNRELEASED, postgresql_where=_UNRELEASED)
