"""Who is in the groups that the settings name, as last read."""

from sqlalchemy import Column, Index, Table, Text

from storage.tables import metadata
from storage.types import Utc

#: A group that was read; one without members has a row here, too.
group_reads = Table(
    "group_reads",
    metadata,
    Column("group", Text, primary_key=True),
    Column("read_at", Utc, nullable=False),
)

group_members = Table(
    "group_members",
    metadata,
    Column("group", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    sqlite_with_rowid=False,
)
Index("ix_group_members_person", group_members.c.person)
