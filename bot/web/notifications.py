"""`POST /api/notifications/graph`: Graph says that something has changed, and is asked at once what it is.

https://learn.microsoft.com/graph/change-notifications-delivery-webhooks. A notification is believed in nothing but that
it is time to look; it must be answered within 3 s.
"""

import hmac
import json
from collections.abc import Callable
from typing import Any, Final

from aiohttp import web

from bot.web.bodies import read_body
from bot.web.problems import problem

BODY_LIMIT: Final = 1024 * 1024

#: Longest token of a validation, in characters.
_TOKEN: Final = 2_048


class Notifications:
    """The endpoint. `look` is called after a notification that carries our `client_state`."""

    def __init__(self, *, client_state: str, look: Callable[[], None]) -> None:
        self._client_state = client_state
        self._look = look

    async def receive(self, request: web.Request) -> web.Response:
        token = request.query.get("validationToken")
        if token is not None:
            # The handshake: the token comes back as plain text, never as a page.
            headers = {"X-Content-Type-Options": "nosniff"}
            return web.Response(text=token[:_TOKEN], content_type="text/plain", headers=headers)
        body = await read_body(request, BODY_LIMIT)
        if isinstance(body, web.Response):
            return body
        states = _states(body)
        if states is None:
            return problem(400, "The body is no list of notifications.", pointer="/value")
        if not states or not all(map(self._is_ours, states)):
            return problem(403, "clientState is not the one of this subscription.", pointer="/value/0/clientState")
        self._look()
        return web.Response(status=202)

    def _is_ours(self, state: str) -> bool:
        return hmac.compare_digest(state.encode("utf-8", "surrogatepass"), self._client_state.encode())


def _states(body: bytes) -> list[str] | None:
    """The `clientState` of each notification; None where the body is none."""
    try:
        document: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    value = document.get("value") if isinstance(document, dict) else None
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        return None
    return [str(item.get("clientState") or "") for item in value]
