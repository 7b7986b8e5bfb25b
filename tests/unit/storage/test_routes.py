"""Routes and maintenance as they are kept, on both databases."""

import asyncio
from datetime import date, timedelta

from bot.alerts.ports import UnitOfWork
from bot.alerts.routing import Window
from bot.alerts.routing_ports import RouteDay
from storage.store import AnyStore
from tests.unit.storage.made import MINUTE, NOW, add_alert, add_conversation

TODAY = date(2026, 11, 21)


def window(**given: object) -> Window:
    fields = {"id": 0, "starts_at": NOW, "ends_at": NOW + 60 * MINUTE, "made_at": NOW, "wants": "host:web-*"}
    return Window(**(fields | given))  # type: ignore[arg-type]


async def test_a_conversation_has_one_route_of_each_name(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        here, gone = add_conversation(uow), add_conversation(uow, "19:gone")
        plain = uow.routes.put(here.id, at=NOW)
        named = uow.routes.put(here.id, at=NOW, name="web", wants="host:web-*", limit=5, zone="Europe/Madrid")
        assert uow.routes.put(here.id, at=NOW + MINUTE, wants="severity:high") == plain
        uow.routes.put(gone.id, at=NOW, fallback=True)
        uow.conversations.mark_gone(gone.id)
        first, second = uow.routes.all()
        assert (first.id, first.name, first.wants, first.made_at, first.takes_everything) == (
            plain, "", "severity:high", NOW, False,
        )  # fmt: skip
        assert (second.id, second.limit, second.zone, second.conversation) == (named, 5, "Europe/Madrid", here)
        assert [route.fallback for route in uow.routes.of(gone.id)] == [True]
        assert uow.routes.remove(here.id, name="web") == 1
        assert uow.routes.remove(here.id, name="web") == 0
        assert uow.routes.remove(here.id) == 1
        assert uow.routes.all() == []

    await store.write(work)


async def test_a_limit_holds_however_many_ask_at_once_and_each_day_begins_anew(store: AnyStore) -> None:
    await store.write(lambda uow: uow.routes.put(add_conversation(uow).id, at=NOW, limit=3))
    took = await asyncio.gather(*(store.write(lambda uow: uow.routes.take(1, TODAY, limit=3)) for _ in range(8)))
    assert sum(took) == 3

    def more(uow: UnitOfWork) -> None:
        assert uow.routes.take(1, TODAY, limit=None), "high severity"
        assert not uow.routes.take(1, TODAY, limit=3)
        assert uow.routes.take(1, TODAY + timedelta(days=1), limit=3)
        assert not uow.routes.take(1, TODAY + timedelta(days=2), limit=0)
        card = uow.folds.open_rollup(1, "", priority=0, at=NOW).card
        uow.routes.beyond(1, TODAY, card=card)
        uow.routes.beyond(1, TODAY, card=card)
        assert uow.routes.day(1, TODAY) == RouteDay(4, 2, card)
        assert uow.routes.day(1, TODAY + timedelta(days=2)) == RouteDay()
        assert uow.routes.remove(1) == 1

    await store.write(more)


async def test_what_maintenance_held_back_is_counted_once_and_told_of_once(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        here = add_conversation(uow)
        one, two = (add_alert(uow, name).number for name in "ab")
        first = uow.windows.add(window(conversation=here.id, reason="patching", made_by="Ana"))
        weekly = uow.windows.add(window(weekly=True, even_high=True, zone="Europe/Madrid"))
        for _ in range(2):
            uow.windows.hold([(first, here.id, one), (first, here.id, two)], NOW)
        uow.windows.hold([(weekly, here.id, two)], NOW + MINUTE)
        assert uow.windows.counts([first, weekly, 99]) == {first: 2, weekly: 1}
        assert [alert.number for alert in uow.windows.held(first, limit=5)] == [two, one]
        assert uow.windows.holding(two) == {here.id: weekly}
        assert [each.id for each in uow.windows.standing(NOW)] == [first, weekly]
        assert [each.id for each in uow.windows.standing(NOW + 90 * MINUTE)] == [weekly]
        kept = uow.windows.get(first)
        assert kept == window(id=first, conversation=here.id, reason="patching", made_by="Ana")
        found = [(each.id, place, numbers) for each, place, numbers in uow.windows.unreleased()]
        assert found == [(first, here.id, [one, two]), (weekly, here.id, [two])]
        assert uow.windows.release(first, here.id)
        assert not uow.windows.release(first, here.id)
        uow.windows.end(weekly, NOW + MINUTE)
        uow.windows.end(weekly, NOW + 2 * MINUTE)
        ended = uow.windows.get(weekly)
        assert ended is not None
        assert ended.ended_at == NOW + MINUTE
        assert uow.windows.standing(NOW + 90 * MINUTE) == []
        assert uow.windows.get(99) is None

    await store.write(work)
