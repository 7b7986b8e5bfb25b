"""Teams' limits kept in the database, what channels want, and cards that several alerts share."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.add_column("conversations", sa.Column("free_at", TIME))
    op.add_column("conversations", sa.Column("wants", sa.Text()))
    aside = sa.text("state = 'set aside'")
    op.create_index("ix_cards_aside", "cards", ["id"], sqlite_where=aside, postgresql_where=aside)
    _sends()
    _rollups()
    _folds()


def _sends() -> None:
    op.create_table(
        "sends",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("conversation", NUMBER, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sends"),
    )
    op.create_index("ix_sends_conversation", "sends", ["conversation", "at"])
    op.create_index("ix_sends_newest", "sends", ["conversation", "id"])
    op.create_index("ix_sends_at", "sends", ["at"])


def _rollups() -> None:
    op.create_table(
        "rollups",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("conversation", NUMBER, nullable=False),
        sa.Column("alert_type", sa.Text(), nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rollups"),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.id"], name="fk_rollups_conversation_conversations"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_rollups_type", "rollups", ["conversation", "alert_type", "opened_at"])


def _folds() -> None:
    op.create_table(
        "folds",
        sa.Column("conversation", NUMBER, nullable=False),
        sa.Column("alert", NUMBER, nullable=False),
        sa.Column("card", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("conversation", "alert", name="pk_folds"),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.id"], name="fk_folds_conversation_conversations"),
        sa.ForeignKeyConstraint(["alert"], ["alerts.number"], name="fk_folds_alert_alerts"),
        sa.ForeignKeyConstraint(["card"], ["cards.id"], name="fk_folds_card_cards"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_folds_card", "folds", ["card", "alert"])
    op.create_index("ix_folds_alert", "folds", ["alert"])
