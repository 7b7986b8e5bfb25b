"""Exports that were asked for in chat, their files in pieces, and the links to them."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, text

from storage.tables import Number, metadata
from storage.types import Json, Utc

exports = Table(
    "exports",
    metadata,
    Column("id", Number, primary_key=True),
    Column("state", Text, nullable=False),
    Column("wanted", Json, nullable=False),
    Column("person", Text, nullable=False),
    Column("person_name", Text, nullable=False),
    Column("conversation", Number, ForeignKey("conversations.id"), nullable=False),
    Column("thread", Text),
    # The press that asked for it; empty for a message, which is told apart by its own id.
    Column("key", Text, nullable=False),
    Column("asked_at", Utc, nullable=False),
    Column("name", Text, nullable=False),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("size", Number, nullable=False),
    Column("services", Json, nullable=False),
    Column("expires_at", Utc),
    Column("attempt", Integer, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("owner", Text),
    Column("lease_until", Utc),
    Column("why", Text, nullable=False),
    Column("upload", Json),
    sqlite_autoincrement=True,
)
export_pieces = Table(
    "export_pieces",
    metadata,
    Column("export", Number, ForeignKey("exports.id"), primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),
)
#: `digest` is that of the secret in the link, which nobody but its reader has.
export_links = Table(
    "export_links",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("export", Number, ForeignKey("exports.id"), nullable=False),
    Column("person", Text, nullable=False),
    Column("person_name", Text, nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("fetched", Integer, nullable=False),
    Column("fetched_at", Utc),
)

#: Written out in indices and queries alike, so that SQLite sees that the one serves the other.
_WORK = text("state IN ('waiting', 'sending')")
_KEPT = text("expires_at IS NOT NULL")

Index("ix_exports_work", exports.c.due_at, exports.c.id, sqlite_where=_WORK, postgresql_where=_WORK)
Index("ix_exports_kept", exports.c.expires_at, sqlite_where=_KEPT, postgresql_where=_KEPT)
Index("ix_exports_key", exports.c.key, exports.c.id)
Index("ix_exports_asked", exports.c.asked_at)
Index("ix_exports_conversation", exports.c.conversation)
Index("ix_export_links_export", export_links.c.export)
