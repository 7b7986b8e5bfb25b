"""Around every request: what nobody expected is logged here, once, and answered without a trace."""

import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.alerts.errors import Busy
from bot.web.problems import problem

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPRequestEntityTooLarge:
        return problem(413, "The body is too large.")
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return problem(error.status, error.reason)
    except Busy:
        return problem(503, "The store is busy; send it again.", retry_after=5)
    except Exception:
        log.exception("%s %s failed", request.method, request.path)
        return problem(500, "Something went wrong on our side.")
