"""Reminders."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.create_table(
        "reminders",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("alert", NUMBER, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("conversation", NUMBER, nullable=False),
        sa.Column("thread", sa.Text()),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["alert"], ["alerts.number"], name="fk_reminders_alert"),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.id"], name="fk_reminders_conversation"),
        sa.PrimaryKeyConstraint("id", name="pk_reminders"),
        sqlite_autoincrement=True,
    )
    waiting = sa.text("state = 'waiting'")
    op.create_index("ix_reminders_due", "reminders", ["due_at"], sqlite_where=waiting, postgresql_where=waiting)
    op.create_index(
        "ix_reminders_person", "reminders", ["person", "due_at"], sqlite_where=waiting, postgresql_where=waiting
    )
    op.create_index("ix_reminders_alert", "reminders", ["alert"])
