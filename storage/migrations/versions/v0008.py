"""Incidents with a history of their own, and what is remembered for grouping alerts as they come in."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.add_column("incidents", sa.Column("revision", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("incidents", sa.Column("assignee", sa.Text()))
    op.add_column("incidents", sa.Column("merged_into", NUMBER))
    _history()
    _append_only()
    _trails()


def _history() -> None:
    op.create_table(
        "incident_history",
        sa.Column("incident", NUMBER, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("undoes", sa.Integer()),
        sa.Column("touched", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["incident"], ["incidents.number"], name="fk_incident_history_incident"),
        sa.PrimaryKeyConstraint("incident", "revision", name="pk_incident_history"),
        sqlite_with_rowid=False,
    )


def _append_only() -> None:
    """The database itself refuses to change or delete history."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER incident_history_no_{verb.lower()} BEFORE {verb} ON incident_history "
                "BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER incident_history_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON incident_history "
        "FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only()"
    )


def _trails() -> None:
    op.create_table(
        "traces",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("alert", NUMBER, nullable=False),
        sa.Column("alert_type", sa.Text(), nullable=False),
        sa.Column("routine", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["alert"], ["alerts.number"], name="fk_traces_alert"),
        sa.PrimaryKeyConstraint("entity", "alert", name="pk_traces"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_traces_type", "traces", ["entity", "alert_type", "alert"])
    op.create_table(
        "rhythms",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("alert_type", sa.Text(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("last_hour", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("entity", "alert_type", name="pk_rhythms"),
        sqlite_with_rowid=False,
    )
