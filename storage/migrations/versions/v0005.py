"""Who is in the groups to which permission roles are given."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.create_table(
        "group_reads",
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("read_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("group", name="pk_group_reads"),
    )
    op.create_table(
        "group_members",
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("group", "person", name="pk_group_members"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_group_members_person", "group_members", ["person"])
