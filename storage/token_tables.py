"""Tokens of programs. What is kept does not tell them: a key, by which one is found, and a digest of the whole."""

from sqlalchemy import Column, Index, Table, Text, UniqueConstraint, text

from storage.tables import Number, metadata
from storage.types import Utc

tokens = Table(
    "tokens",
    metadata,
    Column("id", Number, primary_key=True),
    Column("name", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("role", Text, nullable=False),
    # Which alerts it may see, as a condition is typed; empty for all.
    Column("wants", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc),
    Column("revoked_at", Utc),
    Column("last_used_at", Utc),
    UniqueConstraint("key"),
    sqlite_autoincrement=True,
)
_STANDING = text("revoked_at IS NULL")
Index("ix_tokens_name", tokens.c.name, unique=True, sqlite_where=_STANDING, postgresql_where=_STANDING)
