"""What has waited longest for a webhook is found without a look at all that waits."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    waiting = sa.text("state = 'pending'")
    op.create_index(
        "ix_webhook_events_seen",
        "webhook_events",
        ["webhook", "seen_at"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
