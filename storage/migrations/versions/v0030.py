"""What people choose for themselves: their language, and what they want to hear of."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    for name in ("language", "unheard"):
        op.add_column("person_choices", sa.Column(name, sa.Text(), nullable=False, server_default=sa.text("''")))
