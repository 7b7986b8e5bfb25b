"""Around every request: what nobody expected is logged here, once, and answered without a trace."""

import logging
import time
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Middleware

from bot.alerts.errors import Busy
from bot.web.metrics import Metrics
from bot.web.problems import problem

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def timed(metrics: Metrics) -> Middleware:
    """Measures what the promises are about: intake, and answers to Teams."""

    @web.middleware
    async def measure(request: web.Request, handler: Handler) -> web.StreamResponse:
        began = time.perf_counter()
        answer = await handler(request)
        source = request.match_info.get("source")
        if source is not None and answer.status == 202:
            metrics.intake(source, time.perf_counter() - began)
        elif "number" in request.match_info and answer.status == 200:
            metrics.api(request.match_info.get("verb", "look"), time.perf_counter() - began)
        elif request.path == "/api/messages" and answer.status == 200:
            metrics.press(time.perf_counter() - began)
        return answer

    return measure


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
