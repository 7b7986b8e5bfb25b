"""The language that somebody chose; none where that of their Teams counts."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.add_column("people", sa.Column("language", sa.Text()))
