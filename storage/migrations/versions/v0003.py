"""Posts that may be doubled are counted without a look at every card."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    doubled = sa.text("ambiguous")
    op.create_index("ix_cards_ambiguous", "cards", ["id"], sqlite_where=doubled, postgresql_where=doubled)
