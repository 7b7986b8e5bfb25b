"""Tags that were given another name."""

from sqlalchemy import Column, Table, Text

from storage.tables import Number, metadata
from storage.types import Utc

tag_renames = Table(
    "tag_renames",
    metadata,
    Column("id", Number, primary_key=True),
    Column("old", Text, nullable=False),
    Column("new", Text, nullable=False),
    Column("at", Utc, nullable=False),
    Column("by", Text, nullable=False),
    sqlite_autoincrement=True,
)
