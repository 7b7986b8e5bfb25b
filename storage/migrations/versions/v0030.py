"""What people choose not to hear of."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.add_column("person_choices", sa.Column("unheard", sa.Text(), nullable=False, server_default=sa.text("''")))
