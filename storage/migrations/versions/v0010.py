"""Routes of their own instead of one wish for each conversation, and maintenance."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    _routes()
    _maintenance()
    op.add_column("rollups", sa.Column("why", sa.Text()))
    op.add_column("rollups", sa.Column("why_number", sa.Integer()))
    # Who was subscribed stays so, to the same alerts.
    op.execute(
        "INSERT INTO routes (conversation, name, wants, fallback, zone, made_at) "
        "SELECT id, '', coalesce(wants, ''), false, 'UTC', subscribed_at "
        "FROM conversations WHERE subscribed_at IS NOT NULL ORDER BY id"
    )
    op.drop_column("conversations", "wants")


def _routes() -> None:
    op.create_table(
        "routes",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("conversation", NUMBER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("wants", sa.Text(), nullable=False),
        sa.Column("fallback", sa.Boolean(), nullable=False),
        sa.Column("daily_limit", sa.Integer()),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_routes"),
        sa.UniqueConstraint("conversation", "name", name="uq_routes_conversation_name"),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.id"], name="fk_routes_conversation_conversations"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "route_days",
        sa.Column("route", NUMBER, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("cards", sa.Integer(), nullable=False),
        sa.Column("beyond", sa.Integer(), nullable=False),
        sa.Column("card", NUMBER),
        sa.PrimaryKeyConstraint("route", "day", name="pk_route_days"),
        sa.ForeignKeyConstraint(["card"], ["cards.id"], name="fk_route_days_card_cards"),
        sqlite_with_rowid=False,
    )


def _maintenance() -> None:
    op.create_table(
        "maintenance",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("conversation", NUMBER),
        sa.Column("wants", sa.Text(), nullable=False),
        sa.Column("starts_at", TIME, nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.Column("weekly", sa.Boolean(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("even_high", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("ended_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_maintenance"),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.id"], name="fk_maintenance_conversation_conversations"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_maintenance_ends", "maintenance", ["ends_at"])
    op.create_table(
        "held",
        sa.Column("maintenance", NUMBER, nullable=False),
        sa.Column("conversation", NUMBER, nullable=False),
        sa.Column("alert", NUMBER, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("maintenance", "conversation", "alert", name="pk_held"),
        sa.ForeignKeyConstraint(["maintenance"], ["maintenance.id"], name="fk_held_maintenance_maintenance"),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.id"], name="fk_held_conversation_conversations"),
        sa.ForeignKeyConstraint(["alert"], ["alerts.number"], name="fk_held_alert_alerts"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_held_alert", "held", ["alert"])
    unreleased = sa.text("NOT released")
    op.create_index("ix_held_unreleased", "held", ["maintenance"], sqlite_where=unreleased, postgresql_where=unreleased)
