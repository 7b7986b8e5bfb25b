"""What Alertmanager has of the silences that people want."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.create_table(
        "silences",
        sa.Column("alert", NUMBER, autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("known", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["alert"], ["alerts.number"], name="fk_silences_alert"),
        sa.PrimaryKeyConstraint("alert", name="pk_silences"),
    )
    due, known = sa.text("state = 'pending'"), sa.text("known <> ''")
    op.create_index("ix_silences_due", "silences", ["due_at"], sqlite_where=due, postgresql_where=due)
    op.create_index("ix_silences_known", "silences", ["alert"], sqlite_where=known, postgresql_where=known)
