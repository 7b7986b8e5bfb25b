"""What sources know of incidents."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.add_column("incidents", sa.Column("named_by_source", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "incident_mirrors",
        sa.Column("incident", NUMBER, autoincrement=False, nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("said", sa.JSON()),
        sa.Column("gone", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["incident"], ["incidents.number"], name="fk_incident_mirrors_incident"),
        sa.PrimaryKeyConstraint("incident", name="pk_incident_mirrors"),
    )
    waiting = sa.text("state = 'pending'")
    op.create_index(
        "ix_incident_mirrors_due", "incident_mirrors", ["due_at"], sqlite_where=waiting, postgresql_where=waiting
    )
