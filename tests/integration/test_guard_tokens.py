"""Thirty-three tokens and eleven bodies against the real endpoint, over a real server and a real key server."""

import io
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from botbuilder.core import TurnContext
from botbuilder.core.teams import TeamsActivityHandler
from botbuilder.schema import AdaptiveCardInvokeResponse, AdaptiveCardInvokeValue

from bot.teams.adapter import PlainInvokes, TocsinAdapter
from bot.teams.connector import Connector
from bot.teams.endpoint import messages_endpoint
from bot.teams.guard import Guard
from bot.teams.hosts import TokenHosts
from bot.teams.signing_keys import SigningKeys
from bot.transport import open_session
from tests.support.bot_tokens import APP_ID, TENANT_ID, KeyServer, activity, invoke, key_server, running
from tests.support.token_cases import BODIES, JSON_TYPE, MORE_TOKENS, TOKENS, typed

TOAST = "application/vnd.microsoft.activity.message"
NOW = datetime(2026, 11, 21, 3, 2, tzinfo=UTC)


class NoTokens:
    """A bot that sends nothing here needs no token."""

    async def token(self) -> str:
        raise AssertionError("nobody may ask for a token")

    def invalidate(self, stale: str) -> None:
        raise AssertionError(stale)


class Recorder(PlainInvokes, TeamsActivityHandler):
    """Keeps what reached a handler."""

    def __init__(self) -> None:
        self.senders: list[str] = []

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        self.senders.append(turn_context.activity.from_property.aad_object_id)

    async def on_adaptive_card_invoke(
        self, turn_context: TurnContext, invoke_value: AdaptiveCardInvokeValue
    ) -> AdaptiveCardInvokeResponse:
        words = f"{invoke_value.action['verb']} by {turn_context.activity.from_property.name}"
        return AdaptiveCardInvokeResponse(status_code=200, type=TOAST, value=words)


@dataclass
class Bot:
    url: str
    keys: KeyServer
    session: aiohttp.ClientSession
    handler: Recorder = field(default_factory=Recorder)

    async def send(self, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        async with self.session.post(f"{self.url}/api/messages", data=io.BytesIO(body), headers=headers) as response:
            return response.status, await response.text()


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    async with key_server() as keys, open_session() as session:
        keys.now = NOW.timestamp
        hosts = TokenHosts()
        guard = Guard(
            app_id=APP_ID,
            tenant_id=TENANT_ID,
            keys=SigningKeys(keys.metadata_url, session=session),
            hosts=hosts,
            clock=lambda: NOW,
        )
        connector = Connector(
            session=session, tokens=NoTokens(), hosts=hosts, app_id=APP_ID, tenant_id=TENANT_ID, clock=lambda: NOW
        )
        app = web.Application(client_max_size=32 * 1024 * 1024)
        handler = Recorder()
        adapter = TocsinAdapter(connector, sorry=lambda _: "Sorry")
        app.router.add_post("/api/messages", messages_endpoint(guard, adapter, handler))
        async with running(app) as url:
            yield Bot(url, keys, session, handler)


def test_the_list_of_tokens_is_complete() -> None:
    assert len(TOKENS) == 33


@pytest.mark.parametrize("name", TOKENS)
async def test_a_token_of_the_list_is_answered_as_listed(bot: Bot, name: str) -> None:
    header, sent, expected = TOKENS[name]
    await expect(bot, header, sent, expected)


@pytest.mark.parametrize("name", MORE_TOKENS)
async def test_other_tokens_fare_alike(bot: Bot, name: str) -> None:
    header, sent, expected = MORE_TOKENS[name]
    await expect(bot, header, sent, expected)


async def expect(bot: Bot, header: Callable[[KeyServer], str] | None, sent: dict[str, Any], expected: int) -> None:
    headers = {"Content-Type": "application/json"}
    if header is not None:
        headers["Authorization"] = header(bot.keys)
    status, text = await bot.send(json.dumps(sent).encode(), headers)
    assert (status, text) == (expected, "")
    assert len(bot.handler.senders) == (1 if expected == 200 else 0)


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
async def test_a_short_key_is_not_used(bot: Bot) -> None:
    bot.keys.add("short", bits=1024)
    status, _ = await bot.send(json.dumps(activity()).encode(), bot.keys.headers(bot.keys.token("short")))
    assert status == 401


@pytest.mark.parametrize("name", BODIES)
async def test_a_body_without_a_token_is_refused_unread(bot: Bot, name: str) -> None:
    content_type, body = BODIES[name]
    status, text = await bot.send(body, typed({}, content_type))
    expected = {"no Content-Type": 415, "text/plain": 415, "20 MB": 413}.get(name, 401)
    assert (status, text) == (expected, "")


@pytest.mark.parametrize("name", BODIES)
async def test_a_body_with_a_valid_token_is_a_bad_request_in_words(bot: Bot, name: str) -> None:
    content_type, body = BODIES[name]
    status, text = await bot.send(body, typed({"Authorization": f"Bearer {bot.keys.token()}"}, content_type))
    assert status == 400
    assert text
    assert bot.handler.senders == []


async def test_a_body_without_an_end_is_cut_off_at_the_limit(bot: Bot) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b" " * 16_384

    headers = bot.keys.headers()
    async with bot.session.post(f"{bot.url}/api/messages", data=endless(), headers=headers) as response:
        assert (response.status, await response.text()) == (400, "the body is longer than 262144 bytes")


@pytest.mark.parametrize("authorised", [False, True])
async def test_an_encoded_body_is_refused_whoever_sent_it(bot: Bot, *, authorised: bool) -> None:
    headers = {"Content-Type": JSON_TYPE, "Content-Encoding": "gzip"}
    if authorised:
        headers["Authorization"] = f"Bearer {bot.keys.token()}"
    status, text = await bot.send(b"\x1f\x8b", headers)
    assert (status, text) == (415, "")


async def test_other_methods_are_not_allowed(bot: Bot) -> None:
    async with bot.session.get(f"{bot.url}/api/messages") as response:
        assert response.status == 405


async def test_the_reason_of_a_bad_request_repeats_nothing_that_was_sent(bot: Bot) -> None:
    body = json.dumps(activity(membersAdded=[{"id": "29:x"}, {"id": ["secret word"]}])).encode()
    status, text = await bot.send(body, bot.keys.headers())
    assert (status, text) == (400, "the activity's membersAdded.1.id is missing or of the wrong type")


async def test_a_press_is_answered_in_json(bot: Bot) -> None:
    press = invoke("adaptiveCard/action", {"action": {"type": "Action.Execute", "verb": "assign", "data": {}}})
    body = json.dumps(press).encode()
    async with bot.session.post(f"{bot.url}/api/messages", data=body, headers=bot.keys.headers()) as response:
        assert (response.status, response.content_type) == (200, "application/json")
        assert await response.json() == {"statusCode": 200, "type": TOAST, "value": "assign by Ana"}


async def test_an_invoke_of_an_unknown_name_is_not_implemented(bot: Bot) -> None:
    status, text = await bot.send(json.dumps(invoke("of/tomorrow", {})).encode(), bot.keys.headers())
    assert (status, text) == (501, "")
