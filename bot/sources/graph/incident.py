"""Incidents of Graph's (`/security/incidents`) as reports, and the alerts in them.

https://learn.microsoft.com/graph/api/resources/security-incident
"""

import logging
from collections.abc import Sequence
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from bot.alerts.incident import NAME_LENGTH, NOTE_LENGTH
from bot.alerts.incident_mirror import IncidentReport
from bot.alerts.report import ReportedComment
from bot.sources.graph.alert import SOURCE
from bot.sources.graph.models import GraphComment
from bot.sources.text import short
from bot.sources.values import Time, web_url

log = logging.getLogger(__name__)

#: Comments taken in from one report, the newest ones.
_COMMENTS: Final = 100

#: As alerts name the incident that they are in.
_ID_LENGTH: Final = 200


class _GraphIncident(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, coerce_numbers_to_str=True)

    id: str
    display_name: str | None = None
    incident_web_url: str | None = None
    assigned_to: str | None = None
    redirect_incident_id: str | None = None
    last_modified_by: str | None = None
    last_update_date_time: Time = None
    comments: list[GraphComment | None] | None = None


def read_incidents(items: Sequence[Any]) -> list[IncidentReport]:
    """The reports of a page of Graph's; what is of no use is logged and left out."""
    reports = []
    for item in items:
        try:
            incident = _GraphIncident.model_validate(item)
        except ValidationError as error:
            log.warning("an incident of Graph's cannot be read: %s", error.errors()[0]["msg"])
            continue
        if incident.last_update_date_time is not None and incident.id.strip():
            reports.append(_report(incident))
    return reports


def alerts_in(items: Sequence[Any]) -> list[Any]:
    """The alerts that came with incidents (`$expand=alerts`)."""
    found = [item.get("alerts") for item in items if isinstance(item, dict)]
    return [alert for alerts in found if isinstance(alerts, list) for alert in alerts]


def _report(incident: _GraphIncident) -> IncidentReport:
    at = incident.last_update_date_time
    assert at is not None  # noqa: S101 - looked at above
    comments = [
        ReportedComment(words[:NOTE_LENGTH], comment.created_by_display_name or "", comment.created_date_time)
        for comment in incident.comments or ()
        if comment is not None and comment.created_date_time and (words := (comment.comment or "").strip())
    ]
    return IncidentReport(
        source=SOURCE,
        external_id=short(incident.id, _ID_LENGTH),
        name=short(incident.display_name or "", NAME_LENGTH),
        url=web_url(incident.incident_web_url),
        assigned_to=(incident.assigned_to or "").strip(),
        redirect=short(incident.redirect_incident_id or "", _ID_LENGTH),
        by=short(incident.last_modified_by or "", NAME_LENGTH),
        updated_at=at,
        comments=tuple(sorted(comments, key=lambda comment: comment.at)[-_COMMENTS:]),
    )
