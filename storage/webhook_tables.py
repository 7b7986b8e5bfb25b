"""Webhooks, and the events that wait for them."""

from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text

from storage.tables import Number, metadata
from storage.types import Json, Utc


def _only(condition: str) -> dict[str, Any]:
    """Makes an index partial, on both databases."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Number, primary_key=True),
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("old_secret", Text, nullable=False),
    Column("old_until", Utc),
    Column("wants", Text, nullable=False),
    # Words of the history, by blanks; empty for all.
    Column("kinds", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("rest_until", Utc),
    Column("last_sequence", Number, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("last_sent_at", Utc),
    UniqueConstraint("name"),
    sqlite_autoincrement=True,
)

#: What was taken goes. `state`: pending, dead (given up). `sequence` and `seen_at` are given when a worker first looks,
#: so that no two writers have to wait for each other.
webhook_events = Table(
    "webhook_events",
    metadata,
    Column("id", Number, primary_key=True),
    Column("webhook", Number, ForeignKey("webhooks.id"), nullable=False),
    Column("alert", Number, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("told", Json, nullable=False),
    Column("sequence", Number),
    Column("seen_at", Utc),
    Column("state", Text, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("owner", Text),
    Column("lease_until", Utc),
    Column("why", Text, nullable=False),
    sqlite_autoincrement=True,
)

#: Written out in indices and queries alike, so that SQLite sees that the one serves the other.
PENDING = text("webhook_events.state = 'pending'")

Index(
    "ix_webhook_events_waiting",
    webhook_events.c.webhook,
    webhook_events.c.due_at,
    webhook_events.c.id,
    **_only("state = 'pending'"),
)
Index(
    "ix_webhook_events_alert",
    webhook_events.c.webhook,
    webhook_events.c.alert,
    webhook_events.c.id,
    **_only("state = 'pending'"),
)
Index("ix_webhook_events_seen", webhook_events.c.webhook, webhook_events.c.seen_at, **_only("state = 'pending'"))
Index("ix_webhook_events_new", webhook_events.c.webhook, webhook_events.c.id, **_only("sequence IS NULL"))
Index(
    "ix_webhook_events_leased",
    webhook_events.c.webhook,
    webhook_events.c.lease_until,
    **_only("lease_until IS NOT NULL"),
)
Index("ix_webhook_events_dead", webhook_events.c.webhook, webhook_events.c.id, **_only("state = 'dead'"))
