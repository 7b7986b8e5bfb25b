"""What people put into a conversation themselves, on both databases."""

from bot.alerts.conversation import Scope
from bot.alerts.ports import UnitOfWork
from storage.store import AnyStore
from tests.unit.storage.made import MINUTE, NOW, add_alert, add_conversation


async def test_what_is_offered_is_shared_when_somebody_there_has_seen_it(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        here, there = add_conversation(uow), add_conversation(uow, "19:there")
        first, second = add_alert(uow, "a").number, add_alert(uow, "b").number
        uow.shares.offer(here.id, [first, second], person="ana", token="t1", at=NOW)
        uow.shares.offer(here.id, [first], person="bo", token="t2", at=NOW + MINUTE)
        in_here, in_there = (Scope(everything=False, shared_in=place.id) for place in (here, there))
        assert not uow.alerts.in_scope(first, in_here)
        assert uow.shares.waits(here.id, "t2")
        assert not uow.shares.waits(there.id, "t2"), "a token is good for one conversation"
        uow.shares.see(there.id, "t2")
        assert not uow.alerts.in_scope(first, in_here)
        uow.shares.see(here.id, "t2")
        assert not uow.shares.waits(here.id, "t2")
        assert uow.alerts.in_scope(first, in_here)
        assert not uow.alerts.in_scope(second, in_here)
        assert not uow.alerts.in_scope(first, in_there)
        assert uow.shares.forget_before(NOW + MINUTE) == 2
        assert uow.alerts.in_scope(first, in_here), "what was seen stays"

    await store.write(work)
