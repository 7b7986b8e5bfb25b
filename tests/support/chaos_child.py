"""Forks the program on demand, so that a start costs what it does and not a second of imports.

Reads orders from standard input, one JSON object a line, and tells what happens on standard output likewise. Each order
is a child that runs `tocsin serve` with an environment and a plan of its own; it ends as that does, or as it is killed.
When the input ends, so does everything.
"""

import gc
import json
import logging
import os
import select
import signal
import sys
from contextlib import suppress
from datetime import timedelta
from types import FrameType
from typing import Any

import aiohttp
import alembic.command  # noqa: F401 - imported once for all children
from aiohttp import web

import bot.app  # noqa: F401 - imported once for all children
from bot import cli
from bot.scheduler import Timetable
from tests.support import chaos_steps

_LOOK = 0.01


def main() -> None:
    gc.collect()
    gc.freeze()
    children: set[int] = set()
    rest = b""
    while True:
        ready, _, _ = select.select([0], [], [], _LOOK)
        if ready:
            got = os.read(0, 65536)
            if not got:
                break
            *orders, rest = (rest + got).split(b"\n")
            for order in orders:
                children.add(_fork(json.loads(order)))
        _reap(children)
    for child in children:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


def _tell(**event: Any) -> None:
    os.write(1, json.dumps(event).encode() + b"\n")


def _reap(children: set[int]) -> None:
    for child in list(children):
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            children.discard(pid)
            _tell(event="ended", pid=pid, code=os.waitstatus_to_exitcode(status))


def _fork(order: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        _tell(event="forked", order=order["order"], pid=pid)
        return pid
    code = 70
    try:
        code = _serve(order)
    except BaseException:
        logging.getLogger(__name__).exception("the program failed")
        raise
    finally:
        sys.stderr.flush()
        os._exit(code)


def _serve(order: dict[str, Any]) -> int:
    """Run the program as its command line does, and say where it listens."""
    nothing, log = (
        os.open(os.devnull, os.O_RDONLY),
        os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
    )
    os.dup2(nothing, 0)
    os.dup2(log, 2)
    os.environ.clear()
    os.environ.update(order["environment"])
    _lay(order["plan"])
    start = web.TCPSite.start

    async def started(site: web.TCPSite) -> None:
        await start(site)
        _tell(event="listening", pid=os.getpid(), port=site._runner.addresses[0][1])

    web.TCPSite.start = started  # type: ignore[method-assign, assignment]
    return cli.main(["--log-level", "warning", "serve"])


def _lay(plan: dict[str, Any]) -> None:
    striker = chaos_steps.Striker(plan.get("nth", 1))
    if plan.get("step"):
        chaos_steps.lay(plan["step"], striker)
    if plan.get("call_timeout"):
        timeout = aiohttp.ClientTimeout(total=plan["call_timeout"], sock_connect=plan["call_timeout"])
        chaos_steps.set_constant("bot.teams.connector:CALL_TIMEOUT", timeout)
    if plan.get("watchful"):
        chaos_steps.set_constant("bot.clock:ASK_EVERY", 0.02)
        chaos_steps.set_constant("bot.delivery.dispatcher:POLL", 0.1)
    if plan.get("hook_lease"):
        chaos_steps.set_constant("bot.delivery.webhooks:LEASE", timedelta(seconds=plan["hook_lease"]))
    if plan.get("join_every") is not None:
        chaos_steps.set_constant("bot.usecases.showing:JOIN_EVERY", timedelta(seconds=plan["join_every"]))
    if plan.get("paging"):
        # Each alert has pages of its own, and nobody waits for a whole second.
        chaos_steps.set_constant("bot.wiring_oncall:LOOK_EVERY", 0.05)
        chaos_steps.set_constant("bot.usecases.escalations:TOGETHER", timedelta(seconds=-1))
    if plan.get("tick"):
        every = Timetable.every

        def often(timetable: Timetable, seconds: float, job: Any, *, name: str) -> None:
            every(timetable, min(seconds, plan["tick"]) if name == "digests" else seconds, job, name=name)

        Timetable.every = often  # type: ignore[method-assign, assignment]

    def arm(_number: int, _frame: FrameType | None) -> None:
        striker.armed = True

    signal.signal(signal.SIGUSR1, arm)
    striker.armed = bool(plan.get("armed"))


if __name__ == "__main__":
    main()
