"""Teams' limits, kept by the database: no window of any length ever holds more calls than it may."""

from datetime import datetime, timedelta

import pytest

from bot.alerts.conversation import Limit, Limits, Subject
from bot.alerts.ports import UnitOfWork
from storage.store import AnyStore, open_store
from tests.unit.storage.made import NOW, add_conversation

SECOND = timedelta(seconds=1)
TEAMS = Limits(
    conversation=(
        Limit(7, SECOND),
        Limit(8, 2 * SECOND),
        Limit(60, 30 * SECOND),
        Limit(1800, timedelta(hours=1)),
    ),
    tenant=(Limit(50, SECOND),),
)


async def run(
    store: AnyStore, limits: Limits, *, channels: int, cards: int, until: timedelta
) -> dict[int, list[datetime]]:
    """Send whatever may be sent, at every tenth of a second; the times of the calls by conversation."""

    def fill(uow: UnitOfWork) -> None:
        for place in range(channels):
            here = add_conversation(uow, f"19:{place}")
            for subject in range(cards):
                uow.cards.want(here.id, Subject.ALERT, 1 + subject + place * cards, priority=1, at=NOW)

    await store.write(fill)
    calls: dict[int, list[datetime]] = {}
    now = NOW
    while now < NOW + until:

        def work(uow: UnitOfWork, now: datetime = now) -> list[int]:
            taken = uow.cards.claim(now, owner="me", lease=SECOND, limit=100, limits=limits)
            for card in taken:
                uow.cards.shown(card, owner="me", revision=1, activity_id=f"m{card.id}")
            return [card.conversation.id for card in taken]

        for conversation in await store.write(work):
            calls.setdefault(conversation, []).append(now)
        now += SECOND / 10
    return calls


def most_in(times: list[datetime], length: timedelta) -> int:
    return max(sum(1 for other in times if at <= other < at + length) for at in times)


async def test_a_conversation_keeps_every_limit_and_uses_it(store: AnyStore) -> None:
    (times,) = (await run(store, TEAMS, channels=1, cards=90, until=45 * SECOND)).values()
    for limit in TEAMS.conversation:
        assert most_in(times, limit.length) <= limit.count
    assert most_in(times, 30 * SECOND) >= 55, "what is allowed is used"


async def test_the_tenant_keeps_its_limit_over_many_conversations(store: AnyStore) -> None:
    calls = await run(store, TEAMS, channels=70, cards=1, until=3 * SECOND)
    times = sorted(at for some in calls.values() for at in some)
    assert len(times) == 70
    assert most_in(times, SECOND) <= 50


async def test_an_hour_holds_no_more_than_it_may(store: AnyStore) -> None:
    limits = Limits((Limit(5, timedelta(minutes=1)),), ())
    (times,) = (await run(store, limits, channels=1, cards=20, until=timedelta(seconds=90))).values()
    assert len(times) == 10
    assert most_in(times, timedelta(minutes=1)) <= 5


async def test_limits_hold_through_a_restart(database: str) -> None:
    limits = Limits((Limit(2, timedelta(minutes=1)),), ())
    async with open_store(database) as store:
        first = await run(store, limits, channels=1, cards=5, until=SECOND)
    async with open_store(database) as store:

        def work(uow: UnitOfWork) -> int:
            now = NOW + 2 * SECOND
            return len(uow.cards.claim(now, owner="me", lease=SECOND, limit=9, limits=limits))

        assert await store.write(work) == 0
    assert [len(times) for times in first.values()] == [2]


@pytest.mark.parametrize("seconds", [1, 30, 120])
async def test_a_pause_that_teams_asked_for_is_kept_and_delays_nobody_else(store: AnyStore, seconds: int) -> None:
    def fill(uow: UnitOfWork) -> int:
        held, free = add_conversation(uow, "19:held"), add_conversation(uow, "19:free")
        for subject in (1, 2):
            uow.cards.want(held.id, Subject.ALERT, subject, priority=1, at=NOW)
            uow.cards.want(free.id, Subject.ALERT, subject, priority=1, at=NOW)
        uow.cards.hold(held.id, NOW + seconds * SECOND)
        uow.cards.hold(held.id, NOW + SECOND / 2)
        return free.id

    free = await store.write(fill)

    async def claimed(now: datetime) -> list[int]:
        def work(uow: UnitOfWork) -> list[int]:
            cards = uow.cards.claim(now, owner="me", lease=SECOND, limit=9, limits=Limits((), ()))
            return [card.conversation.id for card in cards]

        return await store.write(work)

    assert await claimed(NOW) == [free]
    assert await claimed(NOW + seconds * SECOND - SECOND / 100) == []
    assert len(await claimed(NOW + seconds * SECOND)) == 1


async def test_a_call_that_arrives_late_counts_from_when_it_arrived(store: AnyStore) -> None:
    limits = Limits((Limit(1, 10 * SECOND),), ())

    def fill(uow: UnitOfWork) -> None:
        here = add_conversation(uow, "19:a")
        for subject in (1, 2):
            uow.cards.want(here.id, Subject.ALERT, subject, priority=1, at=NOW)

    def send(uow: UnitOfWork, now: datetime, ended: datetime) -> int:
        taken = uow.cards.claim(now, owner="me", lease=SECOND, limit=9, limits=limits)
        for card in taken:
            uow.cards.called(card, at=ended, limits=limits)
            uow.cards.shown(card, owner="me", revision=1, activity_id=f"m{card.id}")
        return len(taken)

    await store.write(fill)
    late = NOW + 5 * SECOND
    assert await store.write(lambda uow: send(uow, NOW, late)) == 1
    assert await store.write(lambda uow: send(uow, NOW + 11 * SECOND, late)) == 0
    assert await store.write(lambda uow: send(uow, late + 11 * SECOND, late)) == 1


async def test_a_worker_that_comes_too_late_does_not_shorten_a_pause(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        here = add_conversation(uow, "19:a")
        uow.cards.want(here.id, Subject.ALERT, 1, priority=1, at=NOW)
        (card,) = uow.cards.claim(NOW, owner="late", lease=SECOND, limit=9, limits=TEAMS)
        uow.cards.release("late")
        uow.cards.hold(here.id, NOW + 60 * SECOND)
        uow.cards.called(card, at=NOW + SECOND, limits=TEAMS)

    def claimed(uow: UnitOfWork, now: datetime) -> int:
        return len(uow.cards.claim(now, owner="me", lease=SECOND, limit=9, limits=TEAMS))

    await store.write(work)
    assert await store.write(lambda uow: claimed(uow, NOW + 50 * SECOND)) == 0
    assert await store.write(lambda uow: claimed(uow, NOW + 60 * SECOND)) == 1
