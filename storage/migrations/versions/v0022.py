"""Silences that stand at Alertmanager, as it last told."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.create_table(
        "standing_silences",
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("matchers", sa.JSON(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("begins_at", TIME, nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("lifted_by", sa.Text(), nullable=False),
        sa.Column("lift_due_at", TIME),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("external_id", name="pk_standing_silences"),
    )
    due = sa.text("lift_due_at IS NOT NULL")
    op.create_index(
        "ix_standing_silences_lift", "standing_silences", ["lift_due_at"], sqlite_where=due, postgresql_where=due
    )
