"""Microsoft Sentinel's alerts and incidents as reports.

Taken as they come from its API, from a playbook's trigger, or as rows of the tables SecurityAlert and SecurityIncident:
one, a list, or a page `{"value": [...]}`. An incident is one alert here, because there people work on the incident.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from bot.alerts.report import Report, ReportedComment
from bot.alerts.words import Status
from bot.sources.defender_words import (
    classification_of,
    known_detection,
    known_service,
    open_word,
    severity_of,
)
from bot.sources.evidence import read_evidence
from bot.sources.fields import Fields
from bot.sources.json_body import as_text, read_json
from bot.sources.outcome import BadPayload, Note, Parsed, collect
from bot.sources.sentinel_entities import read_entities
from bot.sources.text import short
from bot.sources.values import bounded, object_at, scalar_text, web_url

SOURCE = "sentinel"
SERVICE = "microsoftSentinel"

_TITLE_LENGTH = 500
_WORD_LENGTH = 200
_LABEL_LENGTH = 1_000

#: An incident's `Active` is ours in progress; alerts have the other words.
_STATUSES: Final[Mapping[str, Status]] = {
    "new": Status.NEW,
    "active": Status.IN_PROGRESS,
    "inprogress": Status.IN_PROGRESS,
    "closed": Status.RESOLVED,
    "resolved": Status.RESOLVED,
    "dismissed": Status.RESOLVED,
}

#: Beginnings of `ProviderName` of the rules that run in Sentinel itself.
_RULES: Final[Mapping[str, str]] = {
    "ASI Scheduled Alerts": "scheduledAlerts",
    "ASI NRT Alerts": "nrtAlerts",
    "CustomAlertRule": "scheduledAlerts",
    "ASI ML Behavior Analytics": "builtInMl",
    "ASI Threat Intelligence": "microsoftDefenderThreatIntelligenceAnalytics",
}


def parse(body: bytes) -> Parsed:
    """The reports in a body. Items stand alone; raises BadPayload only where none is usable."""
    return collect(_items(read_json(body)), _read)


def _items(document: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - any JSON value
    at = ""
    if isinstance(document, dict) and isinstance(document.get("value"), list):
        document, at = document["value"], "/value"
    if isinstance(document, list):
        yield from ((f"{at}/{index}", item) for index, item in enumerate(document))
    else:
        yield "", document


def _read(item: Any, pointer: str, notes: list[Note]) -> Report:  # noqa: ANN401 - any JSON value
    outer = object_at(item, pointer)
    if isinstance(outer.get("object"), dict):  # what a playbook's trigger is told
        outer, pointer = outer["object"], f"{pointer}/object"
    inner, at = outer, pointer
    if isinstance(outer.get("properties"), dict):
        inner, at = outer["properties"], f"{pointer}/properties"
    fields = Fields(inner, at, notes)
    raw = as_text(item)
    if fields.has("systemalertid") or outer.get("kind") == "SecurityAlert":
        return _alert(fields, scalar_text(outer.get("name")) or "", raw)
    if fields.has("incidentnumber", "incidentname") or str(outer.get("type", "")).lower().endswith("/incidents"):
        return _incident(fields, scalar_text(outer.get("name")) or "", raw)
    why = "is neither an alert nor an incident of Sentinel's: it has no SystemAlertId and no incidentNumber"
    raise BadPayload(pointer, why)


def _alert(fields: Fields, name: str, raw: str) -> Report:
    if not (identity := fields.text("systemalertid") or name):
        fields.needed("systemalertid", said="SystemAlertId")
    product, provider = fields.text("productname", limit=_WORD_LENGTH), fields.text("providername", limit=_WORD_LENGTH)
    created, first, last = _times(
        fields.time("timegenerated", "processingendtime"),
        fields.time("starttimeutc", "starttime"),
        fields.time("endtimeutc", "endtime"),
    )
    tactics = fields.words("tactics") or fields.words("intent")
    return Report(
        source=SOURCE,
        external_id=bounded(identity.lower()),
        title=short(
            fields.needed("alertdisplayname", "displayname", "alertname", said="AlertDisplayName"), _TITLE_LENGTH
        ),
        severity=severity_of(fields.text("alertseverity", "severity")),
        created_at=created,
        first_activity=first,
        last_activity=last,
        description=fields.text("description"),
        status=_status(fields),
        service_source=known_service(product, provider) or SERVICE,
        detection_source=_detection(provider),
        category=short(next(iter(tactics), ""), _WORD_LENGTH),
        alert_type=fields.text("alerttype", "alertname", limit=_WORD_LENGTH),
        product=product,
        mitre=fields.words("techniques"),
        recommended_actions="\n".join(_texts(fields.items("remediationsteps"))) or fields.text("remediationsteps"),
        alert_url=web_url(fields.text("alertlink")),
        labels=_labels(fields, "extendedproperties", compromised="compromisedentity", confidence="confidencelevel"),
        evidence=tuple(map(read_evidence, read_entities(fields.items("entities")))),
        raw=raw,
    )


def _incident(fields: Fields, name: str, raw: str) -> Report:
    if not (identity := fields.text("incidentname") or name or fields.text("incidentnumber")):
        fields.needed("incidentname", said="name")
    about = fields.inside("additionaldata")
    created, first, last = _times(
        fields.time("createdtimeutc", "createdtime"),
        fields.time("firstactivitytimeutc", "firstactivitytime"),
        fields.time("lastactivitytimeutc", "lastactivitytime"),
    )
    products = about.words("alertproductnames")
    rules = fields.words("relatedanalyticruleids")
    owner = fields.inside("owner")
    said_owner = fields.has("owner")
    return Report(
        source=SOURCE,
        external_id=bounded(f"incident:{identity.lower()}"),
        title=short(fields.needed("title"), _TITLE_LENGTH),
        severity=severity_of(fields.text("severity")),
        created_at=created,
        first_activity=first,
        last_activity=last,
        description=fields.text("description"),
        status=_status(fields),
        classification=classification_of(fields.text("classification")) if fields.has("classification") else None,
        assigned_to=owner.text("userprincipalname", "email") if said_owner else None,
        service_source=known_service(*products) if len(products) == 1 else SERVICE,
        category=next(iter(about.words("tactics")), ""),
        alert_type=short(rules[0].rpartition("/")[2], _WORD_LENGTH) if rules else "",
        product=", ".join(products)[:_WORD_LENGTH],
        source_tags=_tags(fields.items("labels")),
        mitre=about.words("techniques"),
        alert_url=web_url(fields.text("incidenturl")),
        incident_url=web_url(fields.text("incidenturl")),
        external_incident=fields.text("incidentnumber", limit=_WORD_LENGTH) or short(identity, _WORD_LENGTH),
        labels=_labels(
            fields, "", classification_reason="classificationreason", classification_comment="classificationcomment"
        )
        | _counts(about),
        comments=tuple(_comments(fields, created)),
        evidence=tuple(map(read_evidence, read_entities(fields.items("relatedentities")))),
        raw=raw,
    )


def _times(
    created: datetime | None, first: datetime | None, last: datetime | None
) -> tuple[datetime | None, datetime | None, datetime | None]:
    """Where one is missing, the nearest of the others stands for it."""
    return created or first or last, first or created or last, last or first or created


def _status(fields: Fields) -> Status | None:
    return _STATUSES.get(fields.text("status").replace(" ", "").lower())


def _detection(provider: str) -> str:
    for beginning, detection in _RULES.items():
        if provider.startswith(beginning):
            return detection
    return known_detection(provider)


def _texts(values: list[Any]) -> list[str]:
    return [text for value in values if (text := (scalar_text(value) or "").strip())]


def _tags(labels: list[Any]) -> tuple[str, ...]:
    names = (label.get("labelName") if isinstance(label, dict) else label for label in labels)
    return tuple(dict.fromkeys(text for name in names if (text := short(scalar_text(name) or "", _WORD_LENGTH))))


def _labels(fields: Fields, details: str, **more: str) -> dict[str, str]:
    """The scalar values of an object, and of single fields by the names that they get."""
    found = {name: open_word(fields.text(field)) for name, field in more.items()}
    for name, value in fields.mapping(details).items():
        found[short(name, _WORD_LENGTH)] = (scalar_text(value) or "").strip()
    return {name: text[:_LABEL_LENGTH] for name, text in found.items() if text}


def _counts(about: Fields) -> dict[str, str]:
    counts = {"alerts": about.text("alertscount"), "bookmarks": about.text("bookmarkscount")}
    return {name: count for name, count in counts.items() if count not in ("", "0")}


def _comments(fields: Fields, created: datetime | None) -> Iterator[ReportedComment]:
    for comment in fields.items("comments"):
        if not isinstance(comment, dict):
            continue
        inner = comment.get("properties")
        told = Fields(inner if isinstance(inner, dict) else comment, fields.pointer("comments"), [])
        text, at = told.text("message"), told.time("createdtimeutc") or created
        if text and at:
            author = told.inside("author").text("name", "userprincipalname", "email")
            yield ReportedComment(text, author, at)
