"""Reports that come at the same time share a transaction, and none harms another; on both databases."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import pytest

from bot.alerts.absorb import newborn
from bot.alerts.alert import apply
from bot.alerts.errors import Busy
from bot.alerts.ports import UnitOfWork
from bot.alerts.report import Report
from bot.alerts.words import Severity
from bot.web.gathering import TOGETHER, Gathering
from storage.store import AnyStore
from tests.unit.storage.made import NOW, device, report

T = TypeVar("T")


class Counting:
    """A store that counts the transactions that write."""

    def __init__(self, store: AnyStore) -> None:
        self._store = store
        self.writes = 0

    async def read(self, work: Callable[[UnitOfWork], T]) -> T:
        return await self._store.read(work)

    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        self.writes += 1
        return await self._store.write(work)


def clock() -> datetime:
    return NOW


@pytest.fixture
def counting(store: AnyStore) -> Counting:
    return Counting(store)


@pytest.fixture
def gathering(counting: Counting) -> Gathering:
    return Gathering(store=counting, clock=clock)


async def test_reports_that_come_together_share_transactions(gathering: Gathering, counting: Counting) -> None:
    kept = await asyncio.gather(*(gathering.keep([report(f"a{n}", title=f"T{n}")]) for n in range(2 * TOGETHER)))
    assert counting.writes == 2
    numbers = [one.number for (one,) in kept]
    assert numbers == sorted(set(numbers))
    assert all(one.opened and one.changed for (one,) in kept)
    for n in (0, TOGETHER, 2 * TOGETHER - 1):
        assert (await counting.read(lambda uow, n=n: uow.alerts.get(numbers[n]))).title == f"T{n}"


async def test_a_page_is_kept_in_its_order(gathering: Gathering, counting: Counting) -> None:
    first = await gathering.keep([report(f"a{n}") for n in range(150)])
    assert [one.number for one in first] == list(range(1, 151))
    again = await gathering.keep([report(f"a{n}") for n in reversed(range(150))])
    assert [(one.number, one.opened, one.changed) for one in again] == [(n, False, False) for n in range(150, 0, -1)]


async def test_the_same_alert_twice_at_once_is_one_alert_that_has_heard_both(
    gathering: Gathering, counting: Counting
) -> None:
    said: list[Report] = [
        report("a", title="First", evidence=(device("web-1"),)),
        report("b"),
        report("a", title="Second", severity=Severity.HIGH, evidence=(device("web-2"),)),
        report("a", title="Second", severity=Severity.HIGH, evidence=(device("web-2"),)),
    ]
    kept = [one for (one,) in await asyncio.gather(*(gathering.keep([each]) for each in said))]
    assert counting.writes == 1
    assert [(one.number, one.opened, one.changed) for one in kept] == [
        (1, True, True),
        (2, True, True),
        (1, False, True),
        (1, False, False),
    ]

    def look(uow: UnitOfWork) -> None:
        alert = uow.alerts.get(1)
        assert (alert.title, alert.severity, alert.revision) == ("Second", Severity.HIGH, 2)
        assert [asset.label for asset in alert.assets] == ["web-2"]
        assert [piece.label for piece in uow.alerts.evidence(1, limit=9)] == ["web-2"]
        replayed = newborn(1, said[0], NOW)
        for entry in uow.history.since(1, 0):
            replayed = apply(replayed, entry)
        assert (replayed.title, replayed.severity, replayed.revision) == (alert.title, alert.severity, 2)

    await counting.read(look)


async def test_one_that_cannot_be_kept_harms_no_other(gathering: Gathering, counting: Counting) -> None:
    halves = report("bad", title="\ud800")  # sources never let this through; neither database takes it
    outcome = await asyncio.gather(
        gathering.keep([report("a")]),
        gathering.keep([halves]),
        gathering.keep([report("b"), report("c")]),
        return_exceptions=True,
    )
    assert isinstance(outcome[1], Exception)
    assert not isinstance(outcome[1], Busy)
    known = await counting.read(lambda uow: uow.alerts.find([("graph", name) for name in ("a", "b", "c", "bad")]))
    assert {name for _, name in known} == {"a", "b", "c"}
    assert await gathering.keep([report("d")]), "and it goes on"


async def test_where_the_store_is_busy_everybody_hears_of_it_at_once() -> None:
    class Unavailable(Counting):
        def __init__(self) -> None:
            self.writes = 0

        async def write(self, work: Callable[[UnitOfWork], T]) -> T:
            self.writes += 1
            raise Busy(f"not now: {work}")

    store = Unavailable()
    gathering = Gathering(store=store, clock=clock)
    outcome = await asyncio.gather(*(gathering.keep([report(f"a{n}")]) for n in range(9)), return_exceptions=True)
    assert all(isinstance(each, Busy) for each in outcome)
    assert store.writes == 1


async def test_more_than_can_wait_is_to_be_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stuck(Counting):
        def __init__(self) -> None:
            self.writes = 0

        async def write(self, work: Callable[[UnitOfWork], T]) -> T:
            self.writes += 1
            await asyncio.Event().wait()
            raise Busy(f"never: {work}")

    monkeypatch.setattr("bot.web.gathering.MOST_WAITING", 100)
    store = Stuck()
    gathering = Gathering(store=store, clock=clock)
    page = [report(f"a{n}") for n in range(150)]
    waiting = [asyncio.create_task(gathering.keep(page))]
    await asyncio.sleep(0.01)
    waiting.append(asyncio.create_task(gathering.keep(page)))
    await asyncio.sleep(0.01)
    assert not [task for task in waiting if task.done()], "86 wait, so there was room"
    with pytest.raises(Busy):
        await asyncio.wait_for(gathering.keep([report("b")]), 1)
    for task in [*waiting, *asyncio.all_tasks() - {asyncio.current_task()}]:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_two_replicas_told_of_the_same_alerts_open_each_once(store: AnyStore) -> None:
    replicas = [Gathering(store=store, clock=clock) for _ in range(3)]
    names = [f"a{n}" for n in range(30)]
    kept = await asyncio.gather(
        *(replica.keep([report(name)]) for name in names for replica in replicas),
        *(replica.keep([report(name) for name in reversed(names)]) for replica in replicas),
    )
    assert sum(one.opened for answer in kept for one in answer) == len(names)
