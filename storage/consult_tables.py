"""Questions to experts, their answers, and where questions go. The words themselves are comments."""

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Index, Integer, Table, Text

from storage.tables import Number, metadata
from storage.types import Utc

consultations = Table(
    "consultations",
    metadata,
    Column("id", Number, primary_key=True),
    Column("alert", Number, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("asker", Text, nullable=False),
    Column("experts", Number, ForeignKey("conversations.id"), nullable=False),
    # Where it was asked: there the asker is told of an answer.
    Column("asked_in", Number, ForeignKey("conversations.id"), nullable=False),
    Column("thread", Text),
    Column("asked_at", Utc, nullable=False),
    ForeignKeyConstraint(["alert", "revision"], ["comments.alert", "comments.revision"]),
    sqlite_autoincrement=True,
)
Index("ix_consultations_alert", consultations.c.alert)

answers = Table(
    "answers",
    metadata,
    Column("consultation", Number, ForeignKey("consultations.id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("alert", Number, nullable=False),
    ForeignKeyConstraint(["alert", "revision"], ["comments.alert", "comments.revision"]),
    sqlite_with_rowid=False,
)

#: One row: what the settings say, and the conversation that somebody chose instead.
experts = Table(
    "experts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("named", Text, nullable=False),
    Column("conversation", Number, ForeignKey("conversations.id")),
    Column("chosen_at", Utc),
)
