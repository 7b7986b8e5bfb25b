"""Exports that were asked for in chat, their files in pieces, and the links to them."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.create_table(
        "exports",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("wanted", sa.JSON(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("person_name", sa.Text(), nullable=False),
        sa.Column("conversation", NUMBER, nullable=False),
        sa.Column("thread", sa.Text(), nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("services", sa.JSON(), nullable=False),
        sa.Column("expires_at", TIME, nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("upload", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.id"], name="fk_exports_conversation"),
        sa.PrimaryKeyConstraint("id", name="pk_exports"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "export_pieces",
        sa.Column("export", NUMBER, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["export"], ["exports.id"], name="fk_export_pieces_export"),
        sa.PrimaryKeyConstraint("export", "number", name="pk_export_pieces"),
    )
    op.create_table(
        "export_links",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("export", NUMBER, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("person_name", sa.Text(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("fetched", sa.Integer(), nullable=False),
        sa.Column("fetched_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["export"], ["exports.id"], name="fk_export_links_export"),
        sa.PrimaryKeyConstraint("digest", name="pk_export_links"),
    )
    work, kept = sa.text("state IN ('waiting', 'sending')"), sa.text("expires_at IS NOT NULL")
    op.create_index("ix_exports_work", "exports", ["due_at", "id"], sqlite_where=work, postgresql_where=work)
    op.create_index("ix_exports_kept", "exports", ["expires_at"], sqlite_where=kept, postgresql_where=kept)
    op.create_index("ix_exports_key", "exports", ["key", "id"])
    op.create_index("ix_exports_asked", "exports", ["asked_at"])
    op.create_index("ix_exports_conversation", "exports", ["conversation"])
    op.create_index("ix_export_links_export", "export_links", ["export"])
