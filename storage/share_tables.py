"""Alerts that people have put into a conversation themselves."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Table, Text, text

from storage.tables import Number, metadata
from storage.types import Utc

_SEEN = text("seen")

#: `seen`: somebody there has seen it, so that it was sent; until then it was only offered, by its `token`.
shares = Table(
    "shares",
    metadata,
    Column("conversation", Number, ForeignKey("conversations.id"), primary_key=True),
    Column("token", Text, primary_key=True),
    Column("alert", Number, ForeignKey("alerts.number"), primary_key=True),
    Column("person", Text, nullable=False),
    Column("seen", Boolean, nullable=False),
    Column("at", Utc, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_shares_seen", shares.c.alert, shares.c.conversation, sqlite_where=_SEEN, postgresql_where=_SEEN)
