"""`make bench`: what intake and a press cost, as ratios to a plain aiohttp handler measured in the same run.

The program runs as in production, in a process of its own, with one channel subscribed, on an SQLite file and then on
PostgreSQL (a durable one; its own CPU time is not counted); the sandbox stands in for Teams. Every round measures the
floor and the program one after the other, and the medians of the rounds' ratios are printed, because the machine may
be busy with other things.
"""

import asyncio
import contextlib
import itertools
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import psutil
from aiohttp import web

from bot.sandbox.config import SandboxConfig, bot_environment
from tests.benchmarks.load import Measured, http_request, measure
from tests.support.databases import postgres_database
from tests.support.payloads import graph_alert
from tests.support.postgres import running_server
from tests.support.sandbox import Teams, running_sandbox

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
REQUESTS = int(os.environ.get("BENCH_REQUESTS", "1000"))

#: The floor takes little: more requests, so that its rounds are as long.
FLOOR = 4 * REQUESTS

#: How many hosts the alerts are of.
HOSTS = 200


async def main() -> None:
    await _on_sqlite()
    await _on_postgresql()


async def _on_sqlite() -> None:
    config = SandboxConfig(enforce_limits=False)
    with tempfile.TemporaryDirectory() as folder:
        async with _running(config, f"sqlite:///{folder}/tocsin.db") as (teams, plain, tocsin):
            print(f"start to ready        {tocsin.seconds:6.2f} s    resident {_resident(tocsin):6.1f} MB")
            reports = _reports(config)
            await _intake("SQLite", reports, plain, tocsin, clients=16, limit=8)
            await _intake("SQLite", reports, plain, tocsin, clients=1)
            await _pressing(teams, plain, tocsin)
            print(f"resident after it all {_resident(tocsin):6.1f} MB")


async def _on_postgresql() -> None:
    config = SandboxConfig(enforce_limits=False)
    with (
        running_server(fsync="on", full_page_writes="on", synchronous_commit="on") as server,
        postgres_database(server) as url,
    ):
        async with _running(config, url) as (_, plain, tocsin):
            reports = _reports(config)
            await _intake("PostgreSQL", reports, plain, tocsin, clients=16)
            await _intake("PostgreSQL", reports, plain, tocsin, clients=1)


@asynccontextmanager
async def _running(config: SandboxConfig, database: str) -> "AsyncIterator[tuple[Teams, _Process, _Process]]":
    """The sandbox, the floor, and the program with its channel."""
    async with running_sandbox(config) as teams, _plain() as plain, _tocsin(config, teams, database) as tocsin:
        await teams.install("ana", channel="alerts")
        await teams.wait_for("alerts", "alerts")
        yield teams, plain, tocsin


async def _intake(
    where: str,
    reports: Iterator[bytes],
    plain: "_Process",
    tocsin: "_Process",
    *,
    clients: int,
    limit: float | None = None,
) -> None:
    rounds: list[tuple[Measured, Measured]] = []
    count = REQUESTS if clients > 1 else REQUESTS // 4
    for _ in range(ROUNDS):
        floor = await measure(plain.pid, plain.port, _plain_reports(), FLOOR, clients, check=_accepted)
        rounds.append((await measure(tocsin.pid, tocsin.port, reports, count, clients, check=_accepted), floor))
    await _show(f"intake, {where}, {clients:2} clients", rounds, limit=limit)


async def _pressing(teams: Teams, plain: "_Process", tocsin: "_Process") -> None:
    presses: list[tuple[Measured, Measured]] = []
    pressed = await _presses(teams, tocsin)
    for _ in range(ROUNDS):
        body = next(pressed)
        again = itertools.repeat(http_request("/", body.partition(b"\r\n\r\n")[2], _JSON))
        floor = await measure(plain.pid, plain.port, again, FLOOR, 16, check=_accepted)
        presses.append((await measure(tocsin.pid, tocsin.port, pressed, REQUESTS // 2, 16, check=_card), floor))
    await _show("press,  SQLite, 16 clients", presses, limit=15)


async def _show(what: str, rounds: list[tuple[Measured, Measured]], *, limit: float | None) -> None:
    ratios = [ours.cpu_ms / max(floor.cpu_ms, 1e-6) for ours, floor in rounds]

    def middle(field: str, which: int) -> float:
        return statistics.median(getattr(pair[which], field) for pair in rounds)

    aim = f"aim {limit:g}x" if limit else ""
    print(
        f"{what:30} CPU {middle('cpu_ms', 0):6.2f} ms  floor {middle('cpu_ms', 1):6.3f} ms"
        f"  ratio {statistics.median(ratios):5.1f}x ({min(ratios):.1f}-{max(ratios):.1f}) {aim}"
        f"  p50 {middle('p50_ms', 0):6.1f} ms  p99 {middle('p99_ms', 0):6.1f} ms  {middle('per_second', 0):6.0f}/s"
    )


_JSON = {"Content-Type": "application/json"}


def _reports(config: SandboxConfig) -> Iterator[bytes]:
    """New alerts of about 6 KB, ten to an incident, on hosts that others share."""
    headers = {**_JSON, "Authorization": f"Bearer {config.source_tokens['graph']}"}
    for number in itertools.count(1):
        alert = graph_alert(
            full=True,
            id=f"da{10**17 + number}_{number}",
            providerAlertId=f"{10**17 + number}_{number}",
            incidentId=str(number // 10),
        )
        host = number % HOSTS
        alert["evidence"][0] |= {"mdeDeviceId": f"{host:040x}", "deviceDnsName": f"host-{host}.contoso.example"}
        yield http_request("/api/alerts/graph", json.dumps(alert).encode(), headers)


def _plain_reports() -> Iterator[bytes]:
    body = json.dumps(graph_alert(full=True)).encode()
    return itertools.repeat(http_request("/", body, _JSON))


async def _presses(teams: Teams, tocsin: "_Process") -> Iterator[bytes]:
    """Comments on alert after alert, as Teams would send them, under one signed token."""
    authorization, activity = await _captured_press(teams, tocsin)
    headers = {**_JSON, "Authorization": authorization}

    def stream() -> Iterator[bytes]:
        for number in itertools.count(1):
            data = {
                "alert": 1 + number % (ROUNDS * REQUESTS),
                "rev": 1,
                "nonce": f"b{number}",
                "comment": f"seen before, {number}",
            }
            activity["id"] = f"f:{number}"
            activity["value"]["action"]["data"] = data
            yield http_request("/api/messages", json.dumps(activity).encode(), headers)

    return stream()


async def _captured_press(teams: Teams, tocsin: "_Process") -> tuple[str, dict[str, Any]]:
    """A press as the sandbox signs and sends it: the authorization and the activity."""
    caught: list[tuple[str, dict[str, Any]]] = []

    async def catch(request: web.Request) -> web.Response:
        caught.append((request.headers["Authorization"], await request.json()))
        return web.json_response({"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": ""})

    app = web.Application()
    app.router.add_post("/api/messages", catch)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await teams.connect_bot(f"http://127.0.0.1:{runner.addresses[0][1]}")
    await teams.press("ana", None, in_="alerts", verb="comment", data={"alert": 1})
    await teams.connect_bot(f"http://127.0.0.1:{tocsin.port}")
    await runner.cleanup()
    return caught[0]


def _accepted(status: int, body: bytes) -> None:
    if status != 202:
        raise SystemExit(f"intake answered {status}: {body[:300]!r}")


def _card(status: int, body: bytes) -> None:
    if status != 200 or b"card.adaptive" not in body:
        raise SystemExit(f"a press was answered {status}: {body[:300]!r}")


class _Process:
    """A server in a process of its own."""

    def __init__(self, pid: int, port: int, seconds: float) -> None:
        self.pid, self.port, self.seconds = pid, port, seconds


def _resident(process: _Process) -> float:
    return float(psutil.Process(process.pid).memory_info().rss) / 1e6


@asynccontextmanager
async def _plain() -> AsyncIterator[_Process]:
    program = [sys.executable, "-m", "tests.benchmarks.plain_server"]
    process = await asyncio.create_subprocess_exec(*program, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    yield _Process(process.pid, int(await process.stdout.readline()), 0)
    process.terminate()
    await process.wait()


@asynccontextmanager
async def _tocsin(config: SandboxConfig, teams: Teams, database: str) -> AsyncIterator[_Process]:
    port = _free_port()
    environment = {
        **os.environ,
        **bot_environment(config, public_url=teams.url),
        "TOCSIN_DATABASE_URL": database,
        "TOCSIN_PORT": str(port),
    }
    subprocess = [sys.executable, "-m", "bot.cli", "--log-level", "warning"]
    await (await asyncio.create_subprocess_exec(*subprocess, "migrate", env=environment)).wait()
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(*subprocess, "serve", env=environment)
    try:
        async with aiohttp.ClientSession() as session:
            while not await _ready(session, port):  # noqa: ASYNC110 - another process, there is nothing to wait on
                await asyncio.sleep(0.02)
        await teams.connect_bot(f"http://127.0.0.1:{port}")
        yield _Process(process.pid, port, time.perf_counter() - began)
    finally:
        process.terminate()
        await process.wait()


async def _ready(session: aiohttp.ClientSession, port: int) -> bool:
    with contextlib.suppress(aiohttp.ClientError):
        async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
            return answer.status == 200
    return False


def _free_port() -> int:
    import socket  # noqa: PLC0415

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


if __name__ == "__main__":
    asyncio.run(main())
