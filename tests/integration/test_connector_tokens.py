"""The token client against a scripted login service."""

import asyncio
import json
import logging
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from azure.core.exceptions import ClientAuthenticationError

from bot.alerts.errors import DeliveryDelayed
from bot.teams.tokens import (
    CachedTokens,
    certificate_tokens,
    client_secret_tokens,
    credential_tokens,
    managed_identity_tokens,
)
from bot.transport import open_session
from tests.support.bot_tokens import APP_ID, TENANT_ID, running

START = datetime(2026, 11, 21, 3, 2, tzinfo=UTC)
SECRET = "canary-secret"


@dataclass
class Login:
    """Issues token-1, token-2 … for one hour, or answers as told; `now` is the bot's time."""

    url: str = ""
    answer: tuple[int, Any] | None = None
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    now: datetime = START

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.requests.append((request.path, {name: str(value) for name, value in form.items()}))
        good = {"token_type": "Bearer", "expires_in": 3600, "access_token": f"token-{len(self.requests)}"}
        status, content = self.answer or (200, good)
        return web.Response(status=status, text=content if isinstance(content, str) else json.dumps(content))


@pytest.fixture
async def login() -> AsyncIterator[Login]:
    login = Login()
    app = web.Application()
    app.router.add_post("/{tenant}/oauth2/v2.0/token", login.token)
    async with running(app) as url:
        login.url = url
        yield login


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with open_session() as session:
        yield session


@pytest.fixture
def tokens(login: Login, session: aiohttp.ClientSession) -> CachedTokens:
    return client_secret_tokens(
        session=session,
        login_url=f"{login.url}/",
        tenant_id=TENANT_ID,
        app_id=APP_ID,
        secret=SECRET,
        clock=lambda: login.now,
    )


async def test_a_token_is_asked_for_as_the_login_service_wants_it(tokens: CachedTokens, login: Login) -> None:
    assert await tokens.token() == "token-1"
    assert login.requests == [
        (
            f"/{TENANT_ID}/oauth2/v2.0/token",
            {
                "grant_type": "client_credentials",
                "client_id": APP_ID,
                "client_secret": SECRET,
                "scope": "https://api.botframework.com/.default",
            },
        )
    ]


async def test_a_token_is_kept_until_five_minutes_before_its_end(tokens: CachedTokens, login: Login) -> None:
    assert await tokens.token() == "token-1"
    login.now = START + timedelta(minutes=54, seconds=59)
    assert await tokens.token() == "token-1"
    login.now = START + timedelta(minutes=55)
    assert await tokens.token() == "token-2"


async def test_many_askers_make_one_request(tokens: CachedTokens, login: Login) -> None:
    assert await asyncio.gather(*(tokens.token() for _ in range(50))) == ["token-1"] * 50
    assert len(login.requests) == 1


async def test_only_the_token_that_failed_is_forgotten(tokens: CachedTokens, login: Login) -> None:
    stale = await tokens.token()
    tokens.invalidate(stale)
    assert await tokens.token() == "token-2"
    tokens.invalidate(stale)
    assert await tokens.token() == "token-2"
    assert len(login.requests) == 2


REFUSED = {"error": "invalid_client", "error_description": f"AADSTS7000215: Invalid client secret {SECRET} provided."}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((401, REFUSED), "no token: the login service answered 401 AADSTS7000215"),
        ((400, {"error": "unauthorized_client"}), "no token: the login service answered 400"),
        ((503, "<html>"), "no token: the login service answered 503 without JSON"),
        ((302, ""), "no token: the login service answered 302 without JSON"),
        ((200, "[]"), "no token: the login service answered 200 without JSON"),
        ((200, "[" * 10_000), "no token: the login service answered 200 without JSON"),
        ((200, {"access_token": "x"}), "no token: the login service's answer has no token or no lifetime"),
        ((200, {"expires_in": 3600}), "no token: the login service's answer has no token or no lifetime"),
        (
            (200, {"access_token": "x", "expires_in": 10**30}),
            "no token: the login service's answer has no token or no lifetime",
        ),
        ((200, "x" * 1_000_000), "no token: the login service answered 200 without JSON"),
    ],
)
async def test_without_a_token_delivery_waits(
    tokens: CachedTokens, login: Login, caplog: pytest.LogCaptureFixture, answer: tuple[int, Any], words: str
) -> None:
    caplog.set_level(logging.DEBUG)
    login.answer = answer
    with pytest.raises(DeliveryDelayed) as caught:
        await tokens.token()
    assert str(caught.value) == words
    assert not caught.value.maybe_delivered
    assert SECRET not in caplog.text
    login.answer = None
    assert (await tokens.token()).startswith("token-")


async def test_a_lifetime_in_a_text_is_read(tokens: CachedTokens, login: Login) -> None:
    login.answer = (200, {"access_token": "x", "expires_in": "3599"})
    assert await tokens.token() == "x"


async def test_the_secret_does_not_follow_a_redirect(session: aiohttp.ClientSession, login: Login) -> None:
    async def redirect(_request: web.Request) -> web.Response:
        raise web.HTTPTemporaryRedirect(f"{login.url}/{TENANT_ID}/oauth2/v2.0/token")

    app = web.Application()
    app.router.add_post("/{path:.*}", redirect)
    async with running(app) as url:
        tokens = client_secret_tokens(
            session=session, login_url=url, tenant_id="t", app_id=APP_ID, secret=SECRET, clock=lambda: START
        )
        with pytest.raises(DeliveryDelayed, match="307"):
            await tokens.token()
    assert login.requests == []


async def test_a_login_service_that_is_down_is_waited_for(session: aiohttp.ClientSession) -> None:
    async with running(web.Application()) as gone:
        pass
    tokens = client_secret_tokens(
        session=session, login_url=gone, tenant_id="t", app_id=APP_ID, secret=SECRET, clock=lambda: START
    )
    with pytest.raises(DeliveryDelayed, match="did not answer"):
        await tokens.token()


@dataclass
class Credential:
    """azure-identity's side of it."""

    fails: bool = False
    scopes: list[str] = field(default_factory=list)
    closed: bool = False

    async def get_token(self, *scopes: str) -> SimpleNamespace:
        self.scopes += scopes
        if self.fails:
            raise ClientAuthenticationError(f"bad {SECRET}")
        return SimpleNamespace(token="azure-1", expires_on=int(START.timestamp()) + 3600)

    async def close(self) -> None:
        self.closed = True


async def test_a_credential_of_azure_identity_gives_tokens() -> None:
    credential = Credential()
    tokens = credential_tokens(credential, clock=lambda: START)
    assert [await tokens.token(), await tokens.token()] == ["azure-1", "azure-1"]
    assert credential.scopes == ["https://api.botframework.com/.default"]
    await tokens.close()
    assert credential.closed


async def test_a_credential_that_fails_is_waited_for_and_keeps_its_secret() -> None:
    with pytest.raises(DeliveryDelayed) as caught:
        await credential_tokens(Credential(fails=True), clock=lambda: START).token()
    assert str(caught.value) == "no token: the credential failed (ClientAuthenticationError)"


def test_without_the_azure_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "azure.identity", None)
    with pytest.raises(ValueError, match=r"tocsin\[azure\]"):
        managed_identity_tokens(app_id=APP_ID, clock=lambda: START)
    with pytest.raises(ValueError, match=r"tocsin\[azure\]"):
        certificate_tokens(
            login_url="https://login.example", tenant_id="t", app_id=APP_ID, certificate="c.pem", clock=lambda: START
        )


async def test_while_no_other_is_to_be_had_a_token_serves_to_its_end(tokens: CachedTokens, login: Login) -> None:
    assert await tokens.token() == "token-1"
    login.answer = (503, "down")
    login.now = START + timedelta(minutes=56)
    assert await tokens.token() == "token-1"
    login.now = START + timedelta(minutes=60)
    with pytest.raises(DeliveryDelayed):
        await tokens.token()
