"""kill -9 while webhooks are told: every entry of the history arrives, in order, and what comes twice is the same."""

import asyncio
from collections import defaultdict
from random import Random
from typing import Any

from aiohttp import web
from sqlalchemy import func, select

from bot.delivery.webhooks import ABREAST_EACH
from bot.usecases import webhooks
from storage.tables import history
from storage.webhook_tables import webhook_events
from tests.chaos.ground import Figures, Ground
from tests.support.chaos_process import Program
from tests.support.chaos_steps import TELLING
from tests.support.chaos_town import Arena, arena_of
from tests.support.payloads import graph_alert
from tests.support.receiver import Received, Receiver, receiving
from tests.unit.storage.made import NOW

Json = dict[str, Any]

#: On PostgreSQL a dead program's events wait for its lease: a short one shortens a round. Seconds.
_LEASE = 1.0

#: Alerts, and how often each is reported, in a round.
_ALERTS, _REPORTS = 5, 4


async def killed_in_telling(ground: Ground, *, rounds: int, seed: int) -> Figures:
    """A receiver that fails now and then, and a program that is killed at a step or at random. On PostgreSQL another
    one works beside it, and goes on."""
    rng = Random(seed)  # noqa: S311 - a plan that can be repeated
    steps = [*TELLING, None]
    order = [steps[place % len(steps)] for place in range(rounds)]
    rng.shuffle(order)
    figures: Figures = {"kills": 0, "at a step": 0, "max told after s": 0}
    async with receiving() as receiver:
        settings = {"TOCSIN_WEBHOOK_HOSTS": "127.0.0.1"}
        with ground.fresh() as url:
            async with arena_of(ground.forks, url, ground.folder, settings=settings) as arena:
                await arena.store.write(
                    lambda uow: webhooks.add(uow, "flow", receiver.url, secret="s", wants="", kinds=(), at=NOW)
                )
                receiver.answer = _unreliable(rng)
                both = ground.kind == "postgres"
                survivor = await arena.start(hook_lease=_LEASE) if both else None
                for number, step in enumerate(order):
                    await _one(arena, rng, number, step, figures, beside=survivor)
                receiver.answer = None
                program = survivor or await arena.start(hook_lease=_LEASE)
                await _all_told(arena, figures)
                await arena.end(program)
                entries = await arena.ask(lambda on: list(on.execute(select(history.c.alert, history.c.revision))))
                figures |= _judged(receiver, {(row.alert, row.revision) for row in entries})
                assert figures["told twice"] <= figures["kills"] * ABREAST_EACH * (1 + both), figures
    return figures


async def _one(
    arena: Arena, rng: Random, number: int, step: str | None, figures: Figures, *, beside: Program | None
) -> None:
    plan: Json = {"step": step, "nth": rng.randint(1, 6)} if step else {}
    program = await arena.start(hook_lease=_LEASE, **plan)
    if beside is None:
        await _all_told(arena, figures)
    program.arm()
    killer = asyncio.create_task(_at_random(program, rng)) if step is None else None
    await _load(arena, number, [program] if beside is None else [program, beside])
    if killer is not None:
        await killer
    try:
        figures["at a step"] += await program.ends(1.5) == -9 and step is not None
    except AssertionError:
        program.kill()
        await program.ends()
    figures["kills"] += 1


async def _load(arena: Arena, number: int, programs: list[Program]) -> None:
    """Reports, and reports that say something new."""

    async def source(place: int) -> None:
        for report in range(_REPORTS):
            alert = graph_alert(id=f"da{number}-{place}", incidentId=None, title=f"Alert {place}, report {report}")
            await arena.send(alert, to=programs[(place + report) % len(programs)], seconds=5)

    await asyncio.gather(*(source(place) for place in range(_ALERTS)))


async def _all_told(arena: Arena, figures: Figures) -> None:
    waiting = select(func.count()).select_from(webhook_events)
    loop = asyncio.get_running_loop()
    began = loop.time()
    while left := await arena.ask(lambda on: on.execute(waiting).scalar_one()):
        assert loop.time() - began < 60, f"{left} events still wait\n{arena.logs()}"
        await asyncio.sleep(0.02)
    figures["max told after s"] = max(figures["max told after s"], round(loop.time() - began, 2))


def _unreliable(rng: Random) -> Any:
    async def answer(_received: Received, request: web.Request) -> web.Response | None:
        luck = rng.random()
        if luck < 0.01:
            return web.Response(status=503, headers={"Retry-After": "0"})
        if luck < 0.02 and request.transport is not None:
            request.transport.abort()
        return None

    return answer


def _judged(receiver: Receiver, entries: set[tuple[int, int]]) -> Figures:
    first: dict[str, Json] = {}
    bodies: dict[str, set[bytes]] = defaultdict(set)
    for received in receiver.came:
        event = received.event
        first.setdefault(event["id"], event)
        bodies[event["id"]].add(received.body)
    assert all(len(same) == 1 for same in bodies.values()), "an event came again as another one"
    told = [(event["alert"]["number"], event["entry"]["revision"]) for event in first.values()]
    assert len(told) == len(set(told)), "an entry was told as two events"
    assert set(told) == entries, f"never told: {sorted(entries - set(told))}"
    assert sorted(event["sequence"] for event in first.values()) == list(range(1, len(first) + 1))
    of_alert: dict[int, list[int]] = defaultdict(list)
    for number, revision in told:
        of_alert[number].append(revision)
    assert all(revisions == sorted(revisions) for revisions in of_alert.values()), "out of order"
    taken = [received.event["id"] for received in receiver.took]
    return {"entries": len(entries), "told twice": len(taken) - len(set(taken))}


async def _at_random(program: Program, rng: Random) -> None:
    await asyncio.sleep(rng.uniform(0, 0.3))
    program.kill()
