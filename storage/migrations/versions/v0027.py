"""Rotas, what their calendars say, overrides, and the plans of escalation."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.create_table(
        "rotas",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_rotas"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rota_feeds",
        sa.Column("rota", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("modified", sa.Text(), nullable=False),
        sa.Column("read_at", TIME),
        sa.Column("failed_since", TIME),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("rota", "level", name="pk_rota_feeds"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rota_shifts",
        sa.Column("rota", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("starts_at", TIME, nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("feed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("rota", "level", "starts_at", "ends_at", "who", name="pk_rota_shifts"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_rota_shifts_end", "rota_shifts", ["rota", "ends_at"])
    op.create_table(
        "oncall_overrides",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("rota", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("starts_at", TIME, nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("ended_at", TIME),
        sa.Column("ended_by", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.PrimaryKeyConstraint("id", name="pk_oncall_overrides"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_oncall_overrides_end", "oncall_overrides", ["ends_at"])
    op.create_table(
        "escalation_plans",
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("severity", name="pk_escalation_plans"),
        sqlite_with_rowid=False,
    )
    op.add_column("routes", sa.Column("rota", sa.Text(), nullable=False, server_default=sa.text("''")))
