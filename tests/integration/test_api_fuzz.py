"""Whatever a program sends, it is answered with 200 or with a problem in words, and the next one is served."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.alerts.conversation import Limit
from bot.alerts.roles import Role
from bot.teams.pressed import CHANGES
from bot.usecases import tokens
from bot.usecases.report_alert import report_alert
from bot.web.api import Api
from bot.web.middleware import problems
from bot.web.token_access import TokenAccess
from cards.language import ENGLISH
from storage.store import open_store
from tests.unit.storage.made import NOW, report

ALLOWED = {200, 400, 401, 403, 404, 405, 409, 413, 415, 422}


class Served:
    """The API over real HTTP, in an event loop of its own."""

    def __init__(self, folder: Path, template: Path) -> None:
        file = folder / "tocsin.db"
        file.write_bytes(template.read_bytes())
        self.runner = asyncio.Runner()
        self.store = open_store(f"sqlite:///{file}")
        self.runner.run(self._start())

    async def _start(self) -> None:
        key, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        self.token = await self.store.write(
            lambda uow: tokens.add(
                uow, "fuzz", key=key, secret=secret, role=Role.RESPONDER, wants="", at=NOW, expires_at=None
            )
        )
        await self.store.write(lambda uow: report_alert(uow, report("a"), NOW))

        def clock() -> datetime:
            return datetime.now(UTC)

        access = TokenAccess(store=self.store, clock=clock, limits=[Limit(1_000_000, timedelta(seconds=1))])
        api = Api(store=self.store, clock=clock, access=access, lang=ENGLISH, undo_within=timedelta(days=1))
        app = web.Application(middlewares=[problems])
        app.router.add_get("/api/alerts/{number:[0-9]{1,15}}", api.look)
        app.router.add_post("/api/alerts/{number:[0-9]{1,15}}/{verb}", api.act)
        self.web = web.AppRunner(app, access_log=None, lingering_time=0)
        await self.web.setup()
        await web.TCPSite(self.web, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self.web.addresses[0][1]}"
        self.http = aiohttp.ClientSession()

    def ask(self, path: str, body: bytes | None, **headers: str) -> tuple[int, str, Any]:
        async def ask() -> tuple[int, str, Any]:
            sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **headers}
            method = "GET" if body is None else "POST"
            async with self.http.request(method, self.url + path, data=body, headers=sent) as answer:
                return answer.status, answer.content_type, await answer.json(content_type=None)

        return self.runner.run(ask())

    async def _stop(self) -> None:
        await self.http.close()
        await self.web.cleanup()
        await self.store.close()

    def close(self) -> None:
        self.runner.run(self._stop())
        self.runner.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> AsyncIterator[Served]:
    made = Served(tmp_path_factory.mktemp("fuzz"), sqlite_template)
    yield made  # type: ignore[misc]
    made.close()


def any_json() -> st.SearchStrategy[Any]:
    plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=60)
    return st.recursive(plain, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner))


def an_order() -> st.SearchStrategy[Any]:
    """Nearly right: the names are, the values may be anything."""
    names = ("to", "status", "comment", "classification", "determination", "incident", "tags", "rev", "nonce", "alert")
    likely = st.sampled_from(
        [
            "me",
            "nobody",
            "resolved",
            "truePositive",
            "falsePositive:notMalicious",
            "new",
            "+a -b",
            "1",
            "\x00",
            "\ud800",
        ]
    )
    return st.dictionaries(st.sampled_from(names), likely | any_json(), max_size=4)


def check(answer: tuple[int, str, Any]) -> None:
    status, kind, body = answer
    assert status in ALLOWED, answer
    assert kind == ("application/json" if status == 200 else "application/problem+json")
    assert isinstance(body, dict)
    assert "Traceback" not in str(body)


_fuzzed: Callable[..., Any] = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@_fuzzed
@given(verb=st.sampled_from([*CHANGES, "undo", "x"]), body=an_order() | any_json(), number=st.integers(0, 3))
def test_any_json_is_carried_out_or_refused(served: Served, verb: str, body: Any, number: int) -> None:
    check(served.ask(f"/api/alerts/{number}/{verb}", json.dumps(body).encode()))


@_fuzzed
@given(verb=st.sampled_from([*CHANGES, "undo"]), body=st.binary(max_size=200))
def test_any_bytes_are_refused_or_are_json(served: Served, verb: str, body: bytes) -> None:
    check(served.ask(f"/api/alerts/1/{verb}", body))


@_fuzzed
@given(
    token=st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=90),
    key=st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=210),
)
def test_any_token_and_key_is_answered(served: Served, token: str, key: str) -> None:
    status, _, _ = answer = served.ask("/api/alerts/1/comment", b'{"comment": "x"}', Authorization=token)
    assert status in (401, 429), answer
    check(served.ask("/api/alerts/1/comment", b'{"comment": "x"}', **{"Idempotency-Key": key}))


def test_after_all_of_that_it_still_works(served: Served) -> None:
    check(served.ask("/api/alerts/1", None))
    assert served.ask("/api/alerts/1/comment", b'{"comment": "still there"}')[0] == 200
