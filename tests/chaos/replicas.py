"""Two replicas on one PostgreSQL; one is killed around the digest's time, and the other goes on."""

import asyncio
from collections import Counter
from datetime import timedelta
from random import Random

from sqlalchemy import select

from storage.tables import cards, digests
from tests.chaos.ground import Figures, Ground
from tests.support.chaos_oracle import judge
from tests.support.chaos_process import Program
from tests.support.chaos_steps import DIGEST
from tests.support.chaos_town import Arena, arena_of
from tests.support.payloads import graph_alert

#: How often the replicas look whether a digest is due, in seconds: sooner than they would.
_TICK = 0.1


async def digest_with_one_killed(ground: Ground, *, rounds: int, seed: int) -> Figures:
    """Each round is a day: the clock passes 08:00, alerts come in, one replica is killed at a step or at random, and
    comes back. One digest row a day, posted at least once; whatever is posted twice is counted."""
    rng = Random(seed)  # noqa: S311 - a plan that can be repeated
    figures: Figures = {"kills": 0, "digests": 0, "doubles": 0, "counted ambiguous": 0, "taken over in s, max": 0}
    settings = {"TOCSIN_DIGEST_AT": "08:00"}
    with ground.fresh() as url:
        async with arena_of(ground.forks, url, ground.folder, settings=settings) as arena:
            arena.sandbox.clock.set(arena.sandbox.now().replace(hour=7, minute=59, second=0) + timedelta(days=1))
            survivor = await arena.start(watchful=True, tick=_TICK)
            await arena.install()
            await arena.drained()
            for number in range(rounds):
                survivor, took = await _day(arena, survivor, rng, number)
                figures["taken over in s, max"] = max(figures["taken over in s, max"], round(took, 2))
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


async def _day(arena: Arena, survivor: Program, rng: Random, number: int) -> tuple[Program, float]:
    """One day; whoever lived through it and seconds until all was shown after the kill."""
    step = rng.choice([*DIGEST, None])
    victim = await arena.start(watchful=True, tick=_TICK, **({"step": step, "nth": 1} if step else {}))
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
