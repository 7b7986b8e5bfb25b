"""Faults by a seeded plan: nothing is lost, nothing comes early, and channels without faults notice nothing."""

import asyncio
import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from bot.sandbox.config import SandboxConfig
from bot.sandbox.faults import CONNECTOR_KINDS, Fault
from tests.chaos.faults import CALL_TIMEOUT, TOO_LONG, at
from tests.chaos.ground import Figures, Ground
from tests.support.chaos_oracle import judge
from tests.support.chaos_process import Program
from tests.support.chaos_town import Arena, arena_of
from tests.support.payloads import graph_alert

Json = dict[str, Any]

#: Channels in which Teams does not answer.
_HUNG = 40


class SeededFaults:
    """Takes the place of the sandbox's faults: one call in so many fails, as the seed has it."""

    def __init__(self, rng: Random, share: float, channels: frozenset[str]) -> None:
        self.faults: list[Fault] = []
        self.unsure = 0
        self.clock_moves = False
        self._rng = rng
        self._share = share
        self._channels = channels

    def take(self, *, kind: str, conversation: str | None, method: str = "") -> Fault | None:  # noqa: ARG002 - as the sandbox calls it
        if kind not in CONNECTOR_KINDS or conversation not in self._channels or self._rng.random() > self._share:
            return None
        fault = self._rng.choice(_SEEDED)
        if self.clock_moves and fault.retryAfter:
            return None
        if kind in ("create", "post") and (fault.drop or fault.delay or fault.status in (502, 504)):
            self.unsure += 1
        return fault

    async def move(self, arena: Arena, seconds: float) -> None:
        """Move the clock on. Until the program has heard of it, Teams asks for no pauses: they would seem short."""
        self.clock_moves = True
        await asyncio.sleep(0.03)
        arena.sandbox.clock.advance(seconds)
        await asyncio.sleep(0.1)
        self.clock_moves = False
        await asyncio.sleep(0.03)


_SEEDED = tuple(
    Fault(on="any", **fault)
    for fault in (
        {"status": 429, "retryAfter": 1},
        {"status": 429, "retryAfter": 30},
        {"status": 429, "retryAfter": 120},
        {"status": 429},
        {"status": 412},
        {"status": 502},
        {"status": 503},
        {"status": 504},
        {"drop": "before"},
        {"drop": "after"},
        {"delay": TOO_LONG},
        {"status": 500},
        {"status": 403, "code": "ForbiddenOperationException"},
    )
)


async def seeded_faults(ground: Ground, *, rounds: int, seed: int) -> Figures:
    """`rounds` alerts into channels where every third call fails somehow, while the clock runs ahead."""
    rng = Random(seed)  # noqa: S311 - a plan of faults that can be repeated
    channels = ("alerts", "quiet", "channel-1", "channel-2")
    with ground.fresh() as url:
        config = SandboxConfig(enforce_limits=False, more_channels=2)
        async with arena_of(ground.forks, url, ground.folder, config=config) as arena:
            program = await arena.start(call_timeout=CALL_TIMEOUT, watchful=True)
            await arena.install("alerts")
            for channel in channels[1:]:
                await arena.subscribe(channel)
            await arena.drained()
            faults = SeededFaults(rng, 0.33, frozenset(channels[1:]))
            arena.sandbox.faults = faults  # type: ignore[assignment]
            begun = len(arena.sandbox.journal)
            for number in range(rounds):
                alert = graph_alert(id=f"da{number}", incidentId=None, title=f"Alert {number}")
                assert (await arena.send(alert, to=program)).status == 202
                if number % 3 == 0:
                    await arena.send(alert | {"title": f"Alert {number} again"}, to=program)
                await faults.move(arena, rng.uniform(0, 20))
            while await arena.pending():
                await faults.move(arena, 10)
            arena.sandbox.faults = SeededFaults(rng, -1, frozenset())  # type: ignore[assignment]
            aside = await _try_again(arena)
            found = await judge(arena)
            assert found.set_aside == 0, found
            assert found.doubles <= faults.unsure, f"{found.doubles} doubles after {faults.unsure} lost answers"
            calls = [call for call in list(arena.sandbox.journal)[begun:] if call["kind"] in ("create", "update")]
            early = sum(1 for _ in _early(calls))
            assert early == 0, list(_early(calls))
            await arena.end(program)
    return {
        "alerts": found.alerts, "calls": len(calls), "failed": sum(bool(call["fault"]) for call in calls),
        "lost answers": faults.unsure, "doubles": found.doubles, "counted ambiguous": found.ambiguous,
        "set aside": aside, "early": early,
    }  # fmt: skip


async def _until_drained(arena: Arena) -> None:
    for _ in range(3_000):
        if not await arena.pending():
            return
        arena.sandbox.clock.advance(10)
        await asyncio.sleep(0.1)
    raise AssertionError(f"{await arena.pending()} cards still wait\n{arena.logs()}")


async def _try_again(arena: Arena) -> int:
    """What operators do with cards that were set aside: `tocsin retry`."""
    now = arena.sandbox.now()
    aside = await arena.store.write(lambda uow: uow.cards.try_again(now))
    await _until_drained(arena)
    return aside


def _early(calls: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Calls into a conversation sooner than Teams had allowed."""
    free: dict[str, tuple[datetime, Json]] = {}
    for call in sorted(calls, key=lambda call: str(call["began"])):
        until, refusal = free.get(call["conversation"], (None, {}))
        # Times are written in whole milliseconds.
        if until is not None and at(call["began"]) < until - timedelta(milliseconds=1):
            yield refusal, call
        if call["retryAfter"]:
            free[call["conversation"]] = at(call["when"]) + timedelta(seconds=float(call["retryAfter"])), call


async def hung_channels_hold_nobody_up(ground: Ground, *, rounds: int, seed: int) -> Figures:
    """In forty channels Teams does not answer, and each call there takes its time: elsewhere cards go out meanwhile."""
    hung = [f"channel-{place}" for place in range(1, _HUNG + 1)]
    with ground.fresh() as url:
        config = SandboxConfig(enforce_limits=False, more_channels=_HUNG)
        async with arena_of(ground.forks, url, ground.folder, config=config) as arena:
            program = await arena.start(watchful=True, call_timeout=2)
            await arena.install("alerts")
            for channel in hung:
                await arena.subscribe(channel, "tag:hung")
            await arena.drained()
            for number in range(rounds):
                arena.sandbox.faults.faults += [
                    Fault(on="create", conversation=channel, delay=2.5, drop="before", times=1) for channel in hung
                ]
                alert = graph_alert(id=f"hung {number}", incidentId=None, severity="low", systemTags=["hung"])
                await arena.send(alert, to=program)
                await arena.until(lambda: not arena.sandbox.faults.faults, waiting_for="forty calls under way")
                sent = await arena.send(graph_alert(id=f"da{number}", incidentId=None, systemTags=[]), to=program)
                await arena.card_of(sent.body["alerts"][0])
                assert _ended(arena) == number * _HUNG, "the card had to wait for channels that hang"
                all_ended = (number + 1) * _HUNG
                await arena.until(lambda end=all_ended: _ended(arena) == end, waiting_for="all to have hung")  # type: ignore[misc]
                await _until_drained(arena)
            await arena.end(program)
    return {"hung calls": rounds * _HUNG}


def _ended(arena: Arena) -> int:
    """How many calls that hung have ended."""
    return sum(bool(call["fault"]) for call in arena.calls("create"))


async def others_are_not_delayed(ground: Ground, *, rounds: int, seed: int) -> Figures:
    """How long a card takes into healthy channels, while others are healthy, too, and while they fail in turns."""
    rng = Random(seed)  # noqa: S311 - a plan of faults that can be repeated
    channels = [f"channel-{place}" for place in range(1, 9)]
    healthy, ill = channels[:4], frozenset(channels[4:])
    delays: dict[bool, list[float]] = {False: [], True: []}
    with ground.fresh() as url:
        config = SandboxConfig(enforce_limits=False, more_channels=8)
        async with arena_of(ground.forks, url, ground.folder, config=config) as arena:
            program = await arena.start()
            await arena.install("alerts")
            for channel in channels:
                await arena.subscribe(channel)
            await arena.drained()
            # In turns, so that whatever else this machine does falls upon both alike.
            for number in range(rounds):
                failing = number % 2 == 1
                arena.sandbox.faults = SeededFaults(rng, 1.0 if failing else -1, ill)  # type: ignore[assignment]
                delays[failing] += await _delays(arena, program, number, healthy)
                arena.sandbox.faults = SeededFaults(rng, -1, ill)  # type: ignore[assignment]
                await _until_drained(arena)
            await _try_again(arena)
            await judge(arena)
            await arena.end(program)
    calm, during = (_p95(delays[failing]) for failing in (False, True))
    return {
        "cards": sum(map(len, delays.values())), "max p95 calm ms": round(calm, 1),
        "max p95 with faults ms": round(during, 1), "max change %": round(100 * (during / calm - 1), 1),
    }  # fmt: skip


async def _delays(arena: Arena, program: Program, number: int, healthy: list[str]) -> list[float]:
    """Milliseconds from the 202 to the message, for an alert in each healthy channel."""
    alert = graph_alert(id=f"da{number}", incidentId=None, title=f"Alert {number}")
    sent = await arena.send(alert, to=program)
    acknowledged = arena.sandbox.now()
    posted = [await arena.card_of(sent.body["alerts"][0], channel) for channel in healthy]
    return [max(0.0, (message.at - acknowledged).total_seconds() * 1000) for message in posted]


def _p95(values: list[float]) -> float:
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * 0.95) - 1)]
