"""What can be read from the control API: state, messages, journal, clock, samples and the stream of changes."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.sandbox.clock import stamp
from bot.sandbox.feed import sample_alerts
from bot.sandbox.state import SANDBOX, BadRequestError, Sandbox, conversation_json, message_json, person_json
from bot.sandbox.world import Json


def add_routes(app: web.Application) -> None:
    """The reading routes, and DELETE for faults."""
    gets: list[tuple[str, Callable[[Sandbox, web.Request], Any]]] = [
        ("clock", lambda sandbox, _: clock_json(sandbox)),
        ("state", lambda sandbox, _: _state(sandbox)),
        ("journal", lambda sandbox, _: {"calls": list(sandbox.journal)}),
        ("faults", lambda sandbox, _: {"faults": [f.model_dump(exclude_none=True) for f in sandbox.faults.faults]}),
        ("samples", lambda sandbox, _: {"samples": sample_alerts(sandbox.now())}),
        ("messages", _messages),
    ]
    for path, read in gets:
        app.router.add_get(f"/_sandbox/{path}", getting(read))
    app.router.add_delete("/_sandbox/fault", getting(_clear_faults))
    app.router.add_get("/_sandbox/wait", _wait)
    app.router.add_get("/_sandbox/events", _events)


def clock_json(sandbox: Sandbox) -> Json:
    """The sandbox's time, and its offset from real time in seconds."""
    return {"now": stamp(sandbox.now()), "offset": sandbox.clock.offset.total_seconds()}


def getting(read: Callable[[Sandbox, web.Request], Any]) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A route of the control API that reads."""

    async def handle(request: web.Request) -> web.Response:
        try:
            return web.json_response(read(request.app[SANDBOX], request))
        except BadRequestError as error:
            return web.json_response({"error": str(error)}, status=400)

    return handle


def _clear_faults(sandbox: Sandbox, request: web.Request) -> Json:
    """All, or with `?name=` those of a name."""
    return {"removed": sandbox.faults.remove(request.query.get("name", ""))}


def _state(sandbox: Sandbox) -> Json:
    world = sandbox.world
    return {
        "version": sandbox.events.version,
        "tenantId": sandbox.config.tenant_id,
        "bot": {"id": world.bot_id, "name": world.bot_name, "url": sandbox.bot_url},
        "team": {"id": world.team.id, "name": world.team.name, "aadGroupId": world.team.group_id},
        "people": [person_json(p) for p in world.people.values()],
        "conversations": [conversation_json(c) for c in world.conversations.values()],
        "counters": dict(sandbox.counters),
        "clock": clock_json(sandbox),
        "feed": {"on": sandbox.feed_every is not None, "every": sandbox.feed_every},
        "limits": {"on": sandbox.enforce_limits},
        "faults": [f.model_dump(exclude_none=True) for f in sandbox.faults.faults],
        "sources": list(sandbox.config.source_tokens),
    }


def _messages(sandbox: Sandbox, request: web.Request) -> Json:
    """`?conversation=alerts&as=ana`: messages there, `card` being what that person sees."""
    person = sandbox.person(request.query["as"]) if "as" in request.query else None
    conversation = sandbox.conversation(request.query.get("conversation"), person=person)
    messages = []
    for message in conversation.messages:
        card = message.card_for(person.key if person else "")
        messages.append({**message_json(message), "card": card})
    return {"version": sandbox.events.version, "messages": messages}


async def _wait(request: web.Request) -> web.Response:
    """`?after=N&seconds=5`: answers when something changed after change number N, or the time is over."""
    try:
        after, seconds = int(request.query.get("after", "0")), float(request.query.get("seconds", "5"))
    except ValueError:
        return web.json_response({"error": "after and seconds are numbers"}, status=400)
    version = await request.app[SANDBOX].events.wait(after=after, seconds=min(seconds, 30.0))
    return web.json_response({"version": version})


async def _events(request: web.Request) -> web.StreamResponse:
    """All changes as server-sent events."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    await response.write(b"retry: 1000\n\n")
    try:
        async for event in request.app[SANDBOX].events.listen():
            data = b": quiet\n\n" if event is None else b"data: " + json.dumps(event).encode() + b"\n\n"
            await response.write(data)
    except ConnectionResetError:
        pass  # the page was closed
    return response
