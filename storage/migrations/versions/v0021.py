"""Alerts that people have put into a conversation themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.create_table(
        "shares",
        sa.Column("conversation", NUMBER, nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("alert", NUMBER, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("seen", sa.Boolean(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.id"], name="fk_shares_conversation"),
        sa.ForeignKeyConstraint(["alert"], ["alerts.number"], name="fk_shares_alert"),
        sa.PrimaryKeyConstraint("conversation", "token", "alert", name="pk_shares"),
        sqlite_with_rowid=False,
    )
    seen = sa.text("seen")
    op.create_index("ix_shares_seen", "shares", ["alert", "conversation"], sqlite_where=seen, postgresql_where=seen)
