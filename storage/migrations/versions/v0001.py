"""The first schema."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    _conversations()
    _incidents()
    _people()
    _presses()
    _replies()
    _alerts()
    _cards()
    _digests()
    _roster()
    _comments()
    _evidence()
    _history()
    _reports()
    _append_only()


def _only(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("teams_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("service_url", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("team_name", sa.Text(), nullable=False),
        sa.Column("person", sa.Text()),
        sa.Column("subscribed_at", TIME),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("roster_read_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
        sa.UniqueConstraint("teams_id", name="uq_conversations_teams_id"),
        sqlite_autoincrement=True,
    )


def _incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("source", sa.Text()),
        sa.Column("external_id", sa.Text()),
        sa.PrimaryKeyConstraint("number", name="pk_incidents"),
        sa.UniqueConstraint("source", "external_id", name="uq_incidents_source_external_id"),
        sqlite_autoincrement=True,
    )


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("teams_id", sa.Text(), nullable=False),
        sa.Column("user_principal_name", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("is_guest", sa.Boolean(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("principal_key", sa.Text(), nullable=False),
        sa.Column("met_at", TIME, nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("object_id", name="pk_people"),
    )
    op.create_index("ix_people_name", "people", ["name_key"])
    op.create_index("ix_people_principal", "people", ["principal_key"])


def _presses() -> None:
    op.create_table(
        "presses",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_presses"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_presses_at", "presses", ["at"])


def _replies() -> None:
    op.create_table(
        "replies",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("message", sa.JSON(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_replies"),
        sqlite_autoincrement=True,
    )


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("signal", sa.Text()),
        sa.Column("classification", sa.Text(), nullable=False),
        sa.Column("determination", sa.Text(), nullable=False),
        sa.Column("assignee", sa.Text()),
        sa.Column("incident", NUMBER),
        sa.Column("investigation_state", sa.Text(), nullable=False),
        sa.Column("service_source", sa.Text(), nullable=False),
        sa.Column("detection_source", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("alert_type", sa.Text(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("comment_count", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("first_activity", TIME, nullable=False),
        sa.Column("last_activity", TIME, nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("acknowledged_at", TIME),
        sa.Column("resolved_at", TIME),
        sa.Column("rest", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["incident"], ["incidents.number"], name="fk_alerts_incident"),
        sa.PrimaryKeyConstraint("number", name="pk_alerts"),
        sa.UniqueConstraint("source", "external_id", name="uq_alerts_source_external_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_alerts_acknowledged", "alerts", ["acknowledged_at"], **_only("acknowledged_at IS NOT NULL"))
    op.create_index("ix_alerts_incident", "alerts", ["incident"], **_only("incident IS NOT NULL"))
    op.create_index(
        "ix_alerts_mine", "alerts", ["assignee", "last_activity", "number", "status"], **_only("status <> 'resolved'")
    )
    op.create_index("ix_alerts_oldest", "alerts", ["received_at", "number"], **_only("status <> 'resolved'"))
    op.create_index(
        "ix_alerts_queue", "alerts", ["last_activity", "number", "status", "severity"], **_only("status <> 'resolved'")
    )
    op.create_index("ix_alerts_received", "alerts", ["received_at"])
    op.create_index("ix_alerts_resolved", "alerts", ["resolved_at"], **_only("resolved_at IS NOT NULL"))
    op.create_index("ix_alerts_type", "alerts", ["alert_type", "number"], **_only("alert_type <> ''"))


def _cards() -> None:
    op.create_table(
        "cards",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("conversation", NUMBER, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", NUMBER, nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text()),
        sa.Column("wanted_revision", sa.Integer(), nullable=False),
        sa.Column("shown_revision", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Text()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("lease_until", TIME),
        sa.Column("owner", sa.Text()),
        sa.Column("claimed_at", TIME),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text()),
        sa.Column("ambiguous", sa.Boolean(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("posted_at", TIME),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.id"], name="fk_cards_conversation"),
        sa.PrimaryKeyConstraint("id", name="pk_cards"),
        sa.UniqueConstraint(
            "subject", "subject_id", "conversation", "origin", name="uq_cards_subject_subject_id_conversation_origin"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_cards_activity", "cards", ["conversation", "activity_id"], **_only("activity_id IS NOT NULL"))
    op.create_index("ix_cards_due", "cards", ["conversation", "due_at"], **_only("state = 'pending'"))
    op.create_index("ix_cards_leased", "cards", ["conversation", "lease_until"], **_only("lease_until IS NOT NULL"))
    op.create_index(
        "ix_cards_urgent", "cards", ["conversation", "priority", "due_at", "id"], **_only("state = 'pending'")
    )


def _digests() -> None:
    op.create_table(
        "digests",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("conversation", NUMBER, nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.id"], name="fk_digests_conversation"),
        sa.PrimaryKeyConstraint("id", name="pk_digests"),
        sa.UniqueConstraint("conversation", "slot", name="uq_digests_conversation_slot"),
        sqlite_autoincrement=True,
    )


def _roster() -> None:
    op.create_table(
        "roster",
        sa.Column("conversation", NUMBER, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.id"], name="fk_roster_conversation"),
        sa.PrimaryKeyConstraint("conversation", "person", name="pk_roster"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_roster_person", "roster", ["person"])


def _comments() -> None:
    op.create_table(
        "comments",
        sa.Column("alert", NUMBER, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["alert"], ["alerts.number"], name="fk_comments_alert"),
        sa.PrimaryKeyConstraint("alert", "revision", name="pk_comments"),
        sqlite_with_rowid=False,
    )


def _evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("alert", NUMBER, nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("remediation", sa.Text(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("properties", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["alert"], ["alerts.number"], name="fk_evidence_alert"),
        sa.PrimaryKeyConstraint("alert", "ordinal", name="pk_evidence"),
    )
    op.create_index("ix_evidence_entity", "evidence", ["entity", "alert"], **_only("entity <> ''"))


def _history() -> None:
    op.create_table(
        "history",
        sa.Column("alert", NUMBER, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("undoes", sa.Integer()),
        sa.Column("withdraws", sa.Boolean()),
        sa.ForeignKeyConstraint(["alert"], ["alerts.number"], name="fk_history_alert"),
        sa.PrimaryKeyConstraint("alert", "revision", name="pk_history"),
        sqlite_with_rowid=False,
    )


def _reports() -> None:
    op.create_table(
        "reports",
        sa.Column("alert", NUMBER, autoincrement=False, nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("evidence_digest", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["alert"], ["alerts.number"], name="fk_reports_alert"),
        sa.PrimaryKeyConstraint("alert", name="pk_reports"),
    )


def _append_only() -> None:
    """The database itself refuses to change or delete history."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER history_no_{verb.lower()} BEFORE {verb} ON history "
                "BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the history is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER history_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON history "
        "FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only()"
    )
