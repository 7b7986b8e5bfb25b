"""Replies in the threads of alerts' cards: where one is wanted, and which tells what, on both databases."""

from datetime import timedelta

from bot.alerts.conversation import Limits, Subject
from bot.alerts.messages import ConversationKind, Message
from bot.alerts.ports import UnitOfWork
from storage.store import AnyStore
from tests.unit.storage.made import MINUTE, NOW, add_conversation

SECOND = timedelta(seconds=1)
NO_LIMITS = Limits((), ())


async def card(store: AnyStore, place: str, *, kind: ConversationKind = ConversationKind.CHANNEL, origin: str = "",
               activity: str | None = "root", alert: int = 1) -> int:  # fmt: skip
    """A card of an alert, posted where `activity` is given; the conversation's id."""

    def want(uow: UnitOfWork) -> int:
        here = add_conversation(uow, place, kind=kind)
        uow.cards.want(here.id, Subject.ALERT, alert, priority=1, at=NOW, origin=origin)
        return here.id

    here = await store.write(want)
    if activity is not None:
        await post(store, activity)
    return here


async def post(store: AnyStore, activity: str) -> None:
    (one,) = await store.write(lambda uow: uow.cards.claim(NOW, owner="me", lease=MINUTE, limit=1, limits=NO_LIMITS))
    await store.write(lambda uow: uow.cards.shown(one, owner="me", revision=1, activity_id=activity))


async def threads(store: AnyStore, alert: int = 1) -> list[tuple[int, str]]:
    return list(await store.read(lambda uow: uow.cards.threads(alert, open_at=NOW + 2 * SECOND)))


async def test_only_an_alerts_own_posted_card_in_a_channel_has_a_thread(store: AnyStore) -> None:
    here = await card(store, "19:a", activity="root-a")
    await card(store, "19:copy", origin="message-7")
    await card(store, "19:chat", kind=ConversationKind.GROUP_CHAT)
    await card(store, "19:other", alert=2)
    gone = await card(store, "19:gone")
    await card(store, "19:waiting", activity=None)
    await store.write(lambda uow: uow.conversations.mark_gone(gone))
    assert await threads(store) == [(here, "root-a")]
    assert await threads(store, 3) == []


async def test_a_reply_that_waits_tells_the_next_change_too_until_it_is_about_to_go(store: AnyStore) -> None:
    here = await card(store, "19:a")

    async def reply(revision: int, seconds: int) -> None:
        at = NOW + seconds * SECOND
        await store.write(
            lambda uow: uow.cards.want(here, Subject.THREAD, 1, priority=4, at=at, origin=str(revision), thread="root")
        )

    await reply(2, seconds=2)
    assert await threads(store) == [(here, "root")], "it may be drawn before what is done now is written"
    await reply(9, seconds=20)
    assert await threads(store) == []
    (first,) = await store.write(
        lambda uow: uow.cards.claim(NOW + 3 * SECOND, owner="me", lease=MINUTE, limit=9, limits=NO_LIMITS)
    )
    assert (first.subject, first.origin, first.thread) == (Subject.THREAD, "2", "root")
    assert await store.read(lambda uow: uow.cards.thread_bound(first)) == 9
    # Changes of the alert raise its card, and no reply.
    await store.write(lambda uow: uow.cards.shown(first, owner="me", revision=1, activity_id="said"))
    await store.write(lambda uow: uow.cards.raise_wanted(Subject.ALERT, 1, at=NOW))
    said = await store.read(lambda uow: uow.cards.of_activity(here, "said"))
    assert said is not None
    assert said.wanted_revision == said.shown_revision == 1
    (raised,) = await store.write(
        lambda uow: uow.cards.claim(NOW + 3 * SECOND, owner="me", lease=MINUTE, limit=9, limits=NO_LIMITS)
    )
    assert raised.subject is Subject.ALERT
    await store.write(lambda uow: uow.cards.shown(raised, owner="me", revision=2, activity_id=None))
    (last,) = await store.write(
        lambda uow: uow.cards.claim(NOW + MINUTE, owner="me", lease=MINUTE, limit=9, limits=NO_LIMITS)
    )
    assert await store.read(lambda uow: uow.cards.thread_bound(last)) is None


async def test_one_that_was_tried_is_not_added_to(store: AnyStore) -> None:
    here = await card(store, "19:a")
    await store.write(
        lambda uow: uow.cards.want(here, Subject.THREAD, 1, priority=4, at=NOW, origin="2", thread="root")
    )
    (one,) = await store.write(lambda uow: uow.cards.claim(NOW, owner="me", lease=MINUTE, limit=1, limits=NO_LIMITS))
    await store.write(lambda uow: uow.cards.delay(one, owner="me", until=NOW + MINUTE, why="", ambiguous=True))
    assert await threads(store) == [(here, "root")]


async def test_what_was_answered_is_known_by_thread(store: AnyStore) -> None:
    def answer(uow: UnitOfWork) -> int:
        here = add_conversation(uow)
        for thread, seconds in (("root", 0), ("root", 5), ("other", 6), (None, 7)):
            at = NOW + seconds * SECOND
            number = uow.replies.add(Message("hi"), at)
            uow.cards.want(here.id, Subject.REPLY, number, priority=1, at=at, thread=thread)
        return here.id

    here = await store.write(answer)
    found = await store.read(lambda uow: uow.cards.answered(here, "root", since=NOW + SECOND))
    assert found == {NOW + 5 * SECOND}


async def test_replies_are_no_backlog_and_are_forgotten_after_a_time(store: AnyStore) -> None:
    here = await card(store, "19:a")
    await store.write(
        lambda uow: uow.cards.want(here, Subject.THREAD, 1, priority=4, at=NOW, origin="2", thread="root")
    )
    assert await store.read(lambda uow: uow.folds.backlog(here)) == 0
    (one,) = await store.write(lambda uow: uow.cards.claim(NOW, owner="me", lease=MINUTE, limit=1, limits=NO_LIMITS))
    await store.write(lambda uow: uow.cards.withhold(one, owner="me", revision=1))
    await store.write(lambda uow: uow.replies.forget_before(NOW))
    assert await store.read(lambda uow: uow.cards.has(here, Subject.THREAD, 1))
    await store.write(lambda uow: uow.replies.forget_before(NOW + SECOND))
    assert not await store.read(lambda uow: uow.cards.has(here, Subject.THREAD, 1))
    assert await store.read(lambda uow: uow.cards.has(here, Subject.ALERT, 1))
