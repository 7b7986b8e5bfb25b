"""What Alertmanager has of the silences that people want."""

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, Table, Text, text

from storage.tables import Number, metadata
from storage.types import Utc

silences = Table(
    "silences",
    metadata,
    Column("alert", Number, ForeignKey("alerts.number"), primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    # ISO times, empty for none: until when it is wanted, and until when the source has it.
    Column("wanted", Text, nullable=False),
    Column("known", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("link", Text, nullable=False),
    Column("labels", JSON, nullable=False),
    Column("author", Text, nullable=False),
    Column("comment", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("why", Text, nullable=False),
)
Index(
    "ix_silences_due",
    silences.c.due_at,
    sqlite_where=text("state = 'pending'"),
    postgresql_where=text("state = 'pending'"),
)
Index(
    "ix_silences_known",
    silences.c.alert,
    sqlite_where=text("known <> ''"),
    postgresql_where=text("known <> ''"),
)

#: All that stand there, as it last told; `lift_due_at` is set where somebody here lifts one.
standing_silences = Table(
    "standing_silences",
    metadata,
    Column("external_id", Text, primary_key=True),
    Column("matchers", JSON, nullable=False),
    Column("author", Text, nullable=False),
    Column("comment", Text, nullable=False),
    Column("begins_at", Utc, nullable=False),
    Column("ends_at", Utc, nullable=False),
    Column("link", Text, nullable=False),
    Column("lifted_by", Text, nullable=False),
    Column("lift_due_at", Utc),
    Column("attempt", Integer, nullable=False),
    Column("why", Text, nullable=False),
)
Index(
    "ix_standing_silences_lift",
    standing_silences.c.lift_due_at,
    sqlite_where=text("lift_due_at IS NOT NULL"),
    postgresql_where=text("lift_due_at IS NOT NULL"),
)
