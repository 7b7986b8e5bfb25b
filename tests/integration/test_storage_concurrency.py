"""Many at once: nothing is lost, nobody harms another, and replicas do not get in each other's way."""

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event

from bot.alerts.conversation import Card, Limits, Subject
from bot.alerts.errors import Busy, NotAvailable
from bot.alerts.ports import UnitOfWork
from storage.sqlite import SqliteStore
from storage.store import AnyStore, open_store
from tests.unit.storage.made import NOW, add_alert, add_conversation, entry


@pytest.fixture
async def second(database: str) -> AsyncIterator[AnyStore]:
    """Another store on the same database, as another process would have."""
    async with open_store(database) as opened:
        yield opened


def one_more(uow: UnitOfWork) -> int:
    """Read, then write what was read and one more."""
    alert = uow.alerts.get(1)
    uow.alerts.save(replace(alert, revision=alert.revision + 1), before=alert)
    uow.history.add(entry(1, alert.revision + 1))
    return alert.revision + 1


async def until_done(store: AnyStore) -> int:
    while True:
        try:
            return await store.write(one_more)
        except Busy:
            continue


async def test_no_update_is_lost_among_many(store: AnyStore, second: AnyStore) -> None:
    await store.write(lambda uow: add_alert(uow, "a"))
    got = await asyncio.gather(*(until_done((store, second)[place % 2]) for place in range(60)))
    assert sorted(got) == list(range(2, 62))
    assert (await store.read(lambda uow: uow.alerts.get(1))).revision == 61
    entries = await second.read(lambda uow: uow.history.since(1, 0))
    assert [each.revision for each in entries] == list(range(1, 62))


async def test_the_same_alert_reported_at_once_is_one_alert(store: AnyStore, second: AnyStore) -> None:
    def report(uow: UnitOfWork) -> int:
        known = uow.alerts.find([("graph", "same")])
        return next(iter(known.values())).number if known else add_alert(uow, "same").number

    numbers = await asyncio.gather(*((store, second)[place % 2].write(report) for place in range(20)))
    assert len(set(numbers)) == 1


async def test_a_press_takes_effect_once_however_often_it_comes(store: AnyStore, second: AnyStore) -> None:
    answers = await asyncio.gather(
        *((store, second)[place % 2].write(lambda uow: uow.presses.first_time("k", NOW)) for place in range(50))
    )
    assert sorted(answers) == [False] * 49 + [True]


async def test_two_replicas_never_send_to_one_conversation_at_once(store: AnyStore, second: AnyStore) -> None:
    def fill(uow: UnitOfWork) -> None:
        for place in range(6):
            here = add_conversation(uow, f"19:{place}")
            for subject in range(5):
                uow.cards.want(here.id, Subject.ALERT, subject, priority=subject, at=NOW)

    await store.write(fill)
    in_flight: set[int] = set()
    sent: list[int] = []

    async def deliver(replica: AnyStore, owner: str) -> None:
        def claim(uow: UnitOfWork) -> list[Card]:
            return uow.cards.claim(NOW, owner=owner, lease=timedelta(minutes=1), limit=3, limits=Limits((), ()))

        def shown(uow: UnitOfWork, card: Card) -> bool:
            return uow.cards.shown(card, owner=owner, revision=1, activity_id=f"m{card.id}")

        while len(sent) < 30:
            for card in await replica.write(claim):
                assert card.conversation.id not in in_flight
                in_flight.add(card.conversation.id)
                await asyncio.sleep(0)
                in_flight.remove(card.conversation.id)
                assert await replica.write(lambda uow, card=card: shown(uow, card))
                sent.append(card.id)

    async with asyncio.timeout(60):
        await asyncio.gather(*(deliver((store, second)[place % 2], f"o{place}") for place in range(4)))
    assert sorted(sent) == list(range(1, 31))


async def test_a_work_that_fails_leaves_nothing_and_harms_no_other(store: AnyStore) -> None:
    def broken(uow: UnitOfWork) -> None:
        uow.presses.first_time("broken", NOW)
        raise NotAvailable("alert 7")

    works = [store.write(lambda uow, place=place: uow.presses.first_time(f"k{place}", NOW)) for place in range(9)]
    answers = await asyncio.gather(*works[:4], store.write(broken), *works[4:], return_exceptions=True)
    assert isinstance(answers.pop(4), NotAvailable)
    assert answers == [True] * 9
    assert await store.write(lambda uow: uow.presses.first_time("broken", NOW)), "it was rolled back"
    assert not await store.write(lambda uow: uow.presses.first_time("k8", NOW))


async def test_a_work_that_only_reads_may_not_write(store: AnyStore) -> None:
    with pytest.raises(Exception, match=r"(?i)read-?only") as refused:
        await store.read(lambda uow: uow.presses.first_time("k", NOW))
    assert not isinstance(refused.value, Busy)
    assert await store.write(lambda uow: uow.presses.first_time("k", NOW))


async def test_what_has_queued_is_committed_together(sqlite_database: str) -> None:
    async with open_store(sqlite_database) as store:
        assert isinstance(store, SqliteStore)
        commits: list[object] = []
        event.listen(store._writer._engine, "commit", commits.append)
        go = threading.Event()
        first = asyncio.create_task(store.write(lambda _: go.wait()))
        await asyncio.sleep(0.05)
        rest = [
            asyncio.create_task(store.write(lambda uow, place=place: uow.presses.first_time(f"k{place}", NOW)))
            for place in range(100)
        ]
        await asyncio.sleep(0.05)
        go.set()
        assert await asyncio.gather(first, *rest) == [True] * 101
        assert len(commits) == 2


async def test_a_caller_that_gives_up_does_not_stop_the_writer(sqlite_database: str) -> None:
    async with open_store(sqlite_database) as store:
        go = threading.Event()
        first = asyncio.create_task(store.write(lambda _: go.wait()))
        await asyncio.sleep(0.05)
        given_up = asyncio.create_task(store.write(lambda uow: uow.presses.first_time("given up", NOW)))
        await asyncio.sleep(0.05)
        given_up.cancel()
        with pytest.raises(asyncio.CancelledError):
            await given_up
        go.set()
        await first
        assert await store.write(lambda uow: uow.presses.first_time("given up", NOW)), "it had not begun"


async def test_closing_finishes_what_was_asked_for(sqlite_database: str) -> None:
    store = open_store(sqlite_database)
    asked = [
        asyncio.create_task(store.write(lambda uow, place=place: uow.presses.first_time(f"k{place}", NOW)))
        for place in range(50)
    ]
    await asyncio.sleep(0)
    await store.close()
    assert await asyncio.gather(*asked) == [True] * 50
    with pytest.raises(Busy):
        await store.write(lambda _: None)
