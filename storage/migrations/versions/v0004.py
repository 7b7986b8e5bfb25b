"""Alerts that a rule keeps out of sight, and what rules did."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")

#: The indices of what is open, which is from now on without what is hidden.
_OF_OPEN = {
    "ix_alerts_mine": ["assignee", "last_activity", "number", "status"],
    "ix_alerts_oldest": ["received_at", "number"],
    "ix_alerts_queue": ["last_activity", "number", "status", "severity"],
}


def upgrade() -> None:
    op.add_column("alerts", sa.Column("hidden", sa.Text()))
    for name, columns in _OF_OPEN.items():
        op.drop_index(name, "alerts")
        _index(name, "alerts", columns, "status <> 'resolved' AND hidden IS NULL")
    _index("ix_alerts_hidden", "alerts", ["hidden", "number"], "hidden IS NOT NULL")
    op.create_table(
        "rule_acts",
        sa.Column("alert", NUMBER, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["alert"], ["alerts.number"], name="fk_rule_acts_alert"),
        sa.PrimaryKeyConstraint("alert", "revision", name="pk_rule_acts"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_rule_acts_rule", "rule_acts", ["rule", "at", "alert", "revision", "undone"])


def _index(name: str, table: str, columns: list[str], only: str) -> None:
    condition = sa.text(only)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)
