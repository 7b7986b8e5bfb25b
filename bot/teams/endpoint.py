"""POST /api/messages: where Teams reaches us. Teams gives up after 5 s on a press, so nothing slow happens here."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web
from botbuilder.core import ActivityHandler

from bot.teams.adapter import TocsinAdapter
from bot.teams.guard import Guard, Rejected, RejectionLog
from bot.teams.strict_json import MAX_BYTES
from bot.transport import read_limited

#: Seconds for a body to arrive.
_READ_TIME: Final = 10


def messages_endpoint(
    guard: Guard, adapter: TocsinAdapter, handler: ActivityHandler, *, refused: RejectionLog | None = None
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The handler of that route: 200, with JSON for an invoke; 400 in words, 401, 403, 413 and 415 without any.

    Raises Busy where the store is: Teams is to send it again.
    """
    refusals = refused or RejectionLog()

    async def receive(request: web.Request) -> web.Response:
        try:
            claims = await guard.authenticate(request.headers, length=request.content_length)
            inbound = guard.admit(claims, await _body(request))
        except Rejected as rejected:
            refusals.note(rejected, sender=request.remote or "")
            return _refusal(rejected)
        answer = await adapter.process(inbound, handler)
        if answer is None:
            return web.Response()
        if answer.body is None:
            return web.Response(status=answer.status)
        body = answer.text or json.dumps(answer.body).encode()
        return web.Response(status=answer.status, body=body, content_type="application/json", charset="utf-8")

    return receive


async def _body(request: web.Request) -> bytes:
    try:
        async with asyncio.timeout(_READ_TIME):
            body = await read_limited(request.content, MAX_BYTES)
    except TimeoutError:
        raise Rejected(400, "the body did not arrive in time") from None
    if body is None:
        raise Rejected(400, f"the body is longer than {MAX_BYTES} bytes")
    return body


def _refusal(rejected: Rejected) -> web.Response:
    # Words only for the Bot Framework itself, the only one to get this far: nobody else learns what was wrong.
    response = web.Response(status=rejected.status, text=rejected.reason if rejected.status == 400 else None)
    if rejected.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if rejected.status == 413:
        response.force_close()
    return response
