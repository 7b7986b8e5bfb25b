"""What alerts are like and how they were judged. Alerts that are there already are indexed later, bit by bit."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    _index()
    _verdicts()
    last = "(SELECT COALESCE(MAX(number), 0) FROM alerts)"
    op.execute(
        "INSERT INTO likeness_state (id, counted_to, total, fill_below, site_from) "
        f"SELECT 1, {last}, 0, CASE WHEN {last} > 0 THEN {last} + 1 ELSE 0 END, ''"
    )


def _index() -> None:
    op.create_table(
        "alert_features",
        sa.Column("feature", NUMBER, nullable=False),
        sa.Column("alert", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("feature", "alert", name="pk_alert_features"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "features",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("df", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_features"),
    )
    op.create_table(
        "likenesses",
        sa.Column("alert", NUMBER, nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("here", NUMBER, nullable=False),
        sa.Column("circles", sa.JSON(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["alert"], ["alerts.number"], name="fk_likenesses_alert_alerts"),
        sa.PrimaryKeyConstraint("alert", name="pk_likenesses"),
    )
    op.create_table(
        "likeness_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("counted_to", NUMBER, nullable=False),
        sa.Column("total", NUMBER, nullable=False),
        sa.Column("fill_below", NUMBER, nullable=False),
        sa.Column("site_from", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_likeness_state"),
    )


def _verdicts() -> None:
    op.create_table(
        "verdicts",
        sa.Column("alert", NUMBER, nullable=False),
        sa.Column("here", NUMBER, nullable=False),
        sa.Column("kind", NUMBER, nullable=False),
        sa.Column("circles", sa.JSON(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("by_kind", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["alert"], ["alerts.number"], name="fk_verdicts_alert_alerts"),
        sa.PrimaryKeyConstraint("alert", name="pk_verdicts"),
    )
    op.create_index("ix_verdicts_here", "verdicts", ["here", "at", "alert"])
    op.create_index("ix_verdicts_true", "verdicts", ["here", "verdict", "at", "alert"])
    op.create_index("ix_verdicts_kind", "verdicts", ["kind", "verdict", "alert"])
    op.create_table(
        "verdict_counts",
        sa.Column("circle", NUMBER, nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("second", sa.Integer(), nullable=False),
        sa.Column("third", sa.Integer(), nullable=False),
        sa.Column("first_mass", sa.Float(), nullable=False),
        sa.Column("second_mass", sa.Float(), nullable=False),
        sa.Column("third_mass", sa.Float(), nullable=False),
        sa.Column("flips", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("circle", name="pk_verdict_counts"),
    )
