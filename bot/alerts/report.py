"""A report: one message of a source about an alert, in our words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.alerts.evidence import Evidence
from bot.alerts.words import Classification, Severity, Signal, Status


@dataclass(frozen=True, slots=True)
class ReportedComment:
    """A comment that the source already has. Graph's comments carry no id."""

    text: str
    author: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a source says. None means that it did not say; an empty value means that it said so.

    `external_id` is the source's identity of the alert, already canonical. All times are aware UTC.
    """

    source: str
    external_id: str
    title: str
    severity: Severity
    created_at: datetime | None = None
    first_activity: datetime | None = None
    last_activity: datetime | None = None
    #: When anybody last changed it there.
    updated_at: datetime | None = None
    description: str = ""
    status: Status | None = None
    signal: Signal | None = None
    classification: Classification | None = None
    determination: str | None = None
    #: A user principal name, or empty when the source says that nobody has it.
    assigned_to: str | None = None
    investigation_state: str = ""
    service_source: str = ""
    detection_source: str = ""
    category: str = ""
    alert_type: str = ""
    product: str = ""
    threat: str = ""
    threat_actor: str = ""
    source_tags: tuple[str, ...] = ()
    mitre: tuple[str, ...] = ()
    recommended_actions: str = ""
    alert_url: str = ""
    incident_url: str = ""
    documentation_url: str = ""
    external_incident: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    comments: tuple[ReportedComment, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    #: Who said it there, where that is a person; empty for the source itself.
    author: str = ""
    #: It says a part only: of an alert that is known it fills in what nobody has said, adds evidence, changes nothing.
    partial: bool = False
    #: The message as it came, as JSON text, for operators and for later sources of truth.
    raw: str = "{}"
