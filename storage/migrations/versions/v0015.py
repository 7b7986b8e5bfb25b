"""Triage rules; the example that comes with the program only watches."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")

STEPS = [
    {
        "kind": "resolve",
        "classification": "informationalExpectedActivity",
        "determination": "confirmedActivity",
        "text": "legitimate travel",
    },
    {"kind": "post"},
]


def upgrade() -> None:
    op.create_table(
        "triage_rules",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("mode_at", TIME),
        sa.Column("wants", sa.Text(), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_triage_rules"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "triage_runs",
        sa.Column("rule", NUMBER, nullable=False),
        sa.Column("alert", NUMBER, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text()),
        sa.Column("lease_until", TIME),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("rule", "alert", name="pk_triage_runs"),
        sa.ForeignKeyConstraint(["rule"], ["triage_rules.number"], name="fk_triage_runs_rule_triage_rules"),
        sa.ForeignKeyConstraint(["alert"], ["alerts.number"], name="fk_triage_runs_alert_alerts"),
        sqlite_with_rowid=False,
    )
    queued = sa.text("state = 'queued'")
    op.create_index("ix_triage_runs_due", "triage_runs", ["due_at"], sqlite_where=queued, postgresql_where=queued)
    op.create_index("ix_triage_runs_newest", "triage_runs", ["rule", "at"])
    _example()


def _example() -> None:
    """Impossible travel of somebody who is away and not at high risk: Microsoft's own example of automatic triage."""
    columns = "name, mode, wants, asked, steps, made_by, made_at, deleted"
    values = ":name, 'watch', :wants, :asked, :steps, 'Tocsin', :made_at, false"
    op.execute(
        sa.text(f"INSERT INTO triage_rules ({columns}) VALUES ({values})").bindparams(  # noqa: S608 - our own words
            sa.bindparam("name", "Legitimate travel"),
            sa.bindparam("wants", 'title:"impossible travel"'),
            sa.bindparam("asked", [["away", True], ["highRisk", False]], type_=sa.JSON()),
            sa.bindparam("steps", STEPS, type_=sa.JSON()),
            sa.bindparam("made_at", _now(), type_=sa.Text() if _is_sqlite() else sa.DateTime(timezone=True)),
        )
    )


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _now() -> str | datetime:
    now = datetime.now(UTC)
    return now.isoformat(" ", "microseconds") if _is_sqlite() else now
