"""The worker and a receiver over real HTTP: signed, at least once, in order, and not for ever."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
from aiohttp import web

from bot.alerts.errors import Busy
from bot.alerts.ports import UnitOfWork
from bot.alerts.webhook import WebhookState
from bot.delivery import webhook_post
from bot.delivery import webhooks as delivery
from bot.delivery.addresses import Addresses
from bot.delivery.webhook_post import WebhookCaller
from bot.delivery.webhooks import TRIES, WebhookWorker
from bot.usecases import webhooks
from bot.web.metrics import Metrics
from storage.store import AnyStore, open_store
from tests.support.receiver import Received, Receiver, receiving
from tests.unit.delivery.test_dispatcher import until
from tests.unit.programs.test_outbox import say
from tests.unit.storage.made import NOW, add_alert

SECRET = "a secret of this receiver's"


class Clock:
    """A clock that tests move, and that runs fast: a second of waiting is over after a look."""

    def __init__(self, step: timedelta = timedelta()) -> None:
        self.now, self.step = NOW, step

    def __call__(self) -> datetime:
        self.now += self.step
        return self.now


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "POLL", 0.02)
    monkeypatch.setattr(delivery, "GATHER", 0.001)


@pytest.fixture
async def store(sqlite_database: str) -> AsyncIterator[AnyStore]:
    async with open_store(sqlite_database) as opened:
        yield opened


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock(timedelta(seconds=1))


@asynccontextmanager
async def working(
    store: AnyStore, receiver: Receiver, clock: Clock, *, owner: str = "me", hours: float = 24
) -> AsyncIterator[WebhookWorker]:
    caller = WebhookCaller(addresses=Addresses([receiver.host]), clock=clock)
    meter, give_up = Metrics(store, clock), timedelta(hours=hours)
    worker = WebhookWorker(store=store, caller=caller, clock=clock, owner=owner, give_up=give_up, meter=meter)
    running = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        await worker.stop()
        await running
        await caller.close()


async def filled(store: AnyStore, receiver: Receiver, *, alerts: int = 1, comments: int = 0) -> None:
    """A webhook that is told of new alerts with comments."""

    def work(uow: UnitOfWork) -> None:
        webhooks.add(uow, "flow", receiver.url, secret=SECRET, wants="", kinds=(), at=NOW)

    def more(uow: UnitOfWork) -> None:
        for alert in range(alerts):
            number = add_alert(uow, str(alert)).number
            for text in range(comments):
                say(uow, number, str(text))

    await store.write(work)
    await store.write(more)


def all_took(receiver: Receiver, count: int) -> Callable[[], bool]:
    return lambda: len({received.event["id"] for received in receiver.took}) == count


async def test_events_are_signed_numbered_and_say_what_and_how_it_is_now(
    store: AnyStore, receiver: Receiver, clock: Clock
) -> None:
    await filled(store, receiver, comments=1)
    async with working(store, receiver, clock):
        await receiver.until(all_took(receiver, 2))
    born, told = receiver.took
    assert all(received.is_signed_with(SECRET) for received in receiver.took)
    assert not born.is_signed_with("another secret")
    assert (born.event["type"], told.event["type"]) == ("alert.created", "alert.commented")
    assert (born.event["sequence"], told.event["sequence"]) == (1, 2)
    assert (told.event["webhook"], told.event["entry"]["comment"]) == ("flow", "0")
    assert told.event["alert"]["title"] == "Mimikatz"
    assert told.headers["X-Tocsin-Event"] == told.event["id"]
    assert told.headers["X-Tocsin-Sequence"] == "2"
    assert told.headers["Content-Type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize("status", [301, 401, 403, 404, 408, 429, 500, 502, 503])
async def test_whatever_the_receiver_answers_the_event_comes_again_until_it_is_taken(
    store: AnyStore, receiver: Receiver, clock: Clock, status: int
) -> None:
    await filled(store, receiver, comments=1)
    receiver.answers(status, status)
    async with working(store, receiver, clock):
        await receiver.until(all_took(receiver, 2))
    assert len(receiver.came) == 4
    assert {received.body for received in receiver.came[:3]} == {receiver.took[0].body}, "byte for byte the same"
    assert [received.headers["X-Tocsin-Attempt"] for received in receiver.came] == ["1", "2", "3", "1"]
    assert len({received.headers["X-Tocsin-Signature"] for received in receiver.came[:3]}) == 3, "signed anew"


async def test_a_receiver_that_resets_hangs_or_answers_without_end_is_called_again(
    store: AnyStore, receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(store, receiver)
    monkeypatch.setattr(webhook_post, "CALL_TIMEOUT", webhook_post.aiohttp.ClientTimeout(total=0.3))
    left = ["reset", "hang", "flood"]

    async def answer(_received: Received, request: web.Request) -> web.StreamResponse | None:
        what = left.pop(0) if left else ""
        if what == "reset":
            assert request.transport is not None
            request.transport.abort()
        elif what == "hang":
            await asyncio.sleep(5)
        elif what == "flood":
            flood = web.StreamResponse(status=500)
            await flood.prepare(request)
            while True:
                await flood.write(b"x" * 65_536)
        return None

    receiver.answer = answer
    async with working(store, receiver, clock):
        await receiver.until(lambda: len(receiver.came) >= 4 and bool(receiver.took))
    assert len({received.event["id"] for received in receiver.came}) == 1


async def test_retry_after_is_kept(store: AnyStore, receiver: Receiver) -> None:
    clock = Clock()
    await filled(store, receiver)
    receiver.answers(429, headers={"Retry-After": "90"})
    async with working(store, receiver, clock) as worker:
        await receiver.until(lambda: len(receiver.came) == 1)
        await asyncio.sleep(0.1)
        clock.now += timedelta(seconds=89)
        worker.poke()
        await asyncio.sleep(0.3)
        assert len(receiver.came) == 1
        clock.now += timedelta(seconds=1)
        worker.poke()
        await receiver.until(lambda: bool(receiver.took))


async def test_a_receiver_in_trouble_is_asked_with_one_event_at_a_time(
    store: AnyStore, receiver: Receiver, clock: Clock
) -> None:
    await filled(store, receiver, alerts=12)
    receiver.answers(*[503] * 6)
    async with working(store, receiver, clock):
        await receiver.until(all_took(receiver, 12))
    assert receiver.most <= delivery.ABREAST_EACH
    assert len(receiver.came) == 18


async def test_an_event_that_is_refused_is_given_up_and_the_others_go_on(
    store: AnyStore, receiver: Receiver, clock: Clock
) -> None:
    await filled(store, receiver, alerts=3, comments=1)

    async def answer(received: Received, _request: web.Request) -> web.Response | None:
        bad = received.event["alert"]["number"] == 2 and received.event["type"] == "alert.created"
        return web.Response(status=422, text="no such\x1b[31m thing") if bad else None

    receiver.answer = answer
    async with working(store, receiver, clock):
        await receiver.until(all_took(receiver, 5))
    (dead,) = await store.read(lambda uow: uow.webhooks.dead(1, limit=9))
    assert (dead.alert, dead.attempts, dead.why) == (2, TRIES, "422 no such[31m thing")
    order = [received.event["sequence"] for received in receiver.took if received.event["alert"]["number"] != 2]
    assert sorted(order) == [1, 2, 5, 6]


async def test_one_event_that_makes_the_receiver_fail_does_not_stand_in_the_way(
    store: AnyStore, receiver: Receiver, clock: Clock
) -> None:
    await filled(store, receiver, alerts=6)

    async def answer(received: Received, _request: web.Request) -> web.Response | None:
        return web.Response(status=500) if received.event["alert"]["number"] == 1 else None

    receiver.answer = answer
    async with working(store, receiver, clock):
        await receiver.until(all_took(receiver, 5))


async def test_what_waited_too_long_is_given_up_and_sent_after_all_when_asked(
    store: AnyStore, receiver: Receiver
) -> None:
    clock = Clock(timedelta(minutes=5))
    await filled(store, receiver, alerts=3)
    receiver.answers(then=503)

    async def given_up() -> bool:
        return (await store.read(lambda uow: uow.webhooks.counts()))["flow"].dead == 3

    async with working(store, receiver, clock, hours=1) as worker:
        await until(given_up)
        receiver.answers()
        assert await store.write(lambda uow: webhooks.try_again(uow, "flow", clock.now)) == 3
        worker.poke()
        await receiver.until(all_took(receiver, 3))
    assert {received.event["sequence"] for received in receiver.took} == {1, 2, 3}


async def test_gone_means_gone(store: AnyStore, receiver: Receiver, clock: Clock) -> None:
    await filled(store, receiver, alerts=1, comments=3)
    receiver.answers(then=410)

    async def gone() -> bool:
        return (await store.read(lambda uow: webhooks.named(uow, "flow"))).state is WebhookState.GONE

    async with working(store, receiver, clock):
        await until(gone)
        await store.write(lambda uow: say(uow, 1))
        await asyncio.sleep(0.2)
    assert len(receiver.came) == 1
    counts = (await store.read(lambda uow: uow.webhooks.counts()))["flow"]
    assert (counts.waiting, counts.dead) == (0, 4)


async def test_an_event_whose_taking_could_not_be_written_down_comes_again_as_the_same(
    store: AnyStore, receiver: Receiver, clock: Clock
) -> None:
    """As where the process is killed between the receiver's answer and the commit."""
    await filled(store, receiver)
    write, lost = store.write, asyncio.Event()

    async def losing(work: Callable[[UnitOfWork], object]) -> object:
        if receiver.took:
            lost.set()
            raise Busy("the disk is full")
        return await write(work)

    store.write = losing  # type: ignore[method-assign, assignment]
    caller = WebhookCaller(addresses=Addresses([receiver.host]), clock=clock)
    killed = WebhookWorker(
        store=store, caller=caller, clock=clock, owner="killed", give_up=timedelta(days=1), meter=Metrics(store, clock)
    )
    running = asyncio.create_task(killed.run())
    await lost.wait()
    running.cancel()
    for task in killed._under_way:
        task.cancel()
    await caller.close()
    store.write = write  # type: ignore[method-assign]
    await store.write(lambda uow: uow.webhooks.release(None))
    async with working(store, receiver, clock):
        await receiver.until(lambda: len(receiver.took) == 2)
    assert receiver.took[0].body == receiver.took[1].body
    assert (await store.read(lambda uow: uow.webhooks.counts()))["flow"].waiting == 0


async def test_a_worker_that_stops_lets_calls_end_and_leaves_nothing_claimed(
    store: AnyStore, receiver: Receiver, clock: Clock
) -> None:
    await filled(store, receiver, comments=1)
    arrived, goes_on = asyncio.Event(), asyncio.Event()

    async def answer(_received: Received, _request: web.Request) -> None:
        arrived.set()
        await goes_on.wait()

    receiver.answer = answer
    async with working(store, receiver, clock):
        await arrived.wait()
        asyncio.get_running_loop().call_later(0.1, goes_on.set)
    assert len(receiver.took) == 1
    assert (await store.read(lambda uow: uow.webhooks.counts()))["flow"].waiting == 1
    assert await store.read(lambda uow: uow.webhooks.is_due(clock.now))
