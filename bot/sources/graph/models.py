"""The parts of Graph's `microsoft.graph.security.alert` (v1.0) that we read.

Tolerant of what we do not know: further fields are ignored here (and kept in the report's `raw`), words of
vocabularies are strings, a number where text belongs is text. Exact about what an alert cannot do without.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from bot.sources.values import Time

_CONFIG = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, coerce_numbers_to_str=True)

_Required = Annotated[str, Field(coerce_numbers_to_str=False), StringConstraints(strip_whitespace=True, min_length=1)]
_Texts = list[str | None] | None


class GraphComment(BaseModel):
    """`alertComment`. It has no id."""

    model_config = _CONFIG

    comment: str | None = None
    created_by_display_name: str | None = None
    created_date_time: Time = None


class GraphAlert(BaseModel):
    """`alert`. Evidence stays as it came: `evidence.py` reads its 48 types."""

    model_config = _CONFIG

    id: _Required
    title: _Required
    provider_alert_id: str | None = None
    incident_id: str | None = None
    status: str | None = None
    severity: str | None = None
    classification: str | None = None
    determination: str | None = None
    assigned_to: str | None = None
    investigation_state: str | None = None
    service_source: str | None = None
    detection_source: str | None = None
    detector_id: str | None = None
    alert_policy_id: str | None = None
    product_name: str | None = None
    category: str | None = None
    categories: _Texts = None
    description: str | None = None
    recommended_actions: str | None = None
    threat_display_name: str | None = None
    threat_family_name: str | None = None
    actor_display_name: str | None = None
    mitre_techniques: _Texts = None
    system_tags: _Texts = None
    alert_web_url: str | None = None
    incident_web_url: str | None = None
    created_date_time: Time = None
    first_activity_date_time: Time = None
    last_activity_date_time: Time = None
    last_update_date_time: Time = None
    comments: list[GraphComment | None] | None = None
    evidence: list[Any] | None = None
    custom_details: dict[str, Any] | None = None
    additional_data: dict[str, Any] | None = None
