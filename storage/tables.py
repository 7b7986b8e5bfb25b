"""The tables. Migrations make them; a test compares the two.

Whatever is filtered or sorted by has a column, the rest of an alert is JSON. Partial indices keep the hot paths as
small as what is open or due, however much history there is.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from storage.types import Json, Utc

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)

#: SQLite counts up only in columns that are declared INTEGER.
Number = BigInteger().with_variant(Integer(), "sqlite")

#: Written out in indices and queries alike, so that SQLite sees that the one serves the other.
#: An alert that a rule keeps out of sight counts as open nowhere, however its status is.
OPEN = text("alerts.status <> 'resolved' AND alerts.hidden IS NULL")
UNRESOLVED = text("alerts.status <> 'resolved'")
PENDING = text("cards.state = 'pending'")


def _only(condition: str) -> dict[str, Any]:
    """Makes an index partial, on both databases."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


incidents = Table(
    "incidents",
    metadata,
    Column("number", Number, primary_key=True),
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    # Both empty (NULL, so that they are no duplicates of each other) where people made it.
    Column("source", Text),
    Column("external_id", Text),
    Column("revision", Integer, nullable=False, server_default=text("0")),
    Column("assignee", Text),
    Column("merged_into", Number),
    # The name is the source's, made of all its alerts: who may not see them all does not see it.
    Column("named_by_source", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("source", "external_id"),
    sqlite_autoincrement=True,
)

alerts = Table(
    "alerts",
    metadata,
    Column("number", Number, primary_key=True),
    Column("source", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("signal", Text),
    Column("classification", Text, nullable=False),
    Column("determination", Text, nullable=False),
    Column("assignee", Text),
    Column("incident", Number, ForeignKey("incidents.number")),
    Column("investigation_state", Text, nullable=False),
    Column("service_source", Text, nullable=False),
    Column("detection_source", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("alert_type", Text, nullable=False),
    Column("product", Text, nullable=False),
    Column("comment_count", Integer, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("first_activity", Utc, nullable=False),
    Column("last_activity", Utc, nullable=False),
    Column("received_at", Utc, nullable=False),
    Column("acknowledged_at", Utc),
    Column("resolved_at", Utc),
    Column("hidden", Text),
    Column("acknowledge_by", Utc),
    Column("resolve_by", Utc),
    # Everything else that an alert has: see rows.py.
    Column("rest", Json, nullable=False),
    UniqueConstraint("source", "external_id"),
    sqlite_autoincrement=True,
)
# Status and severity are in the first two only so that counting need not look at the rows.
_OF_OPEN = _only("status <> 'resolved' AND hidden IS NULL")
Index(
    "ix_alerts_queue",
    alerts.c.last_activity,
    alerts.c.number,
    alerts.c.status,
    alerts.c.severity,
    **_OF_OPEN,
)
Index("ix_alerts_mine", alerts.c.assignee, alerts.c.last_activity, alerts.c.number, alerts.c.status, **_OF_OPEN)
Index("ix_alerts_oldest", alerts.c.received_at, alerts.c.number, **_OF_OPEN)
Index("ix_alerts_type", alerts.c.alert_type, alerts.c.number, **_only("alert_type <> ''"))
Index("ix_alerts_incident", alerts.c.incident, **_only("incident IS NOT NULL"))
Index("ix_alerts_received", alerts.c.received_at)
Index("ix_alerts_acknowledged", alerts.c.acknowledged_at, **_only("acknowledged_at IS NOT NULL"))
Index("ix_alerts_hidden", alerts.c.hidden, alerts.c.number, **_only("hidden IS NOT NULL"))
Index("ix_alerts_acknowledge_by", alerts.c.acknowledge_by, **_only("acknowledge_by IS NOT NULL"))
Index("ix_alerts_resolve_by", alerts.c.resolve_by, **_only("resolve_by IS NOT NULL"))
Index("ix_alerts_resolved", alerts.c.resolved_at, **_only("resolved_at IS NOT NULL"))

evidence = Table(
    "evidence",
    metadata,
    Column("alert", Number, ForeignKey("alerts.number"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("remediation", Text, nullable=False),
    Column("roles", Json, nullable=False),
    Column("tags", Json, nullable=False),
    Column("properties", Json, nullable=False),
)
Index("ix_evidence_entity", evidence.c.entity, evidence.c.alert, **_only("entity <> ''"))

#: The last report about each alert. An alert has one source for ever, so its number is enough of a key.
reports = Table(
    "reports",
    metadata,
    Column("alert", Number, ForeignKey("alerts.number"), primary_key=True, autoincrement=False),
    Column("said", Json, nullable=False),
    Column("evidence_digest", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Column("received_at", Utc, nullable=False),
)

#: Append-only: a trigger refuses to change or delete what is there.
history = Table(
    "history",
    metadata,
    Column("alert", Number, ForeignKey("alerts.number"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("at", Utc, nullable=False),
    Column("actor_kind", Text, nullable=False),
    Column("actor_id", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("way", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("changes", Json, nullable=False),
    Column("undoes", Integer),
    Column("withdraws", Boolean),
    Column("batch", Text),
    sqlite_with_rowid=False,
)
Index("ix_history_batch", history.c.batch, **_only("batch IS NOT NULL"))
Index("ix_history_person", history.c.actor_id, history.c.at, **_only("actor_kind = 'person'"))

comments = Table(
    "comments",
    metadata,
    Column("alert", Number, ForeignKey("alerts.number"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("author", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Utc, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

#: The keys are the names without case, for looking people up.
people = Table(
    "people",
    metadata,
    Column("object_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("teams_id", Text, nullable=False),
    Column("user_principal_name", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("is_guest", Boolean, nullable=False),
    Column("name_key", Text, nullable=False),
    Column("principal_key", Text, nullable=False),
    Column("language", Text),
    Column("met_at", Utc, nullable=False),
    Column("changed_at", Utc, nullable=False),
)
Index("ix_people_name", people.c.name_key)
Index("ix_people_principal", people.c.principal_key)

conversations = Table(
    "conversations",
    metadata,
    Column("id", Number, primary_key=True),
    Column("teams_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("service_url", Text, nullable=False),
    Column("tenant_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("team_id", Text, nullable=False),
    Column("team_name", Text, nullable=False),
    Column("person", Text),
    Column("subscribed_at", Utc),
    Column("gone", Boolean, nullable=False),
    Column("roster_read_at", Utc),
    Column("free_at", Utc),
    UniqueConstraint("teams_id"),
    sqlite_autoincrement=True,
)

roster = Table(
    "roster",
    metadata,
    Column("conversation", Number, ForeignKey("conversations.id"), primary_key=True),
    Column("person", Text, primary_key=True),
    sqlite_with_rowid=False,
)
Index("ix_roster_person", roster.c.person)

#: `state`: pending (to be sent), shown (as wanted), set aside (refused for good).
cards = Table(
    "cards",
    metadata,
    Column("id", Number, primary_key=True),
    Column("conversation", Number, ForeignKey("conversations.id"), nullable=False),
    Column("subject", Text, nullable=False),
    Column("subject_id", Number, nullable=False),
    Column("origin", Text, nullable=False),
    Column("thread", Text),
    Column("wanted_revision", Integer, nullable=False),
    Column("shown_revision", Integer, nullable=False),
    Column("activity_id", Text),
    Column("state", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("lease_until", Utc),
    Column("owner", Text),
    Column("claimed_at", Utc),
    Column("attempt", Integer, nullable=False),
    Column("why", Text),
    Column("ambiguous", Boolean, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("posted_at", Utc),
    UniqueConstraint("subject", "subject_id", "conversation", "origin"),
    sqlite_autoincrement=True,
)
Index(
    "ix_cards_urgent", cards.c.conversation, cards.c.priority, cards.c.due_at, cards.c.id, **_only("state = 'pending'")
)
Index("ix_cards_due", cards.c.conversation, cards.c.due_at, **_only("state = 'pending'"))
Index("ix_cards_aside", cards.c.id, **_only("state = 'set aside'"))
Index("ix_cards_ambiguous", cards.c.id, **_only("ambiguous"))
Index("ix_cards_leased", cards.c.conversation, cards.c.lease_until, **_only("lease_until IS NOT NULL"))
Index("ix_cards_activity", cards.c.conversation, cards.c.activity_id, **_only("activity_id IS NOT NULL"))
#: What people were answered in threads.
Index("ix_cards_answers", cards.c.conversation, cards.c.thread, cards.c.created_at, **_only("subject = 'reply'"))

#: Calls to Teams of the last hour or so, one row each, for keeping its limits through restarts and among replicas.
sends = Table(
    "sends",
    metadata,
    Column("id", Number, primary_key=True),
    Column("conversation", Number, nullable=False),
    Column("at", Utc, nullable=False),
)
Index("ix_sends_conversation", sends.c.conversation, sends.c.at)
Index("ix_sends_newest", sends.c.conversation, sends.c.id)
Index("ix_sends_at", sends.c.at)

#: Alerts of a storm that share one card in a conversation.
rollups = Table(
    "rollups",
    metadata,
    Column("id", Number, primary_key=True),
    Column("conversation", Number, ForeignKey("conversations.id"), nullable=False),
    Column("alert_type", Text, nullable=False),
    Column("opened_at", Utc, nullable=False),
    # Empty in a storm. Else why these share a card, and a number that belongs to it: see folds.py.
    Column("why", Text),
    Column("why_number", Integer),
    sqlite_autoincrement=True,
)
Index("ix_rollups_type", rollups.c.conversation, rollups.c.alert_type, rollups.c.opened_at)

#: An alert that is shown within the card of something else instead of one of its own.
folds = Table(
    "folds",
    metadata,
    Column("conversation", Number, ForeignKey("conversations.id"), primary_key=True),
    Column("alert", Number, ForeignKey("alerts.number"), primary_key=True),
    Column("card", Number, ForeignKey("cards.id"), nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_folds_card", folds.c.card, folds.c.alert)
Index("ix_folds_alert", folds.c.alert)

#: Messages that were made once, for cards that show them.
replies = Table(
    "replies",
    metadata,
    Column("id", Number, primary_key=True),
    Column("message", Json, nullable=False),
    Column("created_at", Utc, nullable=False),
    sqlite_autoincrement=True,
)

digests = Table(
    "digests",
    metadata,
    Column("id", Number, primary_key=True),
    Column("conversation", Number, ForeignKey("conversations.id"), nullable=False),
    Column("slot", Text, nullable=False),
    Column("local_date", Date, nullable=False),
    Column("zone", Text, nullable=False),
    Column("numbers", Json, nullable=False),
    Column("created_at", Utc, nullable=False),
    # Which one it is, 0 for that of the settings; empty where somebody asked for it, and in old ones.
    Column("schedule", Number),
    Column("wants", Text, nullable=False, server_default=text("''")),
    UniqueConstraint("conversation", "slot"),
    sqlite_autoincrement=True,
)
Index("ix_digests_schedule", digests.c.conversation, digests.c.schedule, digests.c.local_date)

presses = Table(
    "presses",
    metadata,
    Column("key", Text, primary_key=True),
    Column("at", Utc, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_presses_at", presses.c.at)
