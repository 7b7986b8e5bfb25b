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
from bot.teams.transport import open_session
from tests.support.bot_tokens import (
    APP_ID,
    ISSUER,
    TENANT_ID,
    KeyServer,
    activity,
    invoke,
    key_server,
    rsa_key,
    running,
    sign,
    signed_with_public_key,
    unsigned,
)

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


def bearer(make: Callable[[KeyServer], str]) -> Callable[[KeyServer], str]:
    return lambda keys: f"Bearer {make(keys)}"


def claims(**changes: Any) -> Callable[[KeyServer], str]:
    """A token with changed claims, signed as it should be."""
    return bearer(lambda keys: keys.token(**changes))


GOOD = claims()
EVIL = "https://evil.example/"
OTHER_APP = "99999999-1c1f-4b5f-9c59-0f3f4d1a6c11"
OTHER_TENANT = "aaaaaaaa-51f1-4d3c-9e6c-1f2a3b4c5d6e"
EMULATOR_ISSUER = "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/"


def from_tenant(tenant: str) -> dict[str, Any]:
    place = activity()["conversation"]
    return activity(conversation={**place, "tenantId": tenant}, channelData={"tenant": {"id": tenant}})


def unendorsed(keys: KeyServer, endorsements: list[str] | None) -> str:
    keys.add("other", endorsements=endorsements)
    if endorsements is None:
        keys.keys["other"] = (rsa_key("other"), None)
    return keys.token("other")


def evil_key(**header: Any) -> Callable[[KeyServer], str]:
    return bearer(lambda keys: sign(keys.claims(), key=rsa_key("evil"), **header))


# name: (the Authorization header, None for no header; the activity; the status that must come)
TOKENS: dict[str, tuple[Callable[[KeyServer], str] | None, dict[str, Any], int]] = {
    "valid": (GOOD, activity(), 200),
    "no header": (None, activity(), 401),
    "empty header": (lambda _: "", activity(), 401),
    "basic scheme": (lambda _: "Basic dXNlcjpwYXNz", activity(), 401),
    "garbage bearer": (lambda _: "Bearer garbage", activity(), 401),
    "lower-case bearer": (lambda keys: f"bearer {keys.token()}", activity(), 200),
    "wrong aud": (claims(aud=OTHER_APP), activity(), 401),
    "aud missing": (claims(aud=None), activity(), 401),
    "aud a list with the app": (claims(aud=[APP_ID]), activity(), 401),
    "wrong iss": (claims(iss="https://evil.example"), activity(), 401),
    "iss missing": (claims(iss=None), activity(), 401),
    "expired 10 min": (claims(age=4200), activity(), 401),
    "expired 4 min, within the leeway": (claims(age=3840), activity(), 200),
    "no exp": (claims(exp=None), activity(), 401),
    "nbf in 10 min": (claims(nbf=int(NOW.timestamp()) + 600), activity(), 401),
    "alg none": (bearer(lambda keys: unsigned(keys.claims())), activity(), 401),
    "HS256 with the public key as secret": (
        bearer(lambda keys: signed_with_public_key(keys.claims(), key=rsa_key("key-1"))),
        activity(),
        401,
    ),
    "forged signature with a known kid": (evil_key(kid="key-1"), activity(), 401),
    "unknown kid": (evil_key(kid="nobody's"), activity(), 401),
    "kid absent": (bearer(lambda keys: sign(keys.claims(), key=keys.keys["key-1"][0], kid=None)), activity(), 401),
    "jku header to another host": (
        bearer(lambda keys: keys.token(header={"jku": "https://evil.example/keys"})),
        activity(),
        401,
    ),
    "RS512": (bearer(lambda keys: sign(keys.claims(), key=keys.keys["key-1"][0], algorithm="RS512")), activity(), 401),
    "serviceUrl other than the claim": (GOOD, activity(serviceUrl="https://smba.trafficmanager.net/amer/"), 401),
    "serviceurl claim missing": (claims(serviceurl=None), activity(), 401),
    "serviceUrl absent in the activity": (GOOD, activity(serviceUrl=None), 401),
    "serviceUrl empty": (claims(serviceurl=""), activity(serviceUrl=""), 401),
    "channelId not endorsed": (GOOD, activity(channelId="webchat"), 401),
    "channelId absent": (GOOD, activity(channelId=None), 401),
    "key without endorsements": (bearer(lambda keys: unendorsed(keys, None)), activity(), 401),
    "other tenant in the activity": (GOOD, from_tenant(OTHER_TENANT), 403),
    "other user in the body": (GOOD, activity(**{"from": {"id": "29:bo", "aadObjectId": "bo"}}), 200),
    "emulator issuer with our own outgoing token and another serviceUrl": (
        claims(iss=EMULATOR_ISSUER, aud=ISSUER, appid=APP_ID, ver="1.0", serviceurl=EVIL),
        activity(serviceUrl=EVIL),
        401,
    ),
    "emulator issuer with another app id": (
        claims(iss=EMULATOR_ISSUER, appid=OTHER_APP, azp=OTHER_APP, ver="2.0"),
        activity(),
        401,
    ),
}

# Beyond the thirty-three: what the same attacks look like from another side.
MORE_TOKENS: dict[str, tuple[Callable[[KeyServer], str] | None, dict[str, Any], int]] = {
    "key endorsed for another channel": (bearer(lambda keys: unendorsed(keys, ["webchat"])), activity(), 401),
    "signed service URL of an evil host": (claims(serviceurl=EVIL), activity(serviceUrl=EVIL), 401),
    "signed service URL over plain http": (
        claims(serviceurl="http://smba.trafficmanager.net/emea/"),
        activity(serviceUrl="http://smba.trafficmanager.net/emea/"),
        401,
    ),
    "conversation of another tenant": (
        GOOD,
        activity(conversation={**activity()["conversation"], "tenantId": OTHER_TENANT}),
        403,
    ),
    "channel data of another tenant": (GOOD, activity(channelData={"tenant": {"id": OTHER_TENANT}}), 403),
    "no tenant at all": (GOOD, activity(conversation={"id": "19:x"}, channelData=None), 403),
    "tenant in the channel data only": (GOOD, activity(conversation={"id": "19:x"}), 200),
    "exp without end": (claims(exp=float("inf")), activity(), 401),
    "exp of a thousand digits": (claims(exp=10**1000), activity(), 401),
    "exp as a text": (claims(exp="9999999999"), activity(), 401),
    "expired to the second, after the leeway": (claims(age=3900), activity(), 401),
}


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


def deep(levels: int) -> bytes:
    return b'{"a":' * levels + b"1" + b"}" * levels


GOOD_BODY = json.dumps(activity()).encode()
JSON_TYPE = "application/json"
# name: (content type, body)
BODIES: dict[str, tuple[str | None, bytes]] = {
    "no Content-Type": (None, GOOD_BODY),
    "text/plain": ("text/plain", GOOD_BODY),
    "JSON list": (JSON_TYPE, b"[1, 2]"),
    "null": (JSON_TYPE, b"null"),
    "broken JSON": (JSON_TYPE, b'{"type": "message", '),
    "2,000 levels deep": (JSON_TYPE, deep(2000)),
    "utf-16": (JSON_TYPE, json.dumps(activity()).encode("utf-16")),
    "wrong types": (JSON_TYPE, json.dumps(activity(**{"from": [1]}, conversation=7)).encode()),
    "a 4,300-digit number": (JSON_TYPE, b'{"type": "message", "value": ' + b"9" * 4301 + b"}"),
    "empty": (JSON_TYPE, b""),
    "20 MB": (JSON_TYPE, b'{"type": "' + b"x" * 20_000_000 + b'"}'),
}


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


def typed(headers: dict[str, str], content_type: str | None) -> dict[str, str]:
    # aiohttp's client names a type of its own for bytes; an empty one is as good as none.
    return {**headers, "Content-Type": content_type or ""}


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
