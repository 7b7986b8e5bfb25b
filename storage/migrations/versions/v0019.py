"""Service targets: what alerts are due by, and what was missed."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    for name in ("acknowledge_by", "resolve_by"):
        op.add_column("alerts", sa.Column(name, TIME))
        only = sa.text(f"{name} IS NOT NULL")
        op.create_index(f"ix_alerts_{name}", "alerts", [name], sqlite_where=only, postgresql_where=only)
    op.create_table(
        "breaches",
        sa.Column("alert", NUMBER, autoincrement=False, nullable=False),
        sa.Column("goal", sa.Text(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["alert"], ["alerts.number"], name="fk_breaches_alert"),
        sa.PrimaryKeyConstraint("alert", "goal", name="pk_breaches"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_breaches_due", "breaches", ["due_at"])
    op.create_table(
        "target_looks",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_target_looks"),
    )
