"""Whose payload a body is, by its shape, for files that do not say."""

from collections.abc import Mapping
from typing import Any

from bot.sources.json_body import read_json
from bot.sources.outcome import BadPayload

_GRAPH = ("alertId", "AlertId", "serviceSource", "detectionSource", "alertWebUrl", "detectorId", "alertCreationTime")
_SENTINEL = ("SystemAlertId", "IncidentNumber", "IncidentName")
_LEGACY_GRAFANA = ("evalMatches", "ruleName", "ruleUrl")


def source_of(body: bytes) -> str:
    """`graph`, `alertmanager` …; `generic` for what looks like nobody's. Raises BadPayload where it is no JSON."""
    document = read_json(body)
    if isinstance(document, dict) and isinstance(document.get("alerts"), list) and "version" in document:
        return "grafana" if str(document["version"]) == "1" else "alertmanager"
    item = _first(document)
    if any(name in item for name in _LEGACY_GRAFANA):
        return "grafana"
    if _is_sentinels(item):
        return "sentinel"
    inner = item.get("properties")
    hunted = isinstance(inner, dict) and "AlertId" in inner
    incident = "incidentId" in item and isinstance(item.get("alerts"), list)
    return "graph" if hunted or incident or any(name in item for name in _GRAPH) else "generic"


def _first(document: Any) -> Mapping[str, Any]:  # noqa: ANN401 - any JSON value
    """The first object of a page or a list, or the document itself."""
    if isinstance(document, dict):
        for name in ("value", "results", "Results", "records"):
            if isinstance(document.get(name), list):
                document = document[name]
                break
    if isinstance(document, list):
        document = next((item for item in document if isinstance(item, dict)), None)
    if not isinstance(document, dict):
        raise BadPayload("", "holds no alert")
    return document


def _is_sentinels(item: Mapping[str, Any]) -> bool:
    told = item.get("object") if isinstance(item.get("object"), dict) else item
    about = f"{told.get('type')} {told.get('kind')}" if isinstance(told, dict) else ""
    return "SecurityInsights" in about or "SecurityAlert" in about or any(name in item for name in _SENTINEL)
