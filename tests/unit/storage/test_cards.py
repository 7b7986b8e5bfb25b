"""Cards to be sent: who may take which, and what is written down afterwards, on both databases."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from bot.alerts.conversation import Card, DeliveryCounts, Limits, Subject
from bot.alerts.ports import UnitOfWork
from storage.store import AnyStore
from tests.unit.storage.made import MINUTE, NOW, add_conversation

LEASE = timedelta(seconds=30)
SHORT = timedelta(milliseconds=20)
SECOND = timedelta(seconds=1)
NO_LIMITS = Limits((), ())


async def want(store: AnyStore, place: str = "19:a", subject: int = 1, **said: Any) -> int:
    def work(uow: UnitOfWork) -> int:
        here = add_conversation(uow, place)
        fields: dict[str, Any] = {"priority": 5, "at": NOW}
        uow.cards.want(here.id, Subject.ALERT, subject, **(fields | said))
        return here.id

    return await store.write(work)


async def claim(store: AnyStore, now: datetime = NOW, owner: str = "me", limit: int = 9, **more: Any) -> list[Card]:
    said = {"lease": LEASE, "limits": NO_LIMITS} | more
    return await store.write(lambda uow: uow.cards.claim(now, owner=owner, limit=limit, **said))


async def shown(store: AnyStore, card: Card, revision: int = 1, owner: str = "me", activity: str | None = "m1") -> bool:
    return await store.write(lambda uow: uow.cards.shown(card, owner=owner, revision=revision, activity_id=activity))


async def raised(store: AnyStore, times: int = 1, at: datetime = NOW, subject: int = 1) -> None:
    for _ in range(times):
        await store.write(lambda uow: uow.cards.raise_wanted(Subject.ALERT, subject, at=at))


async def due(store: AnyStore) -> datetime | None:
    return await store.read(lambda uow: uow.cards.next_due())


async def test_a_wanted_card_is_taken_once_and_shown(store: AnyStore) -> None:
    here = await want(store, thread="root")
    assert await due(store) == NOW
    (card,) = await claim(store)
    assert (card.conversation.id, card.subject, card.subject_id) == (here, Subject.ALERT, 1)
    assert (card.wanted_revision, card.shown_revision, card.activity_id, card.attempt) == (1, 0, None, 1)
    assert card.thread == "root"
    assert await claim(store, owner="other") == []
    assert await shown(store, card)
    assert await claim(store) == []
    assert await due(store) is None
    found = await store.read(lambda uow: uow.cards.of_activity(here, "m1"))
    assert found is not None
    assert (found.id, found.shown_revision, found.attempt, found.conversation) == (card.id, 1, 0, card.conversation)
    assert await store.read(lambda uow: uow.cards.of_activity(here + 1, "m1")) is None


async def test_cards_of_other_origins_are_cards_of_their_own(store: AnyStore) -> None:
    await want(store)
    await want(store)
    await want(store, origin="message-7")
    (first,) = await claim(store)
    await shown(store, first)
    (second,) = await claim(store)
    assert first.id != second.id
    assert await shown(store, second, activity="m2")
    assert await claim(store) == []


async def test_whether_a_conversation_has_a_card_is_known(store: AnyStore) -> None:
    here = await want(store)
    assert await store.read(lambda uow: uow.cards.has(here, Subject.ALERT, 1))
    assert not await store.read(lambda uow: uow.cards.has(here, Subject.ALERT, 2))
    assert not await store.read(lambda uow: uow.cards.has(here, Subject.DIGEST, 1))


async def test_one_card_a_conversation_the_most_urgent_first(store: AnyStore) -> None:
    await want(store, "19:a", 1, priority=5)
    await want(store, "19:a", 2, priority=1, at=NOW + SECOND)
    await want(store, "19:b", 3, priority=3)
    await want(store, "19:c", 4, priority=3, at=NOW - SECOND)
    await want(store, "19:d", 5, priority=0, at=NOW + MINUTE)
    later = NOW + 2 * SECOND
    assert [card.subject_id for card in await claim(store, later, limit=2)] == [2, 4]
    assert [card.subject_id for card in await claim(store, later)] == [3]
    assert await claim(store, later) == []


async def test_conversations_to_skip_are_left_alone(store: AnyStore) -> None:
    first = await want(store, "19:a", 1)
    await want(store, "19:b", 2)
    assert [card.subject_id for card in await claim(store, skip=[first])] == [2]
    assert [card.subject_id for card in await claim(store)] == [1]


async def test_a_conversation_that_is_gone_gets_nothing_until_it_is_back(store: AnyStore) -> None:
    here = await want(store)
    await store.write(lambda uow: uow.conversations.mark_gone(here))
    assert await claim(store) == []
    assert await due(store) is None
    await store.write(add_conversation)
    assert len(await claim(store)) == 1


async def test_nothing_else_is_sent_while_a_card_is_in_flight_there(store: AnyStore) -> None:
    await want(store, subject=1)
    await want(store, subject=2)
    (first,) = await claim(store)
    assert await claim(store, NOW + LEASE + MINUTE) == [], "leases run by the database's clock, not by ours"
    assert await due(store) is None
    await shown(store, first)
    assert await due(store) == NOW
    assert [card.subject_id for card in await claim(store)] == [2]


async def test_an_expired_lease_is_taken_over_and_its_holder_writes_nothing(store: AnyStore) -> None:
    await want(store)
    (slow,) = await claim(store, owner="slow", lease=SHORT)
    await asyncio.sleep(0.05)
    (quick,) = await claim(store, owner="quick")
    assert (quick.id, quick.attempt, quick.ambiguous) == (slow.id, 2, True), "the slow one may have posted it"
    assert not await shown(store, slow, owner="slow", activity="from-slow")
    await store.write(lambda uow: uow.cards.delay(slow, owner="slow", until=NOW, why="x", ambiguous=True))
    await store.write(lambda uow: uow.cards.set_aside(slow, owner="slow", why="x"))
    await store.write(lambda uow: uow.cards.forget_activity(slow, owner="slow"))
    assert await shown(store, quick, owner="quick", activity="from-quick")
    found = await store.read(lambda uow: uow.cards.of_activity(quick.conversation.id, "from-quick"))
    assert found is not None
    assert (found.shown_revision, found.ambiguous) == (1, True), "the post stays counted"


async def test_a_renewed_lease_holds(store: AnyStore) -> None:
    await want(store)
    (card,) = await claim(store, lease=SHORT)
    await store.write(lambda uow: uow.cards.renew("me", [card.id], lease=LEASE))
    await asyncio.sleep(0.05)
    assert await claim(store, owner="other") == []


async def test_only_the_leases_that_are_named_are_renewed(store: AnyStore) -> None:
    """A claim whose answer was lost is nobody's work: it must not be kept for ever by whoever made it."""
    await want(store)
    (card,) = await claim(store, lease=SHORT)
    await store.write(lambda uow: uow.cards.renew("me", [card.id + 1], lease=LEASE))
    await asyncio.sleep(0.05)
    assert [taken.id for taken in await claim(store, owner="other")] == [card.id]


async def test_the_same_owner_with_an_older_attempt_writes_nothing(store: AnyStore) -> None:
    await want(store)
    (first,) = await claim(store, lease=SHORT)
    await asyncio.sleep(0.05)
    (second,) = await claim(store)
    assert not await shown(store, first, activity="late")
    assert await shown(store, second)


async def test_a_card_that_grew_while_it_was_sent_stays_due(store: AnyStore) -> None:
    await want(store)
    (card,) = await claim(store)
    await raised(store, 2)
    assert await store.read(lambda uow: uow.cards.wanted(card.id)) == 3
    assert await shown(store, card, revision=1)
    (again,) = await claim(store)
    assert (again.wanted_revision, again.shown_revision, again.activity_id) == (3, 1, "m1")
    await raised(store)
    assert await shown(store, again, revision=4, activity=None), "it was drawn after the last change"
    found = await store.read(lambda uow: uow.cards.of_activity(card.conversation.id, "m1"))
    assert found is not None
    assert found.shown_revision == 4
    assert await claim(store) == []


async def test_every_copy_is_raised_wherever_it_is(store: AnyStore) -> None:
    await want(store, "19:a")
    await want(store, "19:b")
    await want(store, "19:b", 2)
    for card in await claim(store):
        await shown(store, card)
    for card in await claim(store):
        await shown(store, card)
    assert await claim(store) == []
    await raised(store)
    assert [(card.conversation.teams_id, card.wanted_revision) for card in await claim(store)] == [
        ("19:a", 2),
        ("19:b", 2),
    ]


async def test_wanting_what_is_shown_changes_nothing(store: AnyStore) -> None:
    await want(store)
    (card,) = await claim(store)
    await shown(store, card)
    await want(store, priority=0)
    assert await claim(store) == []


async def test_a_delayed_card_waits_and_a_change_of_its_subject_makes_it_due(store: AnyStore) -> None:
    await want(store)
    (card,) = await claim(store)
    later = NOW + 10 * MINUTE
    await store.write(lambda uow: uow.cards.delay(card, owner="me", until=later, why="429", ambiguous=True))
    assert await due(store) == later
    assert await claim(store, NOW + 9 * MINUTE) == []
    (card,) = await claim(store, later)
    assert (card.attempt, card.ambiguous) == (2, True)
    await store.write(lambda uow: uow.cards.delay(card, owner="me", until=later + MINUTE, why="429", ambiguous=False))
    await raised(store, at=later)
    (card,) = await claim(store, later)
    assert (card.attempt, card.ambiguous, card.wanted_revision) == (3, True, 2)


async def test_a_card_set_aside_waits_for_a_change_of_its_subject(store: AnyStore) -> None:
    await want(store)
    (card,) = await claim(store)
    await store.write(lambda uow: uow.cards.set_aside(card, owner="me", why="413"))
    assert await claim(store, NOW + MINUTE) == []
    assert await due(store) is None
    await raised(store, at=NOW + MINUTE)
    assert len(await claim(store, NOW + MINUTE)) == 1


async def test_a_card_that_grew_while_it_was_refused_is_tried_again(store: AnyStore) -> None:
    await want(store)
    (card,) = await claim(store)
    await raised(store)
    await store.write(lambda uow: uow.cards.set_aside(card, owner="me", why="413"))
    assert len(await claim(store)) == 1


async def test_a_card_whose_message_is_gone_is_posted_anew(store: AnyStore) -> None:
    here = await want(store)
    (card,) = await claim(store)
    await shown(store, card)
    await raised(store)
    (card,) = await claim(store)
    await store.write(lambda uow: uow.cards.forget_activity(card, owner="me"))
    (card,) = await claim(store)
    assert (card.activity_id, card.shown_revision) == (None, 0)
    assert await store.read(lambda uow: uow.cards.of_activity(here, "m1")) is None


async def test_released_leases_are_free_at_once(store: AnyStore) -> None:
    await want(store, "19:a")
    await want(store, "19:b")
    await claim(store, limit=1)
    await claim(store, owner="other", limit=1)
    await store.write(lambda uow: uow.cards.release("me"))
    assert [card.conversation.teams_id for card in await claim(store)] == ["19:a"]


async def test_pending_cards_keep_their_place_when_their_subject_changes(store: AnyStore) -> None:
    await want(store, subject=1, at=NOW)
    await want(store, subject=2, at=NOW + SECOND)
    await raised(store, at=NOW + MINUTE, subject=1)
    assert [card.subject_id for card in await claim(store, NOW + MINUTE)] == [1]


async def test_a_sole_process_takes_over_from_the_one_before_it_at_once(store: AnyStore) -> None:
    await want(store)
    await claim(store, owner="killed")
    await store.write(lambda uow: uow.cards.release(None))
    (card,) = await claim(store)
    assert card.ambiguous, "nobody knows whether the killed one had posted it"


async def test_cards_set_aside_are_tried_again_on_demand(store: AnyStore) -> None:
    here = await want(store, "19:a", 1)
    await want(store, "19:b", 2)
    for card in await claim(store):
        await store.write(lambda uow, card=card: uow.cards.set_aside(card, owner="me", why="500"))
    assert (await store.read(lambda uow: uow.cards.counts(NOW))).set_aside == 2
    refused = await store.read(lambda uow: uow.cards.refused(limit=9))
    assert [(card.subject_id, card.conversation.teams_id, why) for card, why in refused] == [
        (2, "19:b", "500"),
        (1, "19:a", "500"),
    ]
    assert await store.write(lambda uow: uow.cards.try_again(NOW, conversation=here)) == 1
    assert [card.subject_id for card in await claim(store)] == [1]
    assert await store.write(lambda uow: uow.cards.try_again(NOW)) == 1


async def test_a_clock_that_was_set_back_leaves_nothing_waiting(store: AnyStore) -> None:
    here = await want(store, at=NOW)
    before = NOW - 60 * MINUTE
    assert await claim(store, before) == []
    await store.write(lambda uow: uow.cards.hold(here, NOW + MINUTE))
    await store.write(lambda uow: uow.cards.clock_set_back(before))
    assert await claim(store, before) == [], "the conversation rests a little, for the calls that are forgotten"
    assert len(await claim(store, before + 2 * MINUTE)) == 1


async def test_what_waits_is_counted(store: AnyStore) -> None:
    await want(store, "19:a", 1, at=NOW - MINUTE)
    await want(store, "19:b", 2)
    counts = await store.read(lambda uow: uow.cards.counts(NOW))
    assert counts == DeliveryCounts(2, NOW - MINUTE, 0, 0, 0)


async def test_what_waits_for_a_conversation_that_is_gone_is_not_counted(store: AnyStore) -> None:
    here = await want(store, "19:a", 1, at=NOW - MINUTE)
    (card,) = await claim(store)
    await store.write(lambda uow: uow.cards.delay(card, owner="me", until=NOW, why="", ambiguous=True))
    await want(store, "19:b", 2)

    def leave(uow: UnitOfWork) -> None:
        uow.conversations.subscribe(here, at=NOW)
        uow.conversations.mark_gone(here)

    await store.write(leave)
    assert await store.read(lambda uow: uow.cards.counts(NOW)) == DeliveryCounts(1, NOW, 0, 1, 1)


async def test_an_answer_whose_thread_is_gone_is_posted_outside_of_it(store: AnyStore) -> None:
    await want(store, thread="root")
    (card,) = await claim(store)
    await store.write(lambda uow: uow.cards.forget_activity(card, owner="me"))
    (card,) = await claim(store)
    assert card.thread is None


async def test_a_message_that_is_gone_is_posted_anew_in_its_thread(store: AnyStore) -> None:
    await want(store, thread="root")
    (card,) = await claim(store)
    await shown(store, card)
    await raised(store)
    (card,) = await claim(store)
    await store.write(lambda uow: uow.cards.forget_activity(card, owner="me"))
    (card,) = await claim(store)
    assert (card.activity_id, card.thread) == (None, "root")
