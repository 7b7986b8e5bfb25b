"""Entries of one action on several alerts belong together, and somebody's last action is found at once."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("history", sa.Column("batch", sa.Text()))
    batched, by_people = sa.text("batch IS NOT NULL"), sa.text("actor_kind = 'person'")
    op.create_index("ix_history_batch", "history", ["batch"], sqlite_where=batched, postgresql_where=batched)
    op.create_index(
        "ix_history_person", "history", ["actor_id", "at"], sqlite_where=by_people, postgresql_where=by_people
    )
