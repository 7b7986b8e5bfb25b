"""The history of incidents. Append-only: a trigger refuses to change or delete what is there."""

from sqlalchemy import Column, ForeignKey, Integer, Table, Text

from storage.tables import Number, metadata
from storage.types import Json, Utc

incident_history = Table(
    "incident_history",
    metadata,
    Column("incident", Number, ForeignKey("incidents.number"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("at", Utc, nullable=False),
    Column("actor_kind", Text, nullable=False),
    Column("actor_id", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("way", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("changes", Json, nullable=False),
    Column("comment", Text, nullable=False),
    Column("undoes", Integer),
    # The entries that the same step made in the histories of alerts.
    Column("touched", Json, nullable=False),
    sqlite_with_rowid=False,
)
