"""Reminders as they are kept, on both databases."""

import asyncio
from dataclasses import replace

import pytest

from bot.alerts.conversation import Subject
from bot.alerts.errors import NotAvailable
from bot.alerts.messages import ConversationKind
from bot.alerts.ports import UnitOfWork
from bot.alerts.reminder import Reminder, ReminderState
from bot.usecases import reminders
from storage.store import AnyStore
from tests.unit.storage.made import MINUTE, NOW, add_alert, add_conversation


def add(uow: UnitOfWork, **given: object) -> Reminder:
    fields = {"id": 0, "alert": 1, "person": "ana", "due_at": NOW + MINUTE, "made_at": NOW, "conversation": 1}
    draft = Reminder(**(fields | given))  # type: ignore[arg-type]
    return replace(draft, id=uow.reminders.add(draft))


async def test_it_comes_back_as_it_was_and_waits_in_the_order_of_time(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        add_alert(uow, "a")
        add_conversation(uow)
        late = add(uow, due_at=NOW + 5 * MINUTE, note="ask Bo", thread="1.2")
        soon = add(uow)
        other = add(uow, person="bo")
        assert uow.reminders.get(late.id) == late
        assert list(uow.reminders.waiting("ana")) == [soon, late]
        assert list(uow.reminders.waiting_in(1, NOW + 5 * MINUTE)) == [soon, other]
        assert list(uow.reminders.due(NOW, limit=9)) == []
        assert list(uow.reminders.due(NOW + MINUTE, limit=1)) == [soon]
        assert uow.reminders.settle(soon.id, ReminderState.CANCELLED)
        assert not uow.reminders.settle(soon.id, ReminderState.TOLD)
        assert list(uow.reminders.waiting("ana")) == [late]
        with pytest.raises(NotAvailable):
            uow.reminders.get(99)

    await store.write(work)


async def test_however_many_look_it_is_told_once(store: AnyStore) -> None:
    def settle(uow: UnitOfWork) -> None:
        add_alert(uow, "a")
        add_conversation(uow)
        for _ in range(7):
            add(uow)

    await store.write(settle)
    await asyncio.gather(
        *(store.write(lambda uow: reminders.tell_due(uow, NOW + MINUTE)) for _ in range(6)), return_exceptions=True
    )
    await store.write(lambda uow: reminders.tell_due(uow, NOW + 2 * MINUTE))

    def told(uow: UnitOfWork) -> tuple[int, int]:
        cards = uow.cards.counts(NOW).pending
        return cards, len(uow.reminders.due(NOW + 9 * MINUTE, limit=9))

    assert await store.read(told) == (7, 0)


async def test_a_change_of_the_alert_draws_the_card_that_reminds_of_it_anew(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        add_alert(uow, "a")
        add_alert(uow, "b")
        here = add_conversation(uow)
        mine, other = add(uow), add(uow, alert=2)
        cards = [uow.cards.want(here.id, Subject.REMINDER, one.id, priority=0, at=NOW) for one in (mine, other)]
        uow.cards.raise_wanted(Subject.ALERT, 1, at=NOW)
        assert [uow.cards.wanted(card) for card in cards] == [2, 1]

    await store.write(work)


async def test_somebodys_own_chat_is_the_newest_that_is_not_gone(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        assert uow.conversations.personal("ana") is None
        said = {"kind": ConversationKind.PERSONAL, "person": "ana"}
        first, second = (add_conversation(uow, name, **said) for name in ("a:1", "a:2"))
        add_conversation(uow, "a:3", kind=ConversationKind.PERSONAL, person="bo")
        assert uow.conversations.personal("ana") == second
        uow.conversations.mark_gone(second.id)
        assert uow.conversations.personal("ana") == first

    await store.write(work)


async def test_what_breaks_off_in_the_middle_is_told_after_it_and_once(store: AnyStore) -> None:
    def settle(uow: UnitOfWork) -> None:
        add_alert(uow, "a")
        add_conversation(uow)
        add(uow)

    def broken(uow: UnitOfWork) -> None:
        reminders.tell_due(uow, NOW + MINUTE)
        raise RuntimeError("the process dies before the commit")

    await store.write(settle)
    with pytest.raises(RuntimeError):
        await store.write(broken)
    assert await store.read(lambda uow: uow.cards.counts(NOW).pending) == 0
    assert await store.write(lambda uow: reminders.tell_due(uow, NOW + MINUTE)) == 1
    assert await store.write(lambda uow: reminders.tell_due(uow, NOW + MINUTE)) == 0
    assert await store.read(lambda uow: uow.cards.counts(NOW).pending) == 1
