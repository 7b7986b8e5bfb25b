"""Alerts of the Defender API (api.security.microsoft.com), and of Defender for Endpoint's before it, as Graph's."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from bot.alerts.report import Report
from bot.sources.fields import Fields
from bot.sources.graph.alert import read_alert
from bot.sources.graph.flat_entities import as_graph, device_as_graph
from bot.sources.json_body import as_text
from bot.sources.outcome import BadPayload, Note
from bot.sources.values import scalar_text

#: Its names, and what Graph calls the same.
_NAMES: Final[Mapping[str, str]] = {
    "alertId": "id",
    "creationTime": "createdDateTime",
    "alertCreationTime": "createdDateTime",
    "lastUpdatedTime": "lastUpdateDateTime",
    "lastUpdateTime": "lastUpdateDateTime",
    "resolvedTime": "resolvedDateTime",
    "firstActivity": "firstActivityDateTime",
    "firstEventTime": "firstActivityDateTime",
    "lastActivity": "lastActivityDateTime",
    "lastEventTime": "lastActivityDateTime",
    "actorName": "actorDisplayName",
}


def is_alert(item: Mapping[str, Any]) -> bool:
    return "alertId" in item or "alertCreationTime" in item


def is_incident(item: Mapping[str, Any]) -> bool:
    return isinstance(item.get("alerts"), list) and "incidentId" in item and "alertId" not in item


def alerts_of(incident: Mapping[str, Any], pointer: str) -> Iterator[tuple[str, Any]]:
    """Its alerts with their pointers. Which incident they are in is the incident's word: it may have been merged."""
    about = {
        "incidentId": incident.get("redirectIncidentId") or incident["incidentId"],
        "incidentWebUrl": incident.get("incidentUri"),
    }
    for index, alert in enumerate(incident["alerts"]):
        yield f"{pointer}/alerts/{index}", {**alert, **about} if isinstance(alert, dict) else alert


def read(item: Mapping[str, Any], pointer: str, notes: list[Note]) -> Report:
    """Raises BadPayload, which names the field as it came."""
    alert = {_NAMES.get(name, name): value for name, value in item.items()}
    if not alert.get("incidentId"):
        alert.pop("incidentId", None)
    alert["comments"] = _comments(item.get("comments"))
    alert["evidence"] = [
        *(_entity(piece, at, notes) for piece, at in _objects(item, "devices", pointer, notes)),
        *(_entity(piece, at, notes) for piece, at in _objects(item, "entities", pointer, notes)),
        *(_entity(piece, at, notes) for piece, at in _objects(item, "evidence", pointer, notes)),
        *_one_device(item, pointer, notes),
    ]
    if investigation := scalar_text(item.get("investigationId")):
        alert["customDetails"] = {"investigationId": investigation}
    alert["threatDisplayName"] = item.get("threatName")
    try:
        return read_alert(alert, pointer, notes, as_text(item))
    except BadPayload as bad:
        raise BadPayload(_as_it_came(bad.pointer, pointer, item), bad.why) from None


def _objects(
    item: Mapping[str, Any], name: str, pointer: str, notes: list[Note]
) -> Iterator[tuple[Mapping[str, Any], str]]:
    pieces = item.get(name)
    if pieces is None:
        return
    if not isinstance(pieces, list):
        raise BadPayload(f"{pointer}/{name}", "must be an array")
    for index, piece in enumerate(pieces):
        if isinstance(piece, dict):
            yield piece, f"{pointer}/{name}/{index}"
        elif piece is not None:
            notes.append(Note(f"{pointer}/{name}/{index}", "is not an object, and was left out"))


def _entity(piece: Mapping[str, Any], pointer: str, notes: list[Note]) -> dict[str, Any]:
    fields = Fields(piece, pointer, notes)
    return as_graph(fields) if fields.has("entitytype") else device_as_graph(fields)


def _one_device(item: Mapping[str, Any], pointer: str, notes: list[Note]) -> Iterator[dict[str, Any]]:
    """Alerts of Defender for Endpoint name their one device in fields of their own."""
    fields = Fields(item, pointer, notes)
    if not item.get("devices") and fields.text("machineid", "computerdnsname"):
        yield device_as_graph(fields)


def _comments(comments: Any) -> Any:  # noqa: ANN401 - any JSON value
    if not isinstance(comments, list):
        return comments
    names = {"createdBy": "createdByDisplayName", "createdTime": "createdDateTime"}
    return [
        {names.get(name, name): value for name, value in comment.items()} if isinstance(comment, dict) else comment
        for comment in comments
    ]


def _as_it_came(where: str, pointer: str, item: Mapping[str, Any]) -> str:
    """The pointer with the field's own name in place of Graph's."""
    field, slash, rest = where.removeprefix(f"{pointer}/").partition("/")
    own = next((name for name, graph in _NAMES.items() if graph == field and name in item), field)
    return f"{pointer}/{own}{slash}{rest}"
