"""The thirty-three tokens and eleven bodies against the whole program, over HTTP, with its real settings."""

import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from bot.app import running
from bot.settings import Settings
from storage.store import migrate
from tests.support.bot_tokens import APP_ID, TENANT_ID, KeyServer, activity, key_server
from tests.support.token_cases import BODIES, TOKENS, typed


@dataclass
class Program:
    url: str
    keys: KeyServer
    http: aiohttp.ClientSession

    async def send(self, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        async with self.http.post(f"{self.url}/api/messages", data=io.BytesIO(body), headers=headers) as answer:
            return answer.status, await answer.text()


@pytest.fixture
async def program(tmp_path: Path) -> AsyncIterator[Program]:
    """Its answers go nowhere: nobody listens where it would ask for its own token."""
    async with key_server() as keys, aiohttp.ClientSession() as http:
        settings = Settings.from_environment(
            {
                "MicrosoftAppId": APP_ID,
                "MicrosoftAppPassword": "secret",
                "MicrosoftAppTenantId": TENANT_ID,
                "TOCSIN_DATABASE_URL": f"sqlite:///{tmp_path / 'tocsin.db'}",
                "TOCSIN_OPENID_METADATA_URL": keys.metadata_url,
                "TOCSIN_LOGIN_URL": "http://127.0.0.1:9",
            }
        )
        await migrate(settings.database_url)
        async with running(settings) as app:
            runner = web.AppRunner(app, access_log=None, lingering_time=0, shutdown_timeout=1)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            yield Program(f"http://127.0.0.1:{runner.addresses[0][1]}", keys, http)
            await runner.cleanup()


async def test_every_token_of_the_list_is_answered_as_listed(program: Program) -> None:
    wrong = {}
    for name, (header, sent, expected) in TOKENS.items():
        headers = {"Content-Type": "application/json"}
        if header is not None:
            headers["Authorization"] = header(program.keys)
        status, text = await program.send(json.dumps(sent).encode(), headers)
        if (status, text) != (expected, ""):
            wrong[name] = (status, text, expected)
    assert len(TOKENS) == 33
    assert wrong == {}


async def test_every_body_of_the_list_is_refused_as_listed(program: Program) -> None:
    wrong = {}
    token = {"Authorization": f"Bearer {program.keys.token()}"}
    for name, (content_type, body) in BODIES.items():
        unread, _ = await program.send(body, typed({}, content_type))
        if unread != {"no Content-Type": 415, "text/plain": 415, "20 MB": 413}.get(name, 401):
            wrong[name] = unread
        status, words = await program.send(body, typed(token, content_type))
        if status != 400 or not words:
            wrong[f"{name}, with a token"] = status
    assert len(BODIES) == 11
    assert wrong == {}


async def test_an_activity_that_passes_reaches_the_bot(program: Program) -> None:
    status, _ = await program.send(json.dumps(activity(text="help")).encode(), program.keys.headers())
    assert status == 200
    async with program.http.get(f"{program.url}/healthz") as answer:
        assert answer.status == 200
