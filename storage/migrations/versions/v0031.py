"""What people were answered in threads is looked up by thread."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    replies = sa.text("subject = 'reply'")
    op.create_index(
        "ix_cards_answers",
        "cards",
        ["conversation", "thread", "created_at"],
        sqlite_where=replies,
        postgresql_where=replies,
    )
