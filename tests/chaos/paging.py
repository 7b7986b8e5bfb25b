"""kill -9 while people are paged: each step is taken once, nobody's page is lost, and what comes twice is counted."""

import asyncio
from collections import Counter
from random import Random
from typing import Any

from sqlalchemy import select

from storage.escalation_tables import escalation_steps, pages
from storage.tables import cards, history
from tests.chaos.ground import Figures, Ground
from tests.support.chaos_oracle import judge
from tests.support.chaos_process import Program
from tests.support.chaos_steps import PAGING
from tests.support.chaos_town import Arena, arena_of
from tests.support.payloads import graph_alert

#: What is done about one alert, and how long that takes, in seconds.
PLAN, STEPS = "page oncall; 1s remind; 2s page next; 3s mention channel", 4

#: Pages about one alert: to Ana, who is reminded, to Bo, and in the channel.
PAGES = 3

_SETTINGS = {
    "TOCSIN_ROTA_SOC": "ana.alvarez@contoso.example; bo.berg@contoso.example",
    "TOCSIN_ESCALATION_HIGH": PLAN,
}


async def killed_in_paging(ground: Ground, *, rounds: int, seed: int) -> Figures:
    """A program that is killed at a step or at random; on PostgreSQL another one works beside it, and goes on."""
    rng = Random(seed)  # noqa: S311 - a plan that can be repeated
    steps = [*PAGING, None]
    order = [steps[place % len(steps)] for place in range(rounds)]
    rng.shuffle(order)
    figures: Figures = {"kills": 0, "at a step": 0, "doubles": 0}
    with ground.fresh() as url:
        async with arena_of(ground.forks, url, ground.folder, settings=_SETTINGS) as arena:
            program = await arena.start(paging=True)
            await arena.install()
            await _known(arena)
            if ground.kind == "sqlite":
                await arena.end(program)
            for number, step in enumerate(order):
                await _one(arena, rng, number, step, figures)
            last = await arena.start(paging=True) if ground.kind == "sqlite" else program
            await _all_paged(arena, rounds)
            await arena.drained()
            await arena.end(last)
            await _judged(arena, rounds)
            found = await judge(arena)
            assert found.doubles <= figures["kills"], f"{found.doubles} doubles after {figures['kills']} kills"
            figures |= {"doubles": found.doubles, "counted ambiguous": found.ambiguous}
    return figures


async def _one(arena: Arena, rng: Random, number: int, step: str | None, figures: Figures) -> None:
    plan: dict[str, Any] = {"step": step, "nth": rng.randint(1, 3)} if step else {}
    program = await arena.start(paging=True, armed=True, **plan)
    alert = graph_alert(id=f"da{number}", incidentId=None, title=f"Theft {number}", severity="high")
    sent = await arena.send(alert, to=program, seconds=5)
    if step is None:
        await asyncio.sleep(rng.uniform(0, 3))
        program.kill()
    figures["at a step"] += await _dead(program)
    figures["kills"] += 1
    if sent.status != 202:
        again = await arena.start(paging=True)
        assert (await arena.send(alert, to=again)).status == 202
        await arena.end(again)


async def _dead(program: Program, patience: float = 5) -> bool:
    try:
        return await program.ends(patience) == -9
    except AssertionError:
        program.kill()
        await program.ends()
        return False


async def _known(arena: Arena) -> None:
    """Everybody of the channel is known: before that nobody can be paged."""
    while not await arena.store.read(lambda uow: uow.people.by_name("Bo Berg")):  # noqa: ASYNC110 - another process
        await asyncio.sleep(0.02)


async def _all_paged(arena: Arena, count: int) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    while len(await arena.ask(lambda on: list(on.execute(select(escalation_steps.c.alert))))) < count * STEPS:
        assert loop.time() - began < 30, f"not all is paged\n{arena.logs()}"
        await asyncio.sleep(0.05)


async def _judged(arena: Arena, count: int) -> None:
    steps = await arena.ask(lambda on: list(on.execute(select(escalation_steps).order_by(escalation_steps.c.number))))
    of_alert: dict[int, list[str]] = {}
    for step in steps:
        of_alert.setdefault(step.alert, []).append(step.ask)
    assert len(of_alert) == count
    assert all(asked == ["page", "remind", "next", "channel"] for asked in of_alert.values()), of_alert
    kinds = await arena.ask(lambda on: list(on.execute(select(history.c.alert, history.c.kind))))
    told = Counter(row.kind for row in kinds)
    assert (told["paged"], told["reminded"]) == (3 * count, count), told
    made = await arena.ask(lambda on: list(on.execute(select(pages.c.id))))
    assert len(made) == PAGES * count
    posted = await arena.ask(lambda on: list(on.execute(select(cards).where(cards.c.subject == "page"))))
    first = [card for card in posted if not card.origin]
    assert len(first) == len({card.subject_id for card in first}) == PAGES * count
    # Nobody is reminded in a chat that is not open yet, which it was for the first page.
    assert count - 1 <= len(posted) - len(first) <= count
    assert all(card.activity_id for card in posted), "a page was never posted"
