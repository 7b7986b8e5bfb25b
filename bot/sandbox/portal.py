"""Defender's portal below `/_sandbox/portal`: what its page shows, and what the other analyst does there."""

from aiohttp import web

from bot.sandbox import wire
from bot.sandbox.control import posting
from bot.sandbox.defender import INVESTIGATION, BadGraphRequestError
from bot.sandbox.readings import getting
from bot.sandbox.state import BadRequestError, Sandbox
from bot.sandbox.world import Json

#: Alerts and incidents that the page shows, the newest.
_SHOWN = 300


def add_routes(app: web.Application) -> None:
    """The portal's routes."""
    app.router.add_get("/_sandbox/portal", getting(_portal))
    app.router.add_post("/_sandbox/portal", posting(wire.Portal, _change))
    app.router.add_post("/_sandbox/portal/incident", posting(wire.PortalIncident, _change_incident))
    app.router.add_post("/_sandbox/defender", posting(wire.Defend, _defend))


def _portal(sandbox: Sandbox, _: web.Request) -> Json:
    """The newest alerts and incidents, without evidence, and what was done lately, newest first."""
    defender = sandbox.defender
    alerts = [{name: value for name, value in one.items() if name != "evidence"} for one in _newest(defender.alerts)]
    return {
        "alerts": alerts, "incidents": _newest(defender.incidents), "log": list(reversed(defender.log)),
        "counts": {"alerts": len(defender.alerts), "incidents": len(defender.incidents)},
        "app": sandbox.config.bot_name,
    }  # fmt: skip


def _newest(items: dict[str, Json]) -> list[Json]:
    return sorted(items.values(), key=lambda item: str(item["lastUpdateDateTime"]), reverse=True)[:_SHOWN]


async def _defend(sandbox: Sandbox, body: wire.Defend) -> Json:
    raised = [str(sandbox.defender.raise_alert(alert, sandbox.now())["id"]) for alert in body.alerts]
    sandbox.events.tell("portal", alert=raised[-1] if raised else "")
    return {"alerts": raised}


async def _change(sandbox: Sandbox, body: wire.Portal) -> Json:
    person, defender, now = sandbox.person(body.as_), sandbox.defender, sandbox.now()
    investigated = body.by_investigation or "investigationState" in body.changes
    try:
        if body.changes:
            defender.change(body.alert, body.changes, now, INVESTIGATION if investigated else person.name)
        if body.comment:
            defender.comment(body.alert, body.comment, person.name, now)
        if body.move:
            defender.move([body.alert], body.move if body.move != "new" else None, "", person.name, now)
        alert = defender.alerts[body.alert]
    except KeyError:
        raise BadRequestError(f"Defender has no alert {body.alert!r}") from None
    except BadGraphRequestError as bad:
        raise BadRequestError(str(bad)) from None
    if body.changes or body.comment or body.move:
        sandbox.events.tell("portal", alert=body.alert)
    return alert


async def _change_incident(sandbox: Sandbox, body: wire.PortalIncident) -> Json:
    person, defender, now = sandbox.person(body.as_), sandbox.defender, sandbox.now()
    try:
        if body.changes:
            defender.change_incident(body.incident, body.changes, now, person.name)
        if body.comment:
            defender.comment_on_incident(body.incident, body.comment, person.name, now)
        if body.merge:
            defender.merge([body.incident, *body.merge], now, person.name)
        incident = defender.incidents[body.incident]
    except KeyError:
        raise BadRequestError(f"Defender has no incident {body.incident!r}") from None
    except BadGraphRequestError as bad:
        raise BadRequestError(str(bad)) from None
    sandbox.events.tell("portal", incident=body.incident)
    return incident
