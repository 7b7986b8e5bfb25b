"""Alertmanagers to silence: the real one where Debian's package is installed, and a small stand-in over real HTTP."""

import asyncio
import shutil
import socket
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

PROGRAM = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")

_CONFIG = "route: {receiver: none}\nreceivers: [{name: none}]\n"

Json = dict[str, Any]


@dataclass
class Manager:
    """One that runs: its address, and a session to look at it."""

    url: str
    http: aiohttp.ClientSession

    async def silences(self) -> list[Json]:
        """Those that stand."""
        async with self.http.get(f"{self.url}/api/v2/silences") as answer:
            found: list[Json] = await answer.json()
        return [each for each in found if each["status"]["state"] == "active"]

    async def lift(self, silence: str) -> None:
        async with self.http.delete(f"{self.url}/api/v2/silence/{silence}") as answer:
            answer.raise_for_status()


@asynccontextmanager
async def real_alertmanager(folder: Path) -> AsyncIterator[Manager]:
    """The real program with its own storage."""
    assert PROGRAM is not None
    config = folder / "alertmanager.yml"
    config.write_text(_CONFIG)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        PROGRAM,
        f"--config.file={config}",
        f"--storage.path={folder / 'alertmanager'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with aiohttp.ClientSession() as http:
            manager = Manager(f"http://127.0.0.1:{port}", http)
            async with asyncio.timeout(20):
                while not await _is_ready(manager):  # noqa: ASYNC110 - another process
                    await asyncio.sleep(0.1)
            yield manager
    finally:
        process.terminate()
        await process.wait()


async def _is_ready(manager: Manager) -> bool:
    try:
        async with manager.http.get(f"{manager.url}/-/ready") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


@dataclass
class StandIn:
    """What the stand-in has, and how it shall fail: statuses that are answered first, 0 for a lost answer."""

    kept: dict[str, Json] = field(default_factory=dict)
    faults: list[int] = field(default_factory=list)
    #: The same for lifting.
    lifting: list[int] = field(default_factory=list)
    authorization: str = ""

    async def list(self, _request: web.Request) -> web.Response:
        now = datetime.now(UTC)
        for each in self.kept.values():
            over, begun = (datetime.fromisoformat(each[name]) <= now for name in ("endsAt", "startsAt"))
            each["status"] = {"state": "expired" if over else "active" if begun else "pending"}
        return web.json_response(list(self.kept.values()))

    async def make(self, request: web.Request) -> web.Response:
        self.authorization = request.headers.get("Authorization", "")
        fault = self.faults.pop(0) if self.faults else None
        if fault:
            return web.json_response("no, not so", status=fault)
        silence = await request.json()
        name = silence.get("id") or str(uuid.uuid4())
        self.kept[name] = {**silence, "id": name}
        if fault == 0:
            assert request.transport is not None
            request.transport.abort()
        return web.json_response({"silenceID": name})

    async def lift(self, request: web.Request) -> web.Response:
        if self.lifting:
            return web.json_response("not now", status=self.lifting.pop(0))
        self.kept[request.match_info["id"]]["endsAt"] = datetime.now(UTC).isoformat()
        return web.Response()


@asynccontextmanager
async def stand_in() -> AsyncIterator[tuple[Manager, StandIn]]:
    """Its API as far as we use it."""
    there = StandIn()
    app = web.Application()
    app.router.add_get("/api/v2/silences", there.list)
    app.router.add_post("/api/v2/silences", there.make)
    app.router.add_delete("/api/v2/silence/{id}", there.lift)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with aiohttp.ClientSession() as http:
            yield Manager(f"http://127.0.0.1:{runner.addresses[0][1]}", http), there
    finally:
        await runner.cleanup()
