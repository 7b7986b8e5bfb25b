"""The tables of paging: see tables.py for all others."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, text

from storage.tables import Number, metadata
from storage.types import Json, Utc

escalations = Table(
    "escalations",
    metadata,
    Column("alert", Number, ForeignKey("alerts.number"), primary_key=True, autoincrement=False),
    Column("rota", Text, nullable=False),
    Column("plan", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("started_at", Utc, nullable=False),
    Column("steps", Integer, nullable=False),
    Column("next", Integer, nullable=False),
    Column("due_at", Utc),
    Column("ended_at", Utc),
    Column("answered_by", Text, nullable=False),
)
_RUNNING = text("state = 'running'")
Index("ix_escalations_due", escalations.c.due_at, sqlite_where=_RUNNING, postgresql_where=_RUNNING)

#: What was done, each step once, whoever does it.
escalation_steps = Table(
    "escalation_steps",
    metadata,
    Column("alert", Number, ForeignKey("alerts.number"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Utc, nullable=False),
    Column("ask", Text, nullable=False),
    Column("whom", Json, nullable=False),
    sqlite_with_rowid=False,
)

#: Messages to somebody, or to a channel. `joinable`: the one of its key that further alerts may join.
pages = Table(
    "pages",
    metadata,
    Column("id", Number, primary_key=True),
    Column("key", Text, nullable=False),
    Column("joinable", Boolean, nullable=False),
    Column("opened_at", Utc, nullable=False),
    Column("person", Text),
    Column("conversation", Number, ForeignKey("conversations.id")),
    Column("thread", Text),
    Column("mentions", Json, nullable=False),
    Column("told_at", Utc, nullable=False),
    Column("told", Integer, nullable=False),
    Column("nobody", Boolean, nullable=False),
    # When opening the chat with somebody is tried again; empty where nothing waits for that.
    Column("open_at", Utc),
    Column("failed", Boolean, nullable=False),
    sqlite_autoincrement=True,
)
_JOINABLE = text("joinable")
Index("ix_pages_joinable", pages.c.key, unique=True, sqlite_where=_JOINABLE, postgresql_where=_JOINABLE)
_UNOPENED = text("open_at IS NOT NULL")
Index("ix_pages_unopened", pages.c.open_at, sqlite_where=_UNOPENED, postgresql_where=_UNOPENED)

page_alerts = Table(
    "page_alerts",
    metadata,
    Column("page", Number, ForeignKey("pages.id"), primary_key=True),
    Column("alert", Number, ForeignKey("alerts.number"), primary_key=True),
    Column("at", Utc, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_page_alerts_alert", page_alerts.c.alert)

person_choices = Table(
    "person_choices",
    metadata,
    Column("person", Text, primary_key=True),
    Column("quiet_from", Text, nullable=False),
    Column("quiet_until", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("changed_at", Utc, nullable=False),
    # Kinds of notices that somebody does not want, joined with commas.
    Column("unheard", Text, nullable=False, server_default=text("''")),
    sqlite_with_rowid=False,
)
