"""Graph's security calls: list, filter and page alerts and incidents, change them, comment, move and merge.

https://learn.microsoft.com/graph/api/resources/security-api-overview
"""

from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Final

from aiohttp import web
from pydantic import ValidationError

from bot.sandbox.connector_gate import Call, read_json
from bot.sandbox.defender import BadGraphRequestError, fits
from bot.sandbox.graph import checked, graph_error
from bot.sandbox.state import Sandbox
from bot.sandbox.world import Json

#: Graph's limit on calls about alerts: so many a minute.
LIMIT: Final = 150

#: Items on a page where nobody asks for another number, and the most that one gets.
PAGE, LARGEST_ALERTS, LARGEST_INCIDENTS = 100, 1_000, 50

_Answer = Callable[[Call], Awaitable[Any]]


def add_routes(app: web.Application) -> None:
    route, root = app.router, "/v1.0/security"
    route.add_get(f"{root}/alerts_v2", _guarded(_alerts))
    route.add_get(f"{root}/alerts_v2/{{id}}", _guarded(_alert))
    route.add_patch(f"{root}/alerts_v2/{{id}}", _guarded(_patch))
    route.add_post(f"{root}/alerts_v2/moveAlerts", _guarded(_move))
    route.add_post(f"{root}/alerts_v2/{{id}}/comments", _guarded(_comment))
    route.add_get(f"{root}/incidents", _guarded(_incidents))
    route.add_get(f"{root}/incidents/{{id}}", _guarded(_incident))
    route.add_patch(f"{root}/incidents/{{id}}", _guarded(_patch_incident))
    route.add_post(f"{root}/incidents/mergeIncidents", _guarded(_merge))
    route.add_post(f"{root}/incidents/{{id}}/comments", _guarded(_comment_incident))


def _guarded(answer: _Answer) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(call: Call) -> web.Response:
        wait = _too_many(call.sandbox.security_calls, call.sandbox.now()) if call.sandbox.enforce_limits else 0
        if wait:
            response = graph_error(429, "TooManyRequests", "Too many requests")
            response.headers["Retry-After"] = str(wait)
            return response
        try:
            return web.json_response(await answer(call))
        except KeyError:
            return graph_error(404, "ResourceNotFound", "The requested resource was not found.")
        except (BadGraphRequestError, ValueError, ValidationError) as bad:
            return graph_error(400, "BadRequest", str(bad))

    async def receive(request: web.Request) -> web.StreamResponse:
        return await checked(request, handle)

    return receive


def _too_many(calls: deque[datetime], now: datetime) -> int:
    """Seconds to wait, or 0."""
    while calls and now - calls[0] >= timedelta(minutes=1):
        calls.popleft()
    if len(calls) >= LIMIT:
        return max(1, 60 - int((now - calls[0]).total_seconds()))
    calls.append(now)
    return 0


async def _alerts(call: Call) -> Json:
    condition = call.request.query.get("$filter", "")
    found = [item for item in call.sandbox.defender.alerts.values() if fits(item, condition)]
    page = _paged(call, found, largest=LARGEST_ALERTS)
    page["value"] = [_shown(call, item) for item in page["value"]]
    return page


async def _alert(call: Call) -> Json:
    return _shown(call, call.sandbox.defender.alerts[call.request.match_info["id"]])


async def _patch(call: Call) -> Json:
    sandbox = call.sandbox
    changes = await read_json(call.request)
    changed = sandbox.defender.change(call.request.match_info["id"], changes, sandbox.now(), sandbox.config.bot_name)
    _tell(sandbox, str(changed["id"]))
    return changed


async def _comment(call: Call) -> Json:
    sandbox, body = call.sandbox, await read_json(call.request)
    if body.get("@odata.type") not in ("microsoft.graph.security.alertComment", None):
        raise BadGraphRequestError("The comment is of an unknown type.")
    number = call.request.match_info["id"]
    comments = sandbox.defender.comment(number, body.get("comment", ""), sandbox.config.bot_name, sandbox.now())
    _tell(sandbox, number)
    return {"value": comments}


async def _move(call: Call) -> Json:
    sandbox, body = call.sandbox, await read_json(call.request)
    target = sandbox.defender.move(
        [str(number) for number in body.get("alertIds") or ()],
        str(body["incidentId"]) if body.get("incidentId") else None,
        str((body.get("alertComment") or {}).get("comment", "")) if isinstance(body.get("alertComment"), dict)
        else str(body.get("alertComment") or ""),
        sandbox.config.bot_name,
        sandbox.now(),
    )  # fmt: skip
    _tell(sandbox, "")
    return {"targetIncidentId": target}


async def _incidents(call: Call) -> Json:
    query = call.request.query
    found = [item for item in call.sandbox.defender.incidents.values() if fits(item, query.get("$filter", ""))]
    page = _paged(call, found, largest=LARGEST_INCIDENTS)
    if query.get("$expand") == "alerts":
        page["value"] = [_expanded(call, item) for item in page["value"]]
    return page


async def _incident(call: Call) -> Json:
    known = call.sandbox.defender.incidents[call.request.match_info["id"]]
    return _expanded(call, known) if call.request.query.get("$expand") == "alerts" else known


async def _patch_incident(call: Call) -> Json:
    sandbox, changes = call.sandbox, await read_json(call.request)
    number = call.request.match_info["id"]
    changed = sandbox.defender.change_incident(number, changes, sandbox.now(), sandbox.config.bot_name)
    _tell(sandbox, "")
    return changed


async def _comment_incident(call: Call) -> Json:
    sandbox, body, number = call.sandbox, await read_json(call.request), call.request.match_info["id"]
    text = body.get("comment", "")
    comments = sandbox.defender.comment_on_incident(number, text, sandbox.config.bot_name, sandbox.now())
    _tell(sandbox, "")
    return {"value": comments}


async def _merge(call: Call) -> Json:
    sandbox, body = call.sandbox, await read_json(call.request)
    numbers = [str(number) for number in body.get("incidentIds") or ()]
    target = sandbox.defender.merge(numbers, sandbox.now(), sandbox.config.bot_name)
    if note := body.get("incidentComment"):
        sandbox.defender.comment_on_incident(target, str(note), sandbox.config.bot_name, sandbox.now())
    _tell(sandbox, "")
    return {"targetIncidentId": target}


def _expanded(call: Call, incident: Json) -> Json:
    alerts = call.sandbox.defender.alerts.values()
    return incident | {"alerts": [_shown(call, alert) for alert in alerts if alert.get("incidentId") == incident["id"]]}


def _paged(call: Call, items: list[Json], *, largest: int) -> Json:
    """Newest update first, a page at a time."""
    query = call.request.query
    top = int(query.get("$top", PAGE))
    if not 0 < top <= largest:
        raise BadGraphRequestError(f"The limit of '{largest}' for Top query has been exceeded.")
    start = int(query.get("$skip", 0))
    ordered = sorted(items, key=lambda item: str(item["lastUpdateDateTime"]), reverse=True)
    page: Json = {"@odata.context": "security", "value": ordered[start : start + top]}
    if len(ordered) > start + top:
        more = call.request.rel_url.update_query({"$skip": str(start + top)})
        page["@odata.nextLink"] = f"{call.sandbox.public_url}{more}"
    return page


#: Values after Graph's sentinel: clients that do not ask for them get `unknownFutureValue`.
_NEWER: Final = frozenset(
    {"microsoftDefenderForCloud", "microsoftSentinel", "scheduledAlerts", "nrtAlerts", "builtInMl"}
)


def _shown(call: Call, alert: Json) -> Json:
    if "include-unknown-enum-members" in call.request.headers.get("Prefer", ""):
        return alert
    newer = {name: "unknownFutureValue" for name in ("serviceSource", "detectionSource") if alert.get(name) in _NEWER}
    return alert | newer


def _tell(sandbox: Sandbox, alert: str) -> None:
    sandbox.events.tell("portal", alert=alert)
