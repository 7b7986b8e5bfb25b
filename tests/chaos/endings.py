"""The program ends, begins, and meets what it cannot draw."""

import asyncio
from datetime import UTC, datetime
from random import Random
from typing import Any

from sqlalchemy import select, update

from bot.alerts.ports import UnitOfWork
from bot.alerts.report import Report
from bot.alerts.words import Severity
from bot.sandbox.faults import Fault
from bot.usecases.report_alert import report_alerts
from storage.store import open_store
from storage.tables import cards
from tests.chaos.ground import Figures, Ground
from tests.support.chaos_oracle import judge
from tests.support.chaos_process import Program
from tests.support.chaos_town import Arena, arena_of
from tests.support.payloads import graph_alert

#: A clean stop takes at most so many seconds.
_STOP = 20

#: From here on a start has to keep its promises of time and memory.
_PROMISED = 100_000

_OF_ALERTS = cards.c.subject == "alert"


async def stopped_under_load(ground: Ground, *, rounds: int, seed: int) -> Figures:
    """SIGTERM while sources report and people press: it ends cleanly, nothing is doubled, nothing acknowledged lost."""
    rng = Random(seed)  # noqa: S311 - a plan that can be repeated
    slow = Fault(on="any", delay=0.4)
    figures: Figures = {"stops": 0, "max stopped in s": 0, "alerts": 0}
    with ground.fresh() as url:
        async with arena_of(ground.forks, url, ground.folder) as arena:
            for number in range(rounds):
                program = await arena.start()
                if not number:
                    await arena.install()
                # Teams takes its time, so that a call is always under way.
                arena.sandbox.faults.faults.append(slow)
                loads = [asyncio.create_task(_reports(arena, program, f"{number}-{name}")) for name in "abcd"]
                loads.append(asyncio.create_task(_presses(arena, program, f"{number}")))
                await asyncio.sleep(rng.uniform(0.1, 0.4))
                began = asyncio.get_running_loop().time()
                await arena.end(program)
                took = asyncio.get_running_loop().time() - began
                assert took < _STOP, f"it took {took:.1f} s to stop"
                figures["max stopped in s"] = max(figures["max stopped in s"], round(took, 2))
                figures["stops"] += 1
                await asyncio.gather(*loads)
                arena.sandbox.faults.faults.clear()
            program = await arena.start()
            await arena.drained()
            found = await judge(arena)
            assert (found.doubles, found.ambiguous) == (0, 0), found
            figures["alerts"] = found.alerts
            await arena.end(program)
    return figures


async def _reports(arena: Arena, program: Program, name: str) -> None:
    number = 0
    while program.alive:
        number += 1
        answer = await arena.send(graph_alert(id=f"da {name} {number}", incidentId=None), to=program)
        if answer.status != 202:
            assert answer.status in (0, 503), answer
            return


async def _presses(arena: Arena, program: Program, name: str) -> None:
    number = 0
    while program.alive:
        number += 1
        if not arena.ledger.alerts:
            await asyncio.sleep(0.01)
            continue
        alert = min(arena.ledger.alerts.values())
        message = next((m for m in arena.messages("alerts") if f"(#{alert})" in m.text), None)
        if message is None:
            await asyncio.sleep(0.01)
            continue
        text = f"comment {name} {number}"
        answer = await arena.press(
            "ana", message, "comment", alert=alert, rev=1, nonce=f"{name}-{number}", comment=text
        )
        if answer["outcome"] == "card":
            arena.ledger.comments[text] = alert


async def with_much_pending(ground: Ground, *, rounds: int, seed: int) -> Figures:
    """A start on a database with `rounds` cards that wait, against one on a database with few."""
    with ground.fresh() as url:
        empty, _, _ = await _start_with(ground, url, 100)
    with ground.fresh() as url:
        much, ready, first = await _start_with(ground, url, rounds)
    assert much - empty < 10, f"{much - empty:.0f} MB more with {rounds} pending than with 100"
    if rounds >= _PROMISED:
        assert much <= 300, f"{much:.0f} MB resident"
        assert ready <= 10, f"ready after {ready:.1f} s"
    return {
        "pending": rounds, "max resident MB": round(much, 1), "max more than with 100 MB": round(much - empty, 1),
        "max ready after s": round(ready, 2), "max first card after s": round(first, 2),
    }  # fmt: skip


async def _start_with(ground: Ground, url: str, pending: int) -> tuple[float, float, float]:
    """Resident MB after a while of work, seconds until ready, and until the first card. Teams' limits hold."""
    limits = {"TOCSIN_CONVERSATION_LIMITS": "7/1 8/2 60/30 1800/3600", "TOCSIN_TENANT_LIMITS": "50/1"}
    async with arena_of(ground.forks, url, ground.folder, settings=limits) as arena:
        program = await arena.start()
        await arena.install()
        await arena.drained()
        await arena.end(program)
        await _fill(url, pending)
        assert await arena.pending() == pending
        before = len(arena.calls())
        began = asyncio.get_running_loop().time()
        program = await arena.start()
        while (await arena.get("/readyz", of=program)).status != 200:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.01)
        ready = asyncio.get_running_loop().time() - began
        await arena.until(lambda: len(arena.calls()) > before, waiting_for="the first card")
        first = asyncio.get_running_loop().time() - began
        await asyncio.sleep(1)
        await arena.get("/metrics", of=program)
        resident = program.resident()
        posted = {message.id for message in arena.messages("alerts")}
        query = select(cards.c.activity_id, cards.c.priority).where(cards.c.activity_id.is_not(None), _OF_ALERTS)
        urgent = {
            row.priority for row in await arena.ask(lambda on: list(on.execute(query))) if row.activity_id in posted
        }
        assert urgent == {0}, f"not the urgent ones first: {urgent}"
        return resident, ready, first


async def _fill(url: str, pending: int) -> None:
    """Alerts in the database, each with a card of its own that waits."""
    now = datetime.now(UTC)

    def some(begin: int, count: int) -> Any:
        def work(uow: UnitOfWork) -> None:
            # High severity gets a card of its own however many wait.
            report_alerts(uow, [_report(number) for number in range(begin, begin + count)], now)

        return work

    async with open_store(url) as store:
        for begin in range(0, pending, 500):
            await store.write(some(begin, min(500, pending - begin)))
        # The first half is less urgent, and has waited longer.
        half = update(cards).where(_OF_ALERTS, cards.c.subject_id <= pending // 2).values(priority=3)
        await store.write(lambda uow: uow.cards._on.execute(half))  # type: ignore[attr-defined]


def _report(number: int) -> Report:
    return Report(source="graph", external_id=f"da{number}", title=f"Alert {number}", severity=Severity.HIGH)


async def a_card_that_cannot_be_drawn(ground: Ground, *, rounds: int, seed: int) -> Figures:
    """A roll-up without alerts raises when it is drawn: after five attempts it is set aside, and others go on."""
    figures: Figures = {"set aside": 0, "others": 0}
    with ground.fresh() as url:
        async with arena_of(ground.forks, url, ground.folder) as arena:
            program = await arena.start(watchful=True)
            await arena.install()
            await arena.drained()
            for number in range(rounds):
                now = arena.sandbox.now()
                await arena.store.write(lambda uow, now=now: _poison(uow, now))  # type: ignore[misc]
                for place in range(3):
                    sent = await arena.send(graph_alert(id=f"da{number} {place}", incidentId=None), to=program)
                    await arena.card_of(sent.body["alerts"][0])
                    figures["others"] += 1
                    await _waiting(arena, 1)
                await _waiting(arena, 0, step=60)
                figures["set aside"] += 1
            found = await judge(arena)
            assert found.set_aside == rounds, found
            assert found.doubles == 0, found
            await arena.end(program)
    return figures


async def _waiting(arena: Arena, count: int, *, step: float = 0) -> None:
    """Until so many cards wait, the clock moving on by `step` seconds meanwhile."""
    for _ in range(100):
        if await arena.pending() == count:
            return
        arena.sandbox.clock.advance(step)
        await asyncio.sleep(0.1)
    raise AssertionError(f"{await arena.pending()} cards wait, and not {count}\n{arena.logs()}")


def _poison(uow: UnitOfWork, now: datetime) -> None:
    (here,) = uow.conversations.subscribed()
    uow.folds.open_rollup(here.id, "poison", priority=0, at=now)
