"""Tables about rules: what they did."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text

from storage.tables import Number, metadata
from storage.types import Utc

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
