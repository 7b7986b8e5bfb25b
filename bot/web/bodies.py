"""Bodies of requests: JSON within a limit and in time, or the answer to what is neither."""

import asyncio
from typing import Final

from aiohttp import web

from bot.transport import read_limited
from bot.web.problems import problem

#: A sender gets this long to send its body, in seconds.
BODY_TIME: Final = 20


async def read_body(request: web.Request, limit: int) -> bytes | web.Response:
    """The body, of at most `limit` bytes. Nothing is read of one that the headers show to be wrong."""
    if request.headers.get("Content-Encoding", "identity") != "identity":
        return problem(415, "Send the body without a content encoding.")
    if request.content_type != "application/json":
        return problem(415, "Send application/json.")
    if (request.content_length or 0) > limit:
        return _too_large(limit)
    try:
        async with asyncio.timeout(BODY_TIME):
            body = await read_limited(request.content, limit)
    except TimeoutError:
        return problem(408, "The body did not arrive in time.")
    return _too_large(limit) if body is None else body


def _too_large(limit: int) -> web.Response:
    return problem(413, f"The body is over {limit} bytes.")
