"""The sandbox's server: identity, Connector, control API and page in one aiohttp application."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from urllib.parse import urlsplit

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, web

from bot.sandbox import (
    connector,
    control,
    feeder,
    graph,
    graph_security,
    identity,
    onedrive,
    page_files,
    portal,
    readings,
)
from bot.sandbox.config import SandboxConfig
from bot.sandbox.state import SANDBOX, SERVICE_PATH, Sandbox

_MAX_BODY = 32 * 1024 * 1024
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def create_sandbox(config: SandboxConfig) -> web.Application:
    """The application, ready to be served on loopback; `app[SANDBOX]` is its state."""
    app = web.Application(client_max_size=_MAX_BODY, middlewares=[_address, _doorkeeper])
    app[SANDBOX] = Sandbox(config)
    identity.add_routes(app)
    graph.add_routes(app)
    graph_security.add_routes(app)
    connector.add_routes(app, prefix=SERVICE_PATH.rstrip("/"))
    control.add_routes(app)
    readings.add_routes(app)
    portal.add_routes(app)
    onedrive.add_routes(app)
    page_files.add_routes(app)
    app.cleanup_ctx.append(_calls_to_bot)
    app.cleanup_ctx.append(_feeding)
    return app


async def _calls_to_bot(app: web.Application) -> AsyncIterator[None]:
    timeout = ClientTimeout(total=None)
    async with ClientSession(timeout=timeout, cookie_jar=DummyCookieJar(), trust_env=False) as session:
        app[SANDBOX].session = session
        yield
    app[SANDBOX].session = None


async def _feeding(app: web.Application) -> AsyncIterator[None]:
    task = asyncio.create_task(feeder.run(app[SANDBOX]))
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@web.middleware
async def _address(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Learn the own address from the first call where nobody set it; it becomes the service URL."""
    sandbox = request.app[SANDBOX]
    if not sandbox.public_url and request.url.host in _LOOPBACK:
        sandbox.public_url = str(request.url.origin())
    return await handler(request)


@web.middleware
async def _doorkeeper(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Only this machine's own pages may drive the sandbox: a foreign page could otherwise post to loopback."""
    allowed = _LOOPBACK | {urlsplit(request.app[SANDBOX].public_url).hostname}
    origin = request.headers.get("Origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.host
    if request.path.startswith("/_sandbox/") and (request.url.host not in allowed or foreign):
        return web.json_response({"error": "the control API answers this machine's own pages only"}, status=403)
    return await handler(request)
