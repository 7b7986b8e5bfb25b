"""One alert of Graph's (`/security/alerts_v2`) as a report."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from bot.alerts.evidence import Evidence
from bot.alerts.report import Report, ReportedComment
from bot.sources.defender_words import (
    classification_of,
    detection_of,
    determination_of,
    investigation_of,
    service_of,
    severity_of,
    status_of,
)
from bot.sources.evidence import read_evidence
from bot.sources.graph.ids import PREFIXES, split_id
from bot.sources.graph.models import GraphAlert, GraphComment
from bot.sources.outcome import Note
from bot.sources.text import short
from bot.sources.values import problem, scalar_text, web_url

SOURCE = "graph"

_TECHNIQUE = re.compile(r"(T\d{4})(?:\.(\d{3}))?", re.ASCII)
_TITLE_LENGTH = 500
_WORD_LENGTH = 200
_LABEL_LENGTH = 1_000


def read_alert(raw: Mapping[str, Any], pointer: str, notes: list[Note], text: str) -> Report:
    """`text` is kept as the message that came. Raises BadPayload."""
    try:
        alert = GraphAlert.model_validate(raw)
    except ValidationError as error:
        raise problem(error, pointer) from None
    prefix, external_id = split_id(alert.id, alert.provider_alert_id or "")
    service, detection = PREFIXES.get(prefix, ("", ""))
    said = alert.model_fields_set
    created, first, last = _times(alert)
    techniques = _texts(alert.mitre_techniques)
    return Report(
        source=SOURCE,
        external_id=external_id,
        title=short(alert.title, _TITLE_LENGTH),
        severity=severity_of(alert.severity),
        created_at=created,
        first_activity=first,
        last_activity=last,
        updated_at=alert.last_update_date_time,
        description=alert.description or "",
        status=status_of(alert.status),
        classification=classification_of(alert.classification) if "classification" in said else None,
        determination=determination_of(alert.determination) if "determination" in said else None,
        assigned_to=(alert.assigned_to or "").strip() if "assigned_to" in said else None,
        investigation_state=_word(investigation_of(alert.investigation_state)),
        service_source=_word(service_of(alert.service_source) or service),
        detection_source=_word(detection_of(alert.detection_source) or detection),
        category=_word(alert.category or next(iter(_texts(alert.categories)), "")),
        alert_type=_word(alert.detector_id or alert.alert_policy_id),
        product=_word(alert.product_name),
        threat=_word(alert.threat_display_name or alert.threat_family_name),
        threat_actor=_word(alert.actor_display_name),
        source_tags=_texts(alert.system_tags),
        mitre=techniques,
        recommended_actions=alert.recommended_actions or "",
        alert_url=web_url(alert.alert_web_url),
        incident_url=web_url(alert.incident_web_url),
        documentation_url=_documentation(techniques),
        external_incident=_word(alert.incident_id),
        labels=_labels(alert.additional_data) | _labels(alert.custom_details),
        comments=tuple(_comments(alert.comments or (), created)),
        evidence=tuple(_evidence(alert.evidence or (), pointer, notes)),
        raw=text,
    )


def _times(alert: GraphAlert) -> tuple[datetime | None, datetime | None, datetime | None]:
    """Created, first and last activity. Where one is missing, the nearest of the others stands for it.

    The last update is no activity: it moves when somebody comments.
    """
    created, first, last = alert.created_date_time, alert.first_activity_date_time, alert.last_activity_date_time
    return (
        created or first or last or alert.last_update_date_time,
        first or created or last or alert.last_update_date_time,
        last or first or created or alert.last_update_date_time,
    )


def _documentation(techniques: tuple[str, ...]) -> str:
    """The page about the first MITRE ATT&CK technique that has one."""
    for technique in techniques:
        if match := _TECHNIQUE.fullmatch(technique):
            return f"https://attack.mitre.org/techniques/{match[1]}/" + (f"{match[2]}/" if match[2] else "")
    return ""


def _labels(details: Mapping[str, Any] | None) -> dict[str, str]:
    """The scalar values of a dictionary, without OData's annotations."""
    labels = {}
    for name, value in (details or {}).items():
        text = scalar_text(value)
        if text is not None and "@odata" not in name:
            labels[short(name, _WORD_LENGTH)] = text[:_LABEL_LENGTH]
    return labels


def _comments(comments: tuple[()] | list[GraphComment | None], created: datetime | None) -> Iterator[ReportedComment]:
    for comment in comments:
        if comment is None or not (comment.comment or "").strip():
            continue
        # A comment is told from others by its words and time, so the stand-in must not move either.
        if at := comment.created_date_time or created:
            yield ReportedComment((comment.comment or "").strip(), comment.created_by_display_name or "", at)


def _evidence(pieces: tuple[()] | list[Any], pointer: str, notes: list[Note]) -> Iterator[Evidence]:
    for index, piece in enumerate(pieces):
        if isinstance(piece, dict):
            yield read_evidence(piece)
        elif piece is not None:
            notes.append(Note(f"{pointer}/evidence/{index}", "is not an object, and was left out"))


def _texts(values: list[str | None] | None) -> tuple[str, ...]:
    """Each once, trimmed, without blanks."""
    return tuple(dict.fromkeys(short(value, _WORD_LENGTH) for value in values or () if value and not value.isspace()))


def _word(text: str | None) -> str:
    return short(text, _WORD_LENGTH) if text else ""
