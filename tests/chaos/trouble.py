"""The database cannot take it: locked, full, stopped, frozen. Nothing is acknowledged that is not committed."""

import asyncio
import resource
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.faults import Fault
from cards.language import ENGLISH
from cards.refusals import busy_text
from tests.chaos.ground import Figures, Ground
from tests.support.chaos_oracle import judge
from tests.support.chaos_process import Program
from tests.support.chaos_town import Arena, arena_of
from tests.support.payloads import graph_alert

_BUSY = busy_text(ENGLISH)

#: Seconds: a press is answered within 3 s, and some for this machine.
_PRESS_TIME = 3 + 1

Trouble = Callable[[Arena, Program], AbstractAsyncContextManager[None]]


async def locked(ground: Ground, *, rounds: int, seed: int) -> Figures:
    """Another writer holds SQLite's lock for 10 s."""
    return await _endures(ground, _locked, seconds=10, rounds=rounds)


async def full(ground: Ground, *, rounds: int, seed: int) -> Figures:
    """No file may grow for 10 s."""
    return await _endures(ground, _full, seconds=10, rounds=rounds)


async def stopped(ground: Ground, *, rounds: int, seed: int) -> Figures:
    """PostgreSQL is stopped for 30 s."""
    return await _endures(ground, _stopped(ground, at_once=False), seconds=30, rounds=rounds)


async def restarted(ground: Ground, *, rounds: int, seed: int) -> Figures:
    """PostgreSQL is restarted, as if the power had gone."""
    return await _endures(ground, _stopped(ground, at_once=True), seconds=0, rounds=rounds)


async def frozen(ground: Ground, *, rounds: int, seed: int) -> Figures:
    """PostgreSQL is there and does not answer for 30 s."""
    return await _endures(ground, _frozen(ground), seconds=30, rounds=rounds)


async def endures_shortly(ground: Ground, name: str, seconds: float) -> Figures:
    """The short form of one of these."""
    troubles: dict[str, Callable[[], Trouble]] = {
        "locked": lambda: _locked,
        "full": lambda: _full,
        "stopped": lambda: _stopped(ground, at_once=False),
        "restarted": lambda: _stopped(ground, at_once=True),
        "frozen": lambda: _frozen(ground),
    }
    return await _endures(ground, troubles[name](), seconds=seconds, rounds=1)


@dataclass
class _Seen:
    """What the clients met while the trouble lasted, and the slowest press."""

    refused: int = 0
    kept: int = 0
    busy: int = 0
    slowest: float = 0.0
    stop: bool = False
    trouble: bool = False
    over: bool = False
    back: dict[str, float] = field(default_factory=dict)


async def _endures(ground: Ground, trouble: Trouble, *, seconds: float, rounds: int) -> Figures:
    figures: Figures = {
        "refused": 0,
        "busy": 0,
        "kept": 0,
        "doubles": 0,
        "max slowest press s": 0,
        "max back in s": 0,
    }
    with ground.fresh() as url:
        async with arena_of(ground.forks, url, ground.folder) as arena:
            program = await arena.start()
            await arena.install()
            for number in range(rounds):
                seen = await _one(arena, program, trouble, seconds, number)
                figures["refused"] += seen.refused
                figures["busy"] += seen.busy
                figures["kept"] += seen.kept
                figures["max slowest press s"] = max(figures["max slowest press s"], round(seen.slowest, 2))
                figures["max back in s"] = max(figures["max back in s"], *(round(s, 2) for s in seen.back.values()))
            await arena.drained()
            found = await judge(arena)
            assert found.doubles == 0, f"{found.doubles} doubles, and nobody died\n{program.said()}"
            assert seconds < 2 or figures["refused"] or figures["busy"], "nothing was refused: there was no trouble"
            assert program.alive, "the program did not live through it"
            await arena.end(program)
    return figures


async def _one(arena: Arena, program: Program, trouble: Trouble, seconds: float, number: int) -> _Seen:
    seen = _Seen()
    sent = await arena.send(graph_alert(id=f"before {number}", incidentId=None), to=program)
    assert sent.status == 202
    await arena.card_of(sent.body["alerts"][0])
    # A post that Teams takes while the proof of it cannot be kept.
    arena.sandbox.faults.faults.append(Fault(on="create", times=1, delay=0.3))
    await arena.send(graph_alert(id=f"during {number}", incidentId=None), to=program)
    await arena.until(lambda: not arena.sandbox.faults.faults, waiting_for="a post that is under way")
    clients = [
        *(asyncio.create_task(_reports(arena, program, seen, f"{number}-{name}")) for name in "ab"),
        *(asyncio.create_task(_presses(arena, sent.body["alerts"][0], seen, f"{number}-{name}")) for name in "ab"),
    ]
    try:
        async with trouble(arena, program):
            seen.trouble = True
            await asyncio.sleep(seconds)
            seen.trouble = False
        seen.over, over = True, asyncio.get_running_loop().time()
        await arena.until(
            lambda: len(seen.back) == len(clients) or any(client.done() for client in clients),
            waiting_for="everything to work again",
        )
        seen.back = {name: at - over for name, at in seen.back.items()}
    finally:
        seen.stop = True
        await asyncio.gather(*clients)
    return seen


async def _reports(arena: Arena, program: Program, seen: _Seen, name: str) -> None:
    number = 0
    while not seen.stop:
        number += 1
        began_in_trouble = seen.trouble
        answer = await arena.send(graph_alert(id=f"da {name} {number}", incidentId=None, severity="low"), to=program)
        if began_in_trouble and seen.trouble:
            assert answer.status == 503, (answer, program.said())
            assert answer.headers.get("Retry-After", "").isdigit(), answer
            seen.refused += 1
        elif answer.status == 202 and seen.over:
            seen.kept += 1
            seen.back.setdefault(f"reports {name}", asyncio.get_running_loop().time())
        else:
            assert answer.status in (202, 503), (answer, program.said())
        await asyncio.sleep(0.02)


async def _presses(arena: Arena, alert: int, seen: _Seen, name: str) -> None:
    message, number = await arena.card_of(alert), 0
    while not seen.stop:
        number += 1
        began_in_trouble = seen.trouble
        text = f"comment {number} of {name}"
        data = {"alert": alert, "rev": 1, "nonce": text.replace(" ", "-"), "comment": text}
        answer = await arena.deliver(arena.pressing(message, "comment", data))
        seen.slowest = max(seen.slowest, answer.seconds)
        assert answer.status == 200, answer
        assert answer.seconds < _PRESS_TIME, f"a press was answered after {answer.seconds:.2f} s"
        kind, value = answer.body["type"], answer.body["value"]
        if kind == "application/vnd.microsoft.card.adaptive":
            assert not (began_in_trouble and seen.trouble), "a press took effect while nothing could be kept"
            arena.ledger.comments[text] = alert
            if seen.over:
                seen.back.setdefault(f"presses {name}", asyncio.get_running_loop().time())
        else:
            assert value == _BUSY, answer
            seen.busy += 1
        await asyncio.sleep(0.02)


@asynccontextmanager
async def _locked(arena: Arena, _program: Program) -> AsyncIterator[None]:
    other = sqlite3.connect(arena.database_url.removeprefix("sqlite:///"), isolation_level=None, timeout=5)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@asynccontextmanager
async def _full(_arena: Arena, program: Program) -> AsyncIterator[None]:
    """No file of the process may be longer than this: every write to one fails, like on a full disk."""
    before = resource.prlimit(program.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(program.pid, resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.prlimit(program.pid, resource.RLIMIT_FSIZE, before)


def _stopped(ground: Ground, *, at_once: bool) -> Trouble:
    @asynccontextmanager
    async def trouble(_arena: Arena, _program: Program) -> AsyncIterator[None]:
        server: Any = ground.server
        await asyncio.to_thread(lambda: server.stop(at_once=at_once))
        try:
            yield
        finally:
            await asyncio.to_thread(server.start)

    return trouble


def _frozen(ground: Ground) -> Trouble:
    @asynccontextmanager
    async def trouble(_arena: Arena, _program: Program) -> AsyncIterator[None]:
        server: Any = ground.server
        server.freeze()
        try:
            yield
        finally:
            server.thaw()

    return trouble
