"""Questions to experts, their answers, and where questions go."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    comment = ["comments.alert", "comments.revision"]
    op.create_table(
        "consultations",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("alert", NUMBER, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("asker", sa.Text(), nullable=False),
        sa.Column("experts", NUMBER, nullable=False),
        sa.Column("asked_in", NUMBER, nullable=False),
        sa.Column("thread", sa.Text()),
        sa.Column("asked_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["alert", "revision"], comment, name="fk_consultations_alert"),
        sa.ForeignKeyConstraint(["experts"], ["conversations.id"], name="fk_consultations_experts"),
        sa.ForeignKeyConstraint(["asked_in"], ["conversations.id"], name="fk_consultations_asked_in"),
        sa.PrimaryKeyConstraint("id", name="pk_consultations"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_consultations_alert", "consultations", ["alert"])
    op.create_table(
        "answers",
        sa.Column("consultation", NUMBER, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("alert", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["alert", "revision"], comment, name="fk_answers_alert"),
        sa.ForeignKeyConstraint(["consultation"], ["consultations.id"], name="fk_answers_consultation"),
        sa.PrimaryKeyConstraint("consultation", "revision", name="pk_answers"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "experts",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("named", sa.Text(), nullable=False),
        sa.Column("conversation", NUMBER),
        sa.Column("chosen_at", TIME),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.id"], name="fk_experts_conversation"),
        sa.PrimaryKeyConstraint("id", name="pk_experts"),
    )
