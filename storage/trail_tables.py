"""Tables about which alerts touched the same thing a short while ago, for grouping them as they come in."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text

from storage.tables import Number, metadata

#: An alert at an entity that it touched. Only written, never changed, so that replicas do not wait for each other.
traces = Table(
    "traces",
    metadata,
    Column("entity", Text, primary_key=True),
    Column("alert", Number, ForeignKey("alerts.number"), primary_key=True),
    Column("alert_type", Text, nullable=False),
    Column("routine", Boolean, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_traces_type", traces.c.entity, traces.c.alert_type, traces.c.alert)

#: In how many distinct hours a type was seen on an entity, and the last of them, counted from 1970.
rhythms = Table(
    "rhythms",
    metadata,
    Column("entity", Text, primary_key=True),
    Column("alert_type", Text, primary_key=True),
    Column("hours", Integer, nullable=False),
    Column("last_hour", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
