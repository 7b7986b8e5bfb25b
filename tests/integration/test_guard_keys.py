"""The signing keys over a real key server: rotated, withdrawn, slow, down, and under a flood of forgeries."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from multidict import CIMultiDict

from bot.teams.guard import Guard, Inbound, Rejected
from bot.teams.hosts import TokenHosts
from bot.teams.signing_keys import SigningKeys
from bot.transport import open_session
from tests.support.bot_tokens import APP_ID, TENANT_ID, KeyServer, activity, jwk, key_server, rsa_key, running, sign

NOW = datetime(2026, 11, 21, 3, 2, tzinfo=UTC)
BODY = json.dumps(activity()).encode()


@dataclass
class Door:
    """A guard, its keys, the server that they come from, and seconds that pass when told to."""

    server: KeyServer
    keys: SigningKeys
    guard: Guard
    seconds: list[float]

    async def knock(self, token: str) -> Inbound:
        return await self.guard.check(CIMultiDict(self.server.headers(token)), BODY)

    async def status(self, token: str) -> int:
        try:
            await self.knock(token)
        except Rejected as rejected:
            return rejected.status
        return 200

    def forged(self, kid: str) -> str:
        return sign(self.server.claims(), key=rsa_key("evil"), kid=kid)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with open_session() as session:
        yield session


@pytest.fixture
async def door(session: aiohttp.ClientSession) -> AsyncIterator[Door]:
    async with key_server() as server:
        server.now = NOW.timestamp
        seconds = [1000.0]
        keys = SigningKeys(server.metadata_url, session=session, monotonic=lambda: seconds[0])
        guard = Guard(app_id=APP_ID, tenant_id=TENANT_ID, keys=keys, hosts=TokenHosts(), clock=lambda: NOW)
        yield Door(server, keys, guard, seconds)


async def test_a_known_key_is_fetched_once(door: Door) -> None:
    assert [await door.status(door.server.token()) for _ in range(5)] == [200] * 5
    assert door.server.requests == 1


async def test_a_rotated_key_is_accepted_on_its_first_request(door: Door) -> None:
    assert await door.status(door.server.token()) == 200
    door.server.rotate("key-1", "key-2")
    assert await door.status(door.server.token("key-2")) == 200


async def test_a_withdrawn_key_is_refused_after_the_refresh(door: Door) -> None:
    old = door.server.token()
    assert await door.status(old) == 200
    door.server.rotate("key-1", "key-2")
    assert await door.keys.refresh()
    assert await door.status(old) == 401


async def test_a_forgery_does_not_cost_a_rotated_key_its_first_request(door: Door) -> None:
    assert await door.status(door.server.token()) == 200
    assert await door.status(door.forged("nobody's")) == 401
    door.server.rotate("key-1", "key-2")
    assert await door.status(door.server.token("key-2")) == 200


async def test_a_flood_of_forged_key_ids_does_not_hammer_the_key_server(door: Door) -> None:
    assert await door.status(door.server.token()) == 200
    statuses = {await door.status(door.forged(f"forged-{n}")) for n in range(100)}
    assert statuses == {401}
    assert door.server.requests == 1 + 3
    door.seconds[0] += 15
    await door.status(door.forged("forged-again"))
    assert door.server.requests == 1 + 4


async def test_forgeries_at_the_same_time_count_as_one(door: Door) -> None:
    assert await door.status(door.server.token()) == 200
    door.server.held = asyncio.Event()
    door.server.asked.clear()
    forgeries = [asyncio.create_task(door.status(door.forged(f"forged-{n}"))) for n in range(20)]
    await door.server.asked.wait()
    door.server.held.set()
    assert await asyncio.gather(*forgeries) == [401] * 20
    door.server.rotate("key-1", "key-2")
    assert await door.status(door.server.token("key-2")) == 200


async def test_requests_at_the_same_time_share_one_fetch(door: Door) -> None:
    token = door.server.token()
    assert await asyncio.gather(*(door.status(token) for _ in range(20))) == [200] * 20
    assert door.server.requests == 1


async def test_known_keys_keep_working_while_the_key_server_is_down(door: Door) -> None:
    assert await door.status(door.server.token()) == 200
    door.server.down = True
    assert not await door.keys.refresh()
    assert await door.status(door.server.token()) == 200
    assert await door.status(door.forged("nobody's")) == 401


async def test_a_slow_key_server_keeps_nobody_waiting_but_the_one_who_needs_it(door: Door) -> None:
    assert await door.status(door.server.token()) == 200
    door.server.held = asyncio.Event()
    door.server.asked.clear()
    forged = asyncio.create_task(door.status(door.forged("nobody's")))
    await door.server.asked.wait()
    assert await door.status(door.server.token()) == 200
    assert not forged.done()
    door.server.held.set()
    assert await forged == 401


async def test_one_request_that_goes_away_does_not_stop_the_fetch_for_the_others(door: Door) -> None:
    door.server.held = asyncio.Event()
    first = asyncio.create_task(door.status(door.server.token()))
    second = asyncio.create_task(door.status(door.server.token()))
    await door.server.asked.wait()
    first.cancel()
    door.server.held.set()
    assert await second == 200


async def test_the_keys_are_fetched_in_the_background(door: Door) -> None:
    task = asyncio.create_task(door.keys.run())
    await door.server.asked.wait()
    await door.keys.refresh()  # the one that is under way
    task.cancel()
    door.server.down = True
    assert await door.status(door.server.token()) == 200
    assert door.server.requests == 1


@pytest.mark.parametrize(
    "key_set",
    [
        [], {}, None, {"keys": []}, {"keys": {}}, {"keys": [None, 1, []]},
        {"keys": [{"kty": "EC", "kid": "k"}]}, {"keys": [{"kty": "RSA", "kid": "k"}]},
        {"keys": [{"kty": "RSA", "kid": "k", "n": 1, "e": 2}]},
        {"keys": [{"kty": "RSA", "kid": "k", "n": "!", "e": "!"}]},
        {"keys": [{"kty": "oct", "kid": "k", "k": "c2VjcmV0"}]},
    ],
    ids=json.dumps,
)  # fmt: skip
async def test_a_key_set_without_a_usable_key_changes_nothing(session: aiohttp.ClientSession, key_set: Any) -> None:
    served: list[Any] = [{"keys": [jwk("key-1", rsa_key("key-1"), ["msteams", 5])]}]  # type: ignore[list-item]
    async with json_server(lambda path, base: served[-1] if path == "/keys" else {"jwks_uri": f"{base}/keys"}) as base:
        keys = SigningKeys(f"{base}/metadata", session=session)
        assert await keys.refresh()
        served.append(key_set)
        assert not await keys.refresh()
        key = await keys.find("key-1")
    assert key is not None
    assert key.endorsements == {"msteams"}


@pytest.mark.parametrize(
    "metadata", [[], None, {}, {"jwks_uri": 5}, {"jwks_uri": "file:///etc/passwd"}], ids=json.dumps
)
async def test_metadata_without_a_usable_address_change_nothing(session: aiohttp.ClientSession, metadata: Any) -> None:
    async with json_server(lambda _path, _base: metadata) as base:
        keys = SigningKeys(f"{base}/metadata", session=session)
        assert not await keys.refresh()
        assert await keys.find("key-1") is None


def json_server(answer: Any) -> Any:
    async def serve(request: web.Request) -> web.Response:
        return web.json_response(answer(request.path, f"http://{request.host}"))

    app = web.Application()
    app.router.add_get("/{path:.*}", serve)
    return running(app)
