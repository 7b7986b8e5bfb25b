"""Handovers that are posted, and notes for the next shift."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.create_table(
        "handovers",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("conversation", NUMBER, nullable=False),
        sa.Column("rota", sa.Text(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.Column("leavers", sa.JSON(), nullable=False),
        sa.Column("comers", sa.JSON(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.id"], name="fk_handovers_conversation"),
        sa.PrimaryKeyConstraint("id", name="pk_handovers"),
        sa.UniqueConstraint("conversation", "rota", "until", name="uq_handovers_conversation_rota_until"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "handover_notes",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("conversation", NUMBER, nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("settled_by", sa.Text()),
        sa.Column("settled_at", TIME),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.id"], name="fk_handover_notes_conversation"),
        sa.PrimaryKeyConstraint("id", name="pk_handover_notes"),
        sqlite_autoincrement=True,
    )
    standing = sa.text("settled_at IS NULL")
    op.create_index(
        "ix_handover_notes_standing",
        "handover_notes",
        ["conversation"],
        sqlite_where=standing,
        postgresql_where=standing,
    )
