"""An alert storm, with Teams' limits enforced: everything is kept, and what matters is seen soon."""

import asyncio
import math
from dataclasses import dataclass, field
from random import Random
from typing import Any

import psutil
from sqlalchemy import func, select

from bot.sandbox.config import SandboxConfig
from storage.tables import alerts, cards, folds
from tests.chaos.ground import Figures, Ground
from tests.support.chaos_process import Program
from tests.support.chaos_town import Arena, arena_of
from tests.support.payloads import graph_alert, graph_evidence

Json = dict[str, Any]
CHANNELS = ("alerts", "quiet", "channel-1", "channel-2", "channel-3")
_TEAMS = {"TOCSIN_CONVERSATION_LIMITS": "7/1 8/2 60/30 1800/3600", "TOCSIN_TENANT_LIMITS": "50/1"}
_CLIENTS, _TYPES, _HOSTS = 16, 12, 4_000


@dataclass
class _Storm:
    """What came of it. Times are in seconds."""

    sent_at: dict[int, float] = field(default_factory=dict)
    high: list[int] = field(default_factory=list)
    intake: list[float] = field(default_factory=list)
    refused: int = 0
    resident: float = 0.0


async def storm(ground: Ground, *, rounds: int, seed: int, seconds: float = 60.0) -> Figures:
    """`rounds` alerts within so many seconds, one in fifty of high severity, spread over five channels."""
    rng = Random(seed)  # noqa: S311 - a plan that can be repeated
    with ground.fresh() as url:
        config = SandboxConfig(enforce_limits=True, more_channels=3)
        async with arena_of(ground.forks, url, ground.folder, settings=_TEAMS, config=config) as arena:
            program = await arena.start()
            await arena.install("alerts")
            for place, channel in enumerate(CHANNELS):
                await arena.subscribe(channel, f"tag:team-{place}")
            await arena.drained()
            begun = len(arena.sandbox.journal)
            seen, began = _Storm(), arena.sandbox.now().timestamp()
            watching = asyncio.create_task(_watch(program, seen))
            await _send(arena, program, seen, rng, count=rounds, seconds=seconds)
            high = await _high_shown(arena, seen)
            watching.cancel()
            figures = await _judged(arena, seen, begun, began)
            figures |= {"max high card after s": round(high, 2)}
            program.kill()
            await program.ends()
    return figures


async def _send(arena: Arena, program: Program, seen: _Storm, rng: Random, *, count: int, seconds: float) -> None:
    """At an even pace, from several clients; each waits for its answer before it sends the next."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    queue = iter([(place, _alert(place, rng)) for place in range(count)])

    async def client() -> None:
        for place, payload in queue:
            await asyncio.sleep(max(0.0, began + seconds * place / count - loop.time()))
            answer = await arena.send(payload, to=program)
            while answer.status != 202:
                assert answer.status == 503, (answer, program.said())
                seen.refused += 1
                await asyncio.sleep(1)
                answer = await arena.send(payload, to=program)
            seen.intake.append(answer.seconds)
            number = answer.body["alerts"][0]
            seen.sent_at[number] = arena.sandbox.now().timestamp()
            if payload["severity"] == "high":
                seen.high.append(number)

    await asyncio.gather(*(client() for _ in range(_CLIENTS)))


def _alert(place: int, rng: Random) -> Json:
    kind, host = rng.randrange(_TYPES), rng.randrange(_HOSTS)
    severity = "high" if place % 50 == 7 else rng.choice(("medium", "medium", "low", "informational"))
    # Those of high severity are of different hosts, so that each has a card of its own.
    host = 10_000 + place if severity == "high" else host
    device = graph_evidence("device", mdeDeviceId=f"d{host}", deviceDnsName=f"host-{host}")
    return graph_alert(
        id=f"da{place}",
        incidentId=None,
        title=f"Kind {kind} of trouble",
        detectorId=f"kind-{kind}",
        severity=severity,
        systemTags=[f"team-{_team(place)}"],
        evidence=[device],
    )


def _team(place: int) -> int:
    """Whose alert it is: each channel has as many of high severity as any other."""
    return place // 50 % len(CHANNELS) if place % 50 == 7 else place % len(CHANNELS)


async def _high_shown(arena: Arena, seen: _Storm) -> float:
    """The longest time from the 202 of an alert of high severity to its card."""
    wanted, slowest = set(seen.high), 0.0
    shown: set[int] = set()
    loop = asyncio.get_running_loop()
    give_up = loop.time() + 120
    while shown != wanted:
        assert loop.time() < give_up, f"{len(wanted - shown)} cards of high severity are missing"
        for channel in CHANNELS:
            for message in arena.messages(channel):
                number = message.text.rpartition("(#")[2].removesuffix(")")
                if number.isdigit() and int(number) in wanted - shown:
                    shown.add(int(number))
                    slowest = max(slowest, message.at.timestamp() - seen.sent_at[int(number)])
        await asyncio.sleep(0.2)
    return slowest


async def _watch(program: Program, seen: _Storm) -> None:
    while program.alive:
        try:
            seen.resident = max(seen.resident, program.resident())
        except psutil.NoSuchProcess:
            return
        await asyncio.sleep(0.2)


async def _judged(arena: Arena, seen: _Storm, begun: int, began: float) -> Figures:
    calls = list(arena.sandbox.journal)[begun:]
    throttled = [call for call in calls if call["status"] == 429]
    assert not throttled, f"Teams refused {len(throttled)} calls: {throttled[:3]}"
    stored = await arena.ask(lambda on: int(on.execute(select(func.count()).select_from(alerts)).scalar_one()))
    assert stored == len(seen.sent_at) == len(arena.ledger.alerts), (stored, len(seen.sent_at))
    unreachable = await arena.ask(_unreachable)
    assert unreachable == 0, f"{unreachable} alerts are on no card"
    rollup = await arena.ask(_first_rollup)
    ordered = sorted(seen.intake)
    return {
        "alerts": stored, "refused at first": seen.refused, "calls": len(calls), "429": len(throttled),
        "max intake p50 ms": round(1000 * ordered[len(ordered) // 2], 1),
        "max intake p99 ms": round(1000 * ordered[max(0, math.ceil(len(ordered) * 0.99) - 1)], 1),
        "max first roll-up after s": round(rollup - began, 2) if rollup else -1,
        "max resident MB": round(seen.resident, 1),
    }  # fmt: skip


def _unreachable(on: Any) -> int:
    """Alerts that neither have a card of their own nor are within another's."""
    own = select(cards.c.id).where(cards.c.subject == "alert", cards.c.subject_id == alerts.c.number)
    within = select(folds.c.card).where(folds.c.alert == alerts.c.number)
    missing = select(func.count()).select_from(alerts).where(~own.exists(), ~within.exists())
    return int(on.execute(missing).scalar_one())


def _first_rollup(on: Any) -> float | None:
    """When the first roll-up was posted."""
    first = on.execute(select(func.min(cards.c.posted_at)).where(cards.c.subject == "rollup")).scalar()
    return float(first.timestamp()) if first is not None else None
