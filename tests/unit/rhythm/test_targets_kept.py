"""Missed targets as they are kept, on both databases: each once, whoever looks, and whatever was missed meanwhile."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from bot.alerts.conversation import Scope, Subject
from bot.alerts.ports import UnitOfWork
from bot.alerts.targets import Goal, Target, Targets, with_targets
from bot.alerts.words import Severity, Status
from bot.usecases import targets
from storage.store import AnyStore, open_store
from tests.unit.storage.made import MINUTE, NOW, add_alert, add_conversation, alert

AIMS = Targets({
    Severity.HIGH: Target(15 * MINUTE, 240 * MINUTE),
    Severity.LOW: Target(60 * MINUTE, None),
})  # fmt: skip
ALL = Scope(everything=True)


def add(uow: UnitOfWork, name: str, **changes: Any) -> int:
    """An alert that was new when it came."""
    fields = {"severity": Severity.HIGH, "received_at": NOW, **changes}
    came = with_targets(alert(1, severity=fields["severity"], received_at=fields["received_at"]), AIMS)
    due = {"acknowledge_by": came.acknowledge_by, "resolve_by": came.resolve_by}
    return add_alert(uow, name, **fields, **due).number


async def begun(store: AnyStore) -> None:
    await store.write(lambda uow: targets.look(uow, NOW))


async def test_what_was_missed_is_kept_once_and_counted_by_severity(database: str) -> None:
    async with open_store(database, targets=AIMS) as store:
        await begun(store)

        def settle(uow: UnitOfWork) -> None:
            add(uow, "late")
            add(uow, "answered late", acknowledged_at=NOW + 16 * MINUTE, status=Status.IN_PROGRESS)
            add(uow, "in time", acknowledged_at=NOW + 14 * MINUTE, status=Status.IN_PROGRESS)
            add(uow, "cleared", status=Status.NEW)
            add(uow, "hidden", hidden="tuning:1")
            add(uow, "low", severity=Severity.LOW)

        await store.write(settle)

        def clear(uow: UnitOfWork) -> None:
            before = uow.alerts.get(4)
            uow.alerts.save(replace(before, status=Status.RESOLVED, resolved_at=NOW + MINUTE), before=before)

        await store.write(clear)
        assert not await store.read(lambda uow: targets.is_due(uow, NOW + 11 * MINUTE))
        found = await store.write(lambda uow: targets.look(uow, NOW + 17 * MINUTE))
        assert [(one.alert, one.goal) for one in found] == [(1, Goal.ACKNOWLEDGE), (2, Goal.ACKNOWLEDGE)]
        assert await store.write(lambda uow: targets.look(uow, NOW + 17 * MINUTE)) == ()
        again = await store.write(lambda uow: targets.look(uow, NOW + timedelta(days=2)))
        assert [(one.alert, one.goal) for one in again] == [
            (1, Goal.RESOLVE), (2, Goal.RESOLVE), (3, Goal.RESOLVE), (6, Goal.ACKNOWLEDGE),
        ]  # fmt: skip
        day = timedelta(days=1)
        assert await store.read(lambda uow: uow.breaches.between(ALL, NOW - day, NOW + day)) == {
            (Severity.HIGH, Goal.ACKNOWLEDGE): 2, (Severity.HIGH, Goal.RESOLVE): 3, (Severity.LOW, Goal.ACKNOWLEDGE): 1,
        }  # fmt: skip
        assert await store.read(lambda uow: uow.breaches.between(Scope(everything=False), NOW - day, NOW + day)) == {}
        assert await store.read(lambda uow: uow.breaches.overdue(NOW + day)) == {Severity.HIGH: 3, Severity.LOW: 1}


async def test_however_many_look_at_once_each_is_found_once(database: str) -> None:
    async with open_store(database, targets=AIMS) as store:
        await begun(store)
        await store.write(lambda uow: [add(uow, f"a{n}") for n in range(9)])
        looks = (store.write(lambda uow: targets.look(uow, NOW + 20 * MINUTE)) for _ in range(6))
        found = [one for some in await asyncio.gather(*looks) for one in some]
        assert sorted(one.alert for one in found) == list(range(1, 10))


async def test_cards_are_drawn_anew_when_little_is_left_and_when_it_is_late_but_not_in_a_storm(database: str) -> None:
    async with open_store(database, targets=AIMS) as store:
        await begun(store)

        def settle(uow: UnitOfWork) -> list[int]:
            here = add_conversation(uow)
            one = add(uow, "high")
            lows = [add(uow, f"low{n}", severity=Severity.LOW, received_at=NOW + n * MINUTE) for n in (0, 30)]
            storm = [add(uow, f"s{n}", severity=Severity.LOW, received_at=NOW + 60 * MINUTE) for n in range(25)]
            return [
                uow.cards.want(here.id, Subject.ALERT, number, priority=0, at=NOW) for number in (one, *lows, storm[0])
            ]

        high, low, later, stormy = await store.write(settle)

        async def drawn(minutes: float) -> list[int]:
            """How often each was wanted; nothing waits for Teams."""
            at = NOW + minutes * MINUTE
            with patch("storage.cards.Cards.counts") as counts:
                counts.return_value.pending = 0
                if await store.read(lambda uow: targets.is_due(uow, at)):
                    await store.write(lambda uow: targets.look(uow, at))
            return await store.read(lambda uow: [uow.cards.wanted(card) for card in (high, low, later, stormy)])

        assert await drawn(11) == [1, 1, 1, 1]
        assert await drawn(12) == [2, 1, 1, 1]
        assert await drawn(14) == [2, 1, 1, 1]
        assert await drawn(16) == [3, 1, 1, 1]
        assert await drawn(45) == [3, 2, 1, 1]
        assert await drawn(60) == [3, 3, 1, 1]
        assert await drawn(76) == [3, 3, 2, 1]
        assert await drawn(121) == [3, 3, 2, 1], "25 at once: their cards name the time already"
        assert len(await store.read(lambda uow: uow.breaches.between(ALL, NOW, NOW + timedelta(days=1)))) == 2


async def test_a_clock_that_is_set_back_is_followed(database: str) -> None:
    async with open_store(database, targets=AIMS) as store:
        await store.write(lambda uow: targets.look(uow, NOW + timedelta(days=2)))
        await store.write(lambda uow: add(uow, "a"))
        assert await store.read(lambda uow: targets.is_due(uow, NOW))
        assert await store.write(lambda uow: targets.look(uow, NOW)) == ()
        assert len(await store.write(lambda uow: targets.look(uow, NOW + 16 * MINUTE))) == 1
