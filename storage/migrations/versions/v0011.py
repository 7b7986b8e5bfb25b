"""Tuning rules."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.create_table(
        "tuning_rules",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("origin", NUMBER),
        sa.Column("replaces", NUMBER),
        sa.Column("with_open", sa.Boolean(), nullable=False),
        sa.Column("lookback", sa.JSON()),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tuning_rules"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_tuning_rules_standing", "tuning_rules", ["standing", "position", "id"])
    op.create_table(
        "rule_sets",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("creation", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name="pk_rule_sets"),
        sqlite_with_rowid=False,
    )
