"""Two replicas on one PostgreSQL; one is killed around the digest's time, and the other goes on."""

import asyncio
import signal
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from bot.sandbox.config import SandboxConfig
from bot.sandbox.faults import Fault
from storage.tables import cards, digests
from tests.chaos.ground import Figures, Ground
from tests.support.chaos_oracle import judge
from tests.support.chaos_process import Program
from tests.support.chaos_steps import DIGEST
from tests.support.chaos_town import Answer, Arena, arena_of
from tests.support.payloads import graph_alert

Json = dict[str, Any]

#: How often the replicas look whether a digest is due, in seconds: sooner than they would.
_TICK = 0.1


async def digest_with_one_killed(ground: Ground, *, rounds: int, seed: int) -> Figures:
    """Each round is a day: the clock passes 08:00, alerts come in, one replica is killed at a random time, and comes
    back. One digest row a day, posted at least once; whatever is posted twice is counted."""
    return await _days(ground, rounds=rounds, seed=seed, steps=[None])


async def digest_with_one_killed_at_a_step(ground: Ground, *, rounds: int, seed: int) -> Figures:
    """The same, killed where it hurts most: a post may be made twice each time, and no more."""
    return await _days(ground, rounds=rounds, seed=seed, steps=list(DIGEST))


async def _days(ground: Ground, *, rounds: int, seed: int, steps: list[str | None]) -> Figures:
    rng = Random(seed)  # noqa: S311 - a plan that can be repeated
    figures: Figures = {"kills": 0, "digests": 0, "doubles": 0, "counted ambiguous": 0, "max taken over in s": 0}
    settings = {"TOCSIN_DIGEST_AT": "08:00"}
    with ground.fresh() as url:
        async with arena_of(ground.forks, url, ground.folder, settings=settings) as arena:
            arena.sandbox.clock.set(arena.sandbox.now().replace(hour=7, minute=59, second=0) + timedelta(days=1))
            survivor = await arena.start(watchful=True, tick=_TICK)
            await arena.install()
            await arena.drained()
            for number in range(rounds):
                survivor, took = await _day(arena, survivor, rng, number, step=rng.choice(steps))
                figures["max taken over in s"] = max(figures["max taken over in s"], round(took, 2))
                figures["kills"] += 1
            found = await judge(arena)
            doubles = await _digests(arena, rounds)
            assert found.doubles <= arena.ledger.kills, f"{found.doubles} doubles after {arena.ledger.kills} kills"
            assert found.ambiguous >= found.doubles, found
            figures |= {
                "digests": rounds, "doubles": found.doubles, "digests posted twice": doubles,
                "counted ambiguous": found.ambiguous, "alerts": found.alerts,
            }  # fmt: skip
            await arena.end(survivor)
    return figures


async def work_is_shared(ground: Ground, *, rounds: int, seed: int) -> Figures:
    """Two replicas post `rounds` alerts, and update them, in three channels: nothing is under way twice in one."""
    with ground.fresh() as url:
        config = SandboxConfig(enforce_limits=False, latency=0.01)
        async with arena_of(ground.forks, url, ground.folder, config=config) as arena:
            programs = [await arena.start() for _ in range(2)]
            await arena.install()
            for channel in ("quiet", "general"):
                await arena.subscribe(channel)
            await arena.drained()
            begun = len(arena.sandbox.journal)
            for number in range(rounds):
                alert = graph_alert(id=f"da{number}", incidentId=None)
                assert (await arena.send(alert, to=programs[number % 2])).status == 202
                if number % 4 == 0:
                    await arena.send(alert | {"title": "Changed"}, to=programs[number // 4 % 2])
            await arena.drained()
            found = await judge(arena)
            assert (found.doubles, found.ambiguous) == (0, 0), found
            calls = list(arena.sandbox.journal)[begun:]
            for one, other in _neighbours(calls):
                assert one["when"] <= other["began"], f"at once in {one['conversation']}: {one} and {other}"
            shares = [_made(await arena.get("/metrics", of=program)) for program in programs]
            assert min(shares) > 0, f"one did it all: {shares}"
            for program in programs:
                await arena.end(program)
    return {"alerts": found.alerts, "calls": len(calls), "least share": min(shares)}


def _neighbours(calls: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Each call with the next one in the same conversation."""
    last: dict[str, Json] = {}
    for call in sorted(calls, key=lambda call: str(call["began"])):
        if call["kind"] in ("create", "post", "update"):
            if call["conversation"] in last:
                yield last[call["conversation"]], call
            last[call["conversation"]] = call


def _made(metrics: Answer) -> float:
    lines = [line for line in metrics.body.splitlines() if line.startswith("tocsin_deliveries_total")]
    return sum(float(line.rpartition(" ")[2]) for line in lines)


async def one_sleeps_through_its_lease(ground: Ground, *, rounds: int, seed: int) -> Figures:
    """A replica is stopped in the middle of a post for longer than its lease. The other takes over; whoever wakes up
    too late changes nothing."""
    figures: Figures = {"sleeps": 0, "doubles": 0, "counted ambiguous": 0}
    with ground.fresh() as url:
        async with arena_of(ground.forks, url, ground.folder) as arena:
            programs = [await arena.start() for _ in range(2)]
            await arena.install()
            await arena.drained()
            for number in range(rounds):
                await _sleep(arena, programs, number)
                figures["sleeps"] += 1
            found = await judge(arena)
            assert found.doubles == found.ambiguous == rounds, found
            figures |= {"doubles": found.doubles, "counted ambiguous": found.ambiguous}
            for program in programs:
                await arena.end(program)
    return figures


async def _sleep(arena: Arena, programs: list[Program], number: int) -> None:
    alert = graph_alert(id=f"da{number}", incidentId=None)
    arena.sandbox.faults.faults.append(Fault(on="create", times=1, delay=0.4))
    sent = await arena.send(alert, to=programs[0])
    subject = sent.body["alerts"][0]
    await arena.until(lambda: not arena.sandbox.faults.faults, waiting_for="a post under way")
    owner = (await _card(arena, subject)).owner
    (sleeper,) = [program for program in programs if f":{program.pid}:" in owner]
    (other,) = [program for program in programs if program is not sleeper]
    sleeper.signal(signal.SIGSTOP)
    await arena.until(lambda: _posts(arena, subject) == 2, waiting_for="the other to take over")
    assert (await arena.send(alert | {"title": "Changed meanwhile"}, to=other)).status == 202
    await arena.drained()
    before = await _card(arena, subject)
    sleeper.signal(signal.SIGCONT)
    while (await arena.get("/readyz", of=sleeper)).status != 200:  # noqa: ASYNC110 - another process
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.3)
    after = await _card(arena, subject)
    assert (after.activity_id, after.shown_revision) == (before.activity_id, before.shown_revision), "written too late"


def _posts(arena: Arena, alert: int) -> int:
    return sum(f"(#{alert})" in message.text for message in arena.messages("alerts"))


async def _card(arena: Arena, alert: int) -> Any:
    query = select(cards).where(cards.c.subject == "alert", cards.c.subject_id == alert)
    return await arena.ask(lambda on: on.execute(query).first())


async def _day(arena: Arena, survivor: Program, rng: Random, number: int, *, step: str | None) -> tuple[Program, float]:
    """One day; whoever lived through it and seconds until all was shown after the kill."""
    victim = await arena.start(watchful=True, tick=_TICK, step=step)
    victim.arm()
    await asyncio.sleep(rng.uniform(0, _TICK))
    arena.sandbox.clock.advance(120)
    sent = asyncio.create_task(_reports(arena, survivor, number))
    await asyncio.sleep(rng.uniform(0, 0.5))
    victim.kill()
    assert await victim.ends() == -9
    arena.ledger.kills += 1
    await sent
    took = await _all_shown(arena, number)
    arena.sandbox.clock.advance(86_400 - 120)
    return survivor, took


async def _reports(arena: Arena, survivor: Program, number: int) -> None:
    for place in range(3):
        sent = await arena.send(graph_alert(id=f"da{number} {place}", incidentId=None), to=survivor)
        assert sent.status == 202, sent


async def _all_shown(arena: Arena, number: int) -> float:
    """Until the day's digest is there and everything is shown."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while True:
        made = await arena.ask(lambda on: len(list(on.execute(select(digests.c.id)))))
        if made > number and not await arena.pending():
            return loop.time() - began
        assert loop.time() - began < 60, f"{made} digests on day {number + 1}\n{arena.logs()}"
        await asyncio.sleep(0.02)


async def _digests(arena: Arena, days: int) -> int:
    """Exactly one row a day, each posted; how many were posted twice, each of which is counted."""
    slots = await arena.ask(lambda on: Counter(on.execute(select(digests.c.slot)).scalars()))
    assert len(slots) == days, f"{len(slots)} digests in {days} days"
    assert set(slots.values()) == {1}, slots
    query = select(cards.c.activity_id, cards.c.ambiguous, cards.c.state).where(cards.c.subject == "digest")
    rows = await arena.ask(lambda on: list(on.execute(query)))
    assert all(row.state == "shown" and row.activity_id for row in rows), rows
    known = {row.activity_id for row in rows}
    texts = {message.id: message.text for message in arena.messages("alerts")}
    word = next(text for activity, text in texts.items() if activity in known).split()[0]
    posted = [activity for activity, text in texts.items() if text.startswith(word)]
    doubles = len(set(posted) - known)
    assert doubles <= sum(row.ambiguous for row in rows), f"{doubles} digests were posted twice and are not counted"
    return doubles
