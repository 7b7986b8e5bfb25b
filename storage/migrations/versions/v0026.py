"""Escalations and their steps, pages, and what people choose for themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.create_table(
        "escalations",
        sa.Column("alert", NUMBER, autoincrement=False, nullable=False),
        sa.Column("rota", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("next", sa.Integer(), nullable=False),
        sa.Column("due_at", TIME),
        sa.Column("ended_at", TIME),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["alert"], ["alerts.number"], name="fk_escalations_alert"),
        sa.PrimaryKeyConstraint("alert", name="pk_escalations"),
    )
    running = sa.text("state = 'running'")
    op.create_index("ix_escalations_due", "escalations", ["due_at"], sqlite_where=running, postgresql_where=running)
    op.create_table(
        "escalation_steps",
        sa.Column("alert", NUMBER, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("ask", sa.Text(), nullable=False),
        sa.Column("whom", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["alert"], ["alerts.number"], name="fk_escalation_steps_alert"),
        sa.PrimaryKeyConstraint("alert", "number", name="pk_escalation_steps"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "pages",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("joinable", sa.Boolean(), nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("person", sa.Text()),
        sa.Column("conversation", NUMBER),
        sa.Column("thread", sa.Text()),
        sa.Column("mentions", sa.JSON(), nullable=False),
        sa.Column("told_at", TIME, nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("nobody", sa.Boolean(), nullable=False),
        sa.Column("open_at", TIME),
        sa.Column("failed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.id"], name="fk_pages_conversation"),
        sa.PrimaryKeyConstraint("id", name="pk_pages"),
        sqlite_autoincrement=True,
    )
    joinable, unopened = sa.text("joinable"), sa.text("open_at IS NOT NULL")
    op.create_index(
        "ix_pages_joinable", "pages", ["key"], unique=True, sqlite_where=joinable, postgresql_where=joinable
    )
    op.create_index("ix_pages_unopened", "pages", ["open_at"], sqlite_where=unopened, postgresql_where=unopened)
    op.create_table(
        "page_alerts",
        sa.Column("page", NUMBER, nullable=False),
        sa.Column("alert", NUMBER, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["page"], ["pages.id"], name="fk_page_alerts_page"),
        sa.ForeignKeyConstraint(["alert"], ["alerts.number"], name="fk_page_alerts_alert"),
        sa.PrimaryKeyConstraint("page", "alert", name="pk_page_alerts"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_page_alerts_alert", "page_alerts", ["alert"])
    op.create_table(
        "person_choices",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("quiet_from", sa.Text(), nullable=False),
        sa.Column("quiet_until", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_person_choices"),
        sqlite_with_rowid=False,
    )
