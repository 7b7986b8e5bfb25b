"""Tables about rules: what they are, and what they did."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text

from storage.tables import Number, metadata
from storage.types import Json, Utc

#: What rules did to alerts, each by its entry of the history; `rule` is the rule's key, such as `tuning:3`.
rule_acts = Table(
    "rule_acts",
    metadata,
    Column("alert", Number, ForeignKey("alerts.number"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("rule", Text, nullable=False),
    Column("at", Utc, nullable=False),
    Column("undone", Boolean, nullable=False),
    sqlite_with_rowid=False,
)
Index(
    "ix_rule_acts_rule",
    rule_acts.c.rule,
    rule_acts.c.at,
    rule_acts.c.alert,
    rule_acts.c.revision,
    rule_acts.c.undone,
)

#: Tuning rules. `terms` and `lookback` are JSON: see tuning.py; a `standing` of deleted keeps the name for the history.
tuning_rules = Table(
    "tuning_rules",
    metadata,
    Column("id", Number, primary_key=True),
    Column("standing", Text, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("position", Integer, nullable=False),
    Column("terms", Json, nullable=False),
    Column("author", Text, nullable=False),
    Column("author_name", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("changed_at", Utc, nullable=False),
    Column("origin", Number),
    Column("replaces", Number),
    Column("with_open", Boolean, nullable=False),
    Column("lookback", Json),
    Column("decided_by", Text, nullable=False),
    sqlite_autoincrement=True,
)
Index("ix_tuning_rules_standing", tuning_rules.c.standing, tuning_rules.c.position, tuning_rules.c.id)

#: A row for each kind of rule. `token` is another one after every change of a rule of that kind, for whoever keeps them
#: ready; `creation` says whether rules may be made.
rule_sets = Table(
    "rule_sets",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("token", Text, nullable=False),
    Column("creation", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

#: What shall be allowed in Defender.
allowed = Table(
    "allowed",
    metadata,
    Column("id", Number, primary_key=True),
    Column("type", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("groups", Json, nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("alert", Number),
    Column("rule", Number),
    Column("by", Text, nullable=False),
    Column("by_name", Text, nullable=False),
    Column("at", Utc, nullable=False),
    Column("removed", Boolean, nullable=False),
    sqlite_autoincrement=True,
)
Index("ix_allowed_value", allowed.c.type, allowed.c.value)
