"""Our token goes to allow-listed hosts only: edited addresses, redirects and proxies get no packet."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace

import aiohttp
import pytest
from aiohttp import web

from bot.alerts.errors import DeliveryRefused
from bot.alerts.messages import Address, ConversationKind, Message
from bot.teams.connector import Connector
from bot.teams.hosts import TokenHosts
from bot.transport import open_session
from tests.support.bot_tokens import APP_ID, TENANT_ID, running


@dataclass
class Listener:
    """Counts whoever connects to it."""

    port: int = 0
    connections: int = 0


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    listener = Listener()

    async def count(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        listener.connections += 1
        writer.close()

    server = await asyncio.start_server(count, "127.0.0.1", 0)
    listener.port = server.sockets[0].getsockname()[1]
    async with server:
        yield listener


@dataclass
class Watched:
    """A session that notes every request that it starts, and a token source that notes who asks."""

    session: aiohttp.ClientSession
    started: list[str] = field(default_factory=list)
    tokens: int = 0

    async def token(self) -> str:
        self.tokens += 1
        return "secret"

    def invalidate(self, stale: str) -> None:
        del stale

    def connector(self, *named: str) -> Connector:
        return Connector(
            session=self.session, tokens=self, hosts=TokenHosts(named), app_id=APP_ID, tenant_id=TENANT_ID,
            clock=lambda: datetime(2026, 11, 21, tzinfo=UTC),
        )  # fmt: skip


@pytest.fixture
async def watched() -> AsyncIterator[Watched]:
    async with open_session() as session:
        watched = Watched(session)

        async def note(
            _session: aiohttp.ClientSession, _context: SimpleNamespace, start: aiohttp.TraceRequestStartParams
        ) -> None:
            watched.started.append(str(start.url))

        trace = aiohttp.TraceConfig()
        trace.on_request_start.append(note)
        trace.freeze()
        session.trace_configs.append(trace)
        yield watched


EDITED = [
    "http://169.254.169.254/",
    "https://169.254.169.254/",
    "https://smba.trafficmanager.net.evil/",
    "https://smba.trafficmanager.net@evil/",
    "https://smba.trafficmanager.net@127.0.0.1:{port}/",
    "https://smba.trafficmanager.net:443@127.0.0.1:{port}/",
    "https://evil.trafficmanager.net/",
    "https://xsmba.trafficmanager.net/",
    "https://smba.trafficmanager.net:8443/",
    "https://smba.trafficmanager.net:{port}/",
    "http://smba.trafficmanager.net/",
    "https://smba.trafficmanager.net./",
    "https://smba.trafficmanager.net\\@127.0.0.1:{port}/",
    "https://smba.trafficmanager.net%2e127.0.0.1:{port}/",
    "https://127.0.0.1:{port}#@smba.trafficmanager.net/",
    "https://127.0.0.1:{port}?smba.trafficmanager.net/",
    "http://127.0.0.1:{port}/",
    "http://localhost:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://127.1:{port}/",
    "http://0:{port}/",
    "http://[::1]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "//smba.trafficmanager.net/",
    "ftp://smba.trafficmanager.net/",
    "file:///etc/passwd",
    "smba.trafficmanager.net",
    "https://",
    "",
    " https://smba.trafficmanager.net/",
    "https://smba.trafficmanager.net/\r\nX: y",
    "https://smba.trafficmanager.net/ ",
    "https://smba.trafficmanager.net/\n",
    "https://smba。trafficmanager。net/",
    "https://smba.traffıcmanager.net/",
    "https://smba.trafficmanager.net:/",
    "https://smba.trafficmanager.net:0443x/",
    "https://smba.trafficmanager.net/" + "a" * 600,
]


@pytest.mark.parametrize("edited", EDITED)
async def test_an_edited_service_url_gets_no_packet_and_no_token(
    watched: Watched, listener: Listener, edited: str
) -> None:
    url = edited.format(port=listener.port)
    connector = watched.connector("sandbox.example:8443")
    message = Message("Hello")
    channel = Address(url, "19:x", ConversationKind.CHANNEL)
    for call in (
        connector.post(channel, message),
        connector.post(Address(url, "a:x", ConversationKind.PERSONAL), message),
        connector.update(channel, "17", message),
        connector.delete(channel, "17"),
        connector.members(channel),
        connector.member(channel, "29:ana"),
        connector.open_personal(url, "29:ana"),
        connector.team_channels(url, "19:x"),
    ):
        with pytest.raises(DeliveryRefused) as caught:
            await call
        assert caught.value.code == "HostNotAllowed"
    assert (listener.connections, watched.started, watched.tokens) == (0, [], 0)


async def test_a_host_that_a_setting_names_gets_the_packet(watched: Watched) -> None:
    seen = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.headers["Authorization"])
        return web.json_response({"id": "1"})

    app = web.Application()
    app.router.add_post("/v3/conversations/{id}/activities", answer)
    async with running(app) as url:
        connector = watched.connector(url.removeprefix("http://"))
        posted = await connector.post(Address(url, "a:x", ConversationKind.PERSONAL), Message("Hello"))
    assert (posted, seen) == ("1", ["Bearer secret"])
    assert (len(watched.started), watched.tokens) == (1, 1)


async def test_a_redirect_is_not_followed(watched: Watched, listener: Listener) -> None:
    async def redirect(_request: web.Request) -> web.Response:
        raise web.HTTPTemporaryRedirect(f"http://127.0.0.1:{listener.port}/")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", redirect)
    async with running(app) as url:
        connector = watched.connector(url.removeprefix("http://"), f"127.0.0.1:{listener.port}")
        with pytest.raises(DeliveryRefused) as caught:
            await connector.post(Address(url, "a:x", ConversationKind.PERSONAL), Message("Hello"))
    assert caught.value.status == 307
    assert listener.connections == 0


async def test_proxies_of_the_environment_see_nothing(
    watched: Watched, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{listener.port}")
    app = web.Application()
    app.router.add_post("/v3/conversations/{id}/activities", _ok)
    async with running(app) as url:
        connector = watched.connector(url.removeprefix("http://"))
        assert await connector.post(Address(url, "a:x", ConversationKind.PERSONAL), Message("Hello")) == "1"
    assert listener.connections == 0


async def _ok(_request: web.Request) -> web.Response:
    return web.json_response({"id": "1"})


async def test_a_session_that_trusts_the_environment_is_not_taken(watched: Watched) -> None:
    async with aiohttp.ClientSession(trust_env=True) as session:
        with pytest.raises(ValueError, match="proxies from the environment"):
            Watched(session).connector()
    assert watched.connector()
