"""What Defender knows of what we did, how far we know what it says, and how much of each service source comes in."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.create_table(
        "feeds",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("known_until", TIME),
        sa.Column("swept_at", TIME),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("owner", sa.Text()),
        sa.Column("leased_until", TIME),
        sa.PrimaryKeyConstraint("source", name="pk_feeds"),
    )
    op.create_table(
        "service_levels",
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("service", name="pk_service_levels"),
    )
    op.create_table(
        "mirrors",
        sa.Column("alert", NUMBER, autoincrement=False, nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("known_at", TIME),
        sa.ForeignKeyConstraint(["alert"], ["alerts.number"], name="fk_mirrors_alert"),
        sa.PrimaryKeyConstraint("alert", name="pk_mirrors"),
    )
    due = sa.text("state = 'pending'")
    op.create_index("ix_mirrors_due", "mirrors", ["due_at"], sqlite_where=due, postgresql_where=due)
