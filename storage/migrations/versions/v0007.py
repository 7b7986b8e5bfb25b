"""Tokens of programs; webhooks, and the events that wait for them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    _tokens()
    _webhooks()
    _events()


def _tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("wants", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME),
        sa.Column("revoked_at", TIME),
        sa.Column("last_used_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_tokens"),
        sa.UniqueConstraint("key", name="uq_tokens_key"),
        sqlite_autoincrement=True,
    )
    standing = sa.text("revoked_at IS NULL")
    op.create_index("ix_tokens_name", "tokens", ["name"], unique=True, sqlite_where=standing, postgresql_where=standing)


def _webhooks() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("old_secret", sa.Text(), nullable=False),
        sa.Column("old_until", TIME),
        sa.Column("wants", sa.Text(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("rest_until", TIME),
        sa.Column("last_sequence", NUMBER, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("last_sent_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_webhooks"),
        sa.UniqueConstraint("name", name="uq_webhooks_name"),
        sqlite_autoincrement=True,
    )


def _events() -> None:
    op.create_table(
        "webhook_events",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("webhook", NUMBER, nullable=False),
        sa.Column("alert", NUMBER, nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("told", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("sequence", NUMBER),
        sa.Column("seen_at", TIME),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text()),
        sa.Column("lease_until", TIME),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_events"),
        sa.ForeignKeyConstraint(["webhook"], ["webhooks.id"], name="fk_webhook_events_webhook_webhooks"),
        sqlite_autoincrement=True,
    )
    _partial("ix_webhook_events_waiting", ["webhook", "due_at", "id"], "state = 'pending'")
    _partial("ix_webhook_events_alert", ["webhook", "alert", "id"], "state = 'pending'")
    _partial("ix_webhook_events_new", ["webhook", "id"], "sequence IS NULL")
    _partial("ix_webhook_events_leased", ["webhook", "lease_until"], "lease_until IS NOT NULL")
    _partial("ix_webhook_events_dead", ["webhook", "id"], "state = 'dead'")


def _partial(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, "webhook_events", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
