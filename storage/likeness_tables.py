"""What alerts are like, and how they were judged: an inverted index, and counts."""

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, Table, Text

from storage.tables import Number, metadata
from storage.types import Json, Utc

#: The inverted index: the alerts of each word, whose numbers say which are the newest.
alert_features = Table(
    "alert_features",
    metadata,
    Column("feature", Number, primary_key=True, autoincrement=False),
    Column("alert", Number, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

#: In how many alerts each word is, counted a little later.
features = Table(
    "features",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=False),
    Column("df", Integer, nullable=False),
)

#: The same from the other side: the words of an alert, the circles in which its verdict counts, and its site.
likenesses = Table(
    "likenesses",
    metadata,
    Column("alert", Number, ForeignKey("alerts.number"), primary_key=True, autoincrement=False),
    Column("site", Text, nullable=False),
    Column("here", Number, nullable=False),
    Column("circles", Json, nullable=False),
    Column("words", Json, nullable=False),
)

#: One row: how far the words are counted, of how many alerts, and below which number the index has to be made anew.
likeness_state = Table(
    "likeness_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("counted_to", Number, nullable=False),
    Column("total", Number, nullable=False),
    Column("fill_below", Number, nullable=False),
    Column("site_from", Text, nullable=False),
)

#: The verdict of each alert that has one, by whom, and where it was counted.
verdicts = Table(
    "verdicts",
    metadata,
    Column("alert", Number, ForeignKey("alerts.number"), primary_key=True, autoincrement=False),
    Column("here", Number, nullable=False),
    Column("kind", Number, nullable=False),
    Column("circles", Json, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("by_kind", Text, nullable=False),
    Column("by_id", Text, nullable=False),
    Column("by_name", Text, nullable=False),
    Column("at", Utc, nullable=False),
)
Index("ix_verdicts_here", verdicts.c.here, verdicts.c.at, verdicts.c.alert)
Index("ix_verdicts_true", verdicts.c.here, verdicts.c.verdict, verdicts.c.at, verdicts.c.alert)
Index("ix_verdicts_kind", verdicts.c.kind, verdicts.c.verdict, verdicts.c.alert)

#: The counts of each circle, in the order of VERDICTS, what they weigh, and changes of mind.
verdict_counts = Table(
    "verdict_counts",
    metadata,
    Column("circle", Number, primary_key=True, autoincrement=False),
    Column("first", Integer, nullable=False),
    Column("second", Integer, nullable=False),
    Column("third", Integer, nullable=False),
    Column("first_mass", Float, nullable=False),
    Column("second_mass", Float, nullable=False),
    Column("third_mass", Float, nullable=False),
    Column("flips", Integer, nullable=False),
)
