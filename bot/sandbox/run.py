"""Runs the sandbox for a person: the server, the bot beside it if wished, and one address to open."""

import asyncio
import contextlib
import logging
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from aiohttp import web

from bot.sandbox.app import create_sandbox
from bot.sandbox.config import SandboxConfig, bot_environment
from bot.sandbox.world import World

log = logging.getLogger(__name__)

HOST, BOT_PORT = "127.0.0.1", 3978

#: Seconds for the bot to come up, and to go down again.
START_TIME, STOP_TIME = 30, 20

#: How often the bot asks Defender, in seconds: whoever plays with it waits for it.
GRAPH_EVERY = "3"

#: Somebody else may sit on the bot's port and never answer.
ONE_LOOK = aiohttp.ClientTimeout(total=1)


async def run_sandbox(
    *, port: int, bot_url: str, with_bot: bool, feed_every: float | None, stop: asyncio.Event
) -> None:
    """Serve until `stop`. With the bot: install it in the channel “alerts”, and feed it made-up alerts."""
    config = SandboxConfig(
        bot_url=bot_url or f"http://{HOST}:{BOT_PORT}", public_url=f"http://{HOST}:{port}", feed_every=feed_every
    )
    runner = web.AppRunner(create_sandbox(config), access_log=None, shutdown_timeout=2)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, port).start()
        async with _bot(config) if with_bot else contextlib.nullcontext():
            addresses = (
                f"{config.public_url}/    (Ctrl-C stops)\n  and   {config.public_url}/portal for Defender's side"
            )
            print(f"\n  Open  {addresses}\n", flush=True)  # noqa: T201 - what the person waits for
            await stop.wait()
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _bot(config: SandboxConfig) -> AsyncIterator[None]:
    """A real bot as a process of its own, pointed at the sandbox, with a database that lives as long as it does."""
    with tempfile.TemporaryDirectory(prefix="tocsin-sandbox-") as folder:
        environment = {
            **os.environ,
            **bot_environment(config),
            "TOCSIN_DATABASE_URL": f"sqlite:///{Path(folder) / 'tocsin.db'}",
            "TOCSIN_GRAPH_ALERTS": os.environ.get("TOCSIN_GRAPH_ALERTS", "readwrite"),
            "TOCSIN_GRAPH_SECONDS": os.environ.get("TOCSIN_GRAPH_SECONDS", GRAPH_EVERY),
            "TOCSIN_HOST": HOST,
            "TOCSIN_PORT": config.bot_url.rpartition(":")[2],
            **_roles(config),
            **_rhythm(config),
            "TOCSIN_ZONE": os.environ.get("TOCSIN_ZONE", "Europe/Madrid"),
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.cli", "--log-level", "warning", "serve", env=environment
        )
        try:
            async with aiohttp.ClientSession() as session:
                await _until_ready(session, config, process)
                await _install(session, config)
            yield
        finally:
            await _end(process)


def _roles(config: SandboxConfig) -> dict[str, str]:
    """Ana and Bo decide, Chidi handles alerts, and Dana, a guest, looks; unless somebody is named in the settings."""
    if any(name.startswith(("TOCSIN_ADMINISTRATORS", "TOCSIN_RESPONDERS", "TOCSIN_READERS")) for name in os.environ):
        return {}
    people = World(tenant_id=config.tenant_id, bot_id=config.app_id, bot_name=config.bot_name).people
    return {
        "TOCSIN_ADMINISTRATORS": f"{people['ana'].object_id},{people['bo'].object_id}",
        "TOCSIN_RESPONDERS": people["chidi"].object_id,
        "TOCSIN_READERS": people["dana"].object_id,
    }


def _rhythm(config: SandboxConfig) -> dict[str, str]:
    """Ana and Bo take turns of a week, Chidi is behind them, and high alerts are due soon; unless something is set."""
    people = World(tenant_id=config.tenant_id, bot_id=config.app_id, bot_name=config.bot_name).people
    first, second, behind = (people[key].object_id for key in ("ana", "bo", "chidi"))
    usual = {
        "TOCSIN_ROTA_DEFAULT": f"weekly monday 09:00 Europe/Madrid: {first}, {second}; {behind}",
        "TOCSIN_TARGETS_HIGH": "acknowledge 15m, resolve 4h",
    }
    return {name: value for name, value in usual.items() if not any(key.startswith(name[:13]) for key in os.environ)}


async def _until_ready(
    session: aiohttp.ClientSession, config: SandboxConfig, process: asyncio.subprocess.Process
) -> None:
    async with asyncio.timeout(START_TIME):
        while process.returncode is None:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with session.get(f"{config.bot_url}/healthz", timeout=ONE_LOOK) as answer:
                    if answer.status == 200 and process.returncode is None:
                        return
            await asyncio.sleep(0.1)
    raise OSError(f"the bot ended with exit code {process.returncode}; its port may be taken")


async def _install(session: aiohttp.ClientSession, config: SandboxConfig) -> None:
    body = {"as": "ana", "channel": "alerts"}
    async with session.post(f"{config.public_url}/_sandbox/install", json=body) as answer:
        answer.raise_for_status()


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(STOP_TIME):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
