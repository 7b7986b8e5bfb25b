"""The worker between the database and a Teams that does as it is told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from bot.alerts.conversation import Card, Limit, Limits, Subject
from bot.alerts.errors import DeliveryDelayed, DeliveryRefused, Refusal
from bot.alerts.messages import Address, ConversationKind, Message, Messenger
from bot.alerts.ports import UnitOfWork
from bot.delivery.dispatcher import OWN_FAILURES, Dispatcher
from bot.delivery.presenter import Presenter
from bot.web.metrics import Metrics
from cards.languages import Languages
from storage.store import AnyStore, open_store
from tests.unit.storage.made import NOW, add_alert, add_conversation

LEASE = timedelta(seconds=0.5)
GONE = DeliveryRefused(Refusal.ACTIVITY_GONE, status=404)
NO_LIMITS = Limits((), ())


class Teams:
    """Remembers what was posted where; `answer` is done for each post first."""

    def __init__(self) -> None:
        self.posts: list[tuple[Address, Message]] = []
        self.answer: Callable[[], Awaitable[None]] = lambda: asyncio.sleep(0)

    async def post(self, to: Address, message: Message) -> str:
        self.posts.append((to, message))
        await self.answer()
        return f"m{len(self.posts)}"

    def refuse(self, *errors: Exception) -> None:
        left = list(errors)

        async def answer() -> None:
            if left:
                raise left.pop(0)

        self.answer = answer


class Clock:
    """A clock that tests move."""

    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
async def store(sqlite_database: str) -> AsyncIterator[AnyStore]:
    async with open_store(sqlite_database) as opened:
        yield opened


@pytest.fixture
def teams() -> Teams:
    return Teams()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def worker(store: AnyStore, teams: Teams, clock: Clock, *, owner: str = "me", limits: Limits = NO_LIMITS) -> Dispatcher:
    return Dispatcher(
        store=store,
        messenger=cast("Messenger", teams),
        presenter=Presenter(Languages("en", ZoneInfo("UTC")), frozenset(), share=0.1),
        clock=clock,
        limits=limits,
        lease=LEASE,
        owner=owner,
        meter=Metrics(store, clock),
    )


async def reply(store: AnyStore, *, thread: str | None = None, place: str = "19:a") -> int:
    def work(uow: UnitOfWork) -> int:
        number = uow.replies.add(Message("hello"), NOW)
        here = add_conversation(uow, place).id
        return uow.cards.want(here, Subject.REPLY, number, priority=1, at=NOW, thread=thread)

    return await store.write(work)


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while True:
            if await true():
                return
            await asyncio.sleep(0.01)


async def aside(store: AnyStore) -> list[tuple[Card, str]]:
    return await store.read(lambda uow: uow.cards.refused(limit=9))


async def pending(store: AnyStore) -> int:
    return (await store.read(lambda uow: uow.cards.counts(NOW))).pending


async def working(work: Dispatcher, true: Callable[[], Awaitable[bool]]) -> None:
    """Let it work until something is so, and stop it."""
    running = asyncio.create_task(work.run())
    try:
        await until(true)
    finally:
        await work.stop()
        await running


async def test_a_post_under_way_keeps_its_lease_while_the_worker_stops(
    store: AnyStore, teams: Teams, clock: Clock
) -> None:
    await reply(store)
    arrives = asyncio.Event()

    async def slow() -> None:
        await arrives.wait()

    async def sent() -> bool:
        return bool(teams.posts)

    async def shown() -> bool:
        return not await pending(store)

    teams.answer = slow
    first, other = worker(store, teams, clock), worker(store, teams, clock, owner="other")
    running = asyncio.create_task(first.run())
    await until(sent)
    stopping = asyncio.create_task(first.stop())
    beside = asyncio.create_task(other.run())
    await asyncio.sleep(3 * LEASE.total_seconds())
    arrives.set()
    await stopping
    await running
    await until(shown)
    await other.stop()
    await beside
    assert len(teams.posts) == 1


async def test_an_answer_into_a_deleted_thread_is_posted_outside_of_it(
    store: AnyStore, teams: Teams, clock: Clock
) -> None:
    await reply(store, thread="root")
    teams.refuse(GONE)

    async def shown() -> bool:
        return not await pending(store)

    await working(worker(store, teams, clock), shown)
    assert [to.thread for to, _ in teams.posts] == ["root", None]


async def test_a_new_post_that_teams_knows_nothing_of_is_given_up(store: AnyStore, teams: Teams, clock: Clock) -> None:
    await reply(store)
    teams.refuse(*[GONE] * 9)

    async def given_up() -> bool:
        return bool(await aside(store))

    await working(worker(store, teams, clock), given_up)
    assert len(teams.posts) == 1


async def test_a_clock_set_back_while_nothing_ran_is_noticed(store: AnyStore, teams: Teams, clock: Clock) -> None:
    limits = Limits((Limit(1, timedelta(minutes=1)),), ())

    async def shown() -> bool:
        return not await pending(store)

    await reply(store)
    await working(worker(store, teams, clock, limits=limits), shown)
    clock.now = NOW - timedelta(hours=1)
    await reply(store)
    await working(worker(store, teams, clock, limits=limits), _some_rounds())
    clock.now += timedelta(minutes=3)
    await working(worker(store, teams, clock, limits=limits), shown)
    assert len(teams.posts) == 2


async def test_at_the_tenants_limit_it_does_not_ask_again_and_again(
    store: AnyStore, teams: Teams, clock: Clock
) -> None:
    for place in ("19:a", "19:b"):
        await reply(store, place=place)
    claims = 0
    write = store.write

    async def counted(work: Callable[[UnitOfWork], Any]) -> Any:
        nonlocal claims
        claims += 1
        return await write(work)

    store.write = counted  # type: ignore[method-assign, assignment]
    limited = worker(store, teams, clock, limits=Limits((), (Limit(1, timedelta(hours=1)),)))
    await working(limited, _some_rounds(1))
    assert claims < 20


async def test_pauses_that_teams_asked_for_are_no_failures_of_ours(store: AnyStore, teams: Teams, clock: Clock) -> None:
    await reply(store)
    delays = [DeliveryDelayed("429", retry_after=timedelta())] * OWN_FAILURES
    teams.refuse(*delays, ValueError("once"))

    async def failed() -> bool:
        return len(teams.posts) > OWN_FAILURES

    await working(worker(store, teams, clock), failed)
    assert await aside(store) == []


async def test_what_fails_here_again_and_again_is_set_aside(store: AnyStore, teams: Teams, clock: Clock) -> None:
    await reply(store)
    teams.refuse(*[ValueError("always")] * 99)

    async def given_up() -> bool:
        clock.now += timedelta(seconds=10)
        return bool(await aside(store))

    await working(worker(store, teams, clock), given_up)
    assert len(teams.posts) == OWN_FAILURES


async def test_what_cannot_be_made_smaller_is_not_sent_again(store: AnyStore, teams: Teams, clock: Clock) -> None:
    await reply(store)
    teams.refuse(DeliveryRefused(Refusal.TOO_LARGE, status=413))

    async def given_up() -> bool:
        return bool(await aside(store))

    await working(worker(store, teams, clock), given_up)
    assert len(teams.posts) == 1


async def test_an_alert_shown_in_a_chat_is_hidden_from_somebody_who_has_left_its_channel(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> tuple[int, int]:
        channel = add_conversation(uow)
        uow.conversations.subscribe(channel.id, at=NOW)
        uow.routes.put(channel.id, at=NOW)
        uow.conversations.keep_roster(channel.id, ["ana"], NOW)
        chat = add_conversation(uow, "a:1", kind=ConversationKind.PERSONAL, person="ana")
        number = add_alert(uow, "a", title="Mimikatz").number
        uow.cards.want(chat.id, Subject.ALERT, number, priority=1, at=NOW, origin="asked")
        return channel.id, chat.id

    def drawn(uow: UnitOfWork) -> str:
        (card,) = uow.cards.claim(NOW, owner="me", lease=LEASE, limit=9, limits=NO_LIMITS)
        uow.cards.release("me")
        return str(Presenter(Languages("en", ZoneInfo("UTC")), frozenset(), share=0.1).draw(uow, card, NOW).message)

    channel, _ = await store.write(work)
    assert "Mimikatz" in await store.write(drawn)
    await store.write(lambda uow: uow.conversations.keep_roster(channel, [], NOW))
    left = await store.write(drawn)
    assert "Mimikatz" not in left
    assert "not available" in left


def _some_rounds(seconds: float = 0.3) -> Callable[[], Awaitable[bool]]:
    """True after a while."""
    ends = asyncio.get_running_loop().time() + seconds

    async def over() -> bool:
        return asyncio.get_running_loop().time() > ends

    return over
