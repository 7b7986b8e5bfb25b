"""Looking back goes on in the background, from where it was, and shows how far it has come."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from bot.alerts.condition_text import parse
from bot.alerts.conversation import Subject
from bot.alerts.ports import UnitOfWork
from bot.alerts.tuning import Action, Lookback, Standing, Terms, TuningRule
from bot.delivery.lookbacks import Lookbacks
from bot.usecases.tuning_lookback import STEPS, begun
from storage.store import AnyStore
from tests.unit.storage.made import NOW, add_alert, add_conversation, device

DAY = timedelta(days=1)


def draft(uow: UnitOfWork, lookback: Lookback | None) -> TuningRule:
    """A draft whose condition no index finds, with its card; and an alert on each of five days."""
    for days in range(5):
        add_alert(uow, f"a{days}", device("web-1"), received_at=NOW - days * DAY - DAY / 4)
    here = add_conversation(uow)
    made = uow.tuning.add(
        TuningRule(
            id=0,
            terms=Terms(name="Scans", action=Action.HIDE, indicators=parse("host:web-*")),
            standing=Standing.DRAFT,
            position=0,
            author="ana",
            author_name="Ana",
            created_at=NOW,
            changed_at=NOW,
            lookback=lookback,
        )
    )
    uow.cards.want(here.id, Subject.RULE, made.id, priority=0, at=NOW)
    return made


@asynccontextmanager
async def working(store: AnyStore) -> AsyncIterator[Lookbacks]:
    lookbacks = Lookbacks(store=store, clock=lambda: NOW)
    task = asyncio.create_task(lookbacks.run())
    try:
        yield lookbacks
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def done(store: AnyStore, rule: int) -> Lookback:
    async with asyncio.timeout(20):
        while True:
            found = (await store.read(lambda uow: uow.tuning.get(rule))).lookback
            if found is not None and found.is_done:
                return found
            await asyncio.sleep(0.02)


async def test_a_draft_is_looked_back_with_and_its_card_drawn_anew(store: AnyStore) -> None:
    async with working(store) as lookbacks:
        made = await store.write(lambda uow: draft(uow, None))
        lookbacks.poke()
        found = await done(store, made.id)
    assert (found.total, found.caught, found.open) == (5, 5, 5)
    assert await store.read(lambda uow: uow.cards.wanted(1)) > 1


async def test_it_goes_on_from_where_it_was_when_the_process_ended(store: AnyStore) -> None:
    halfway = Lookback(since=NOW - 30 * DAY, until=NOW, done=4 / STEPS)  # two days of thirty
    assert (halfway.since, halfway.until) == (begun(NOW).since, begun(NOW).until)
    made = await store.write(lambda uow: draft(uow, halfway))
    async with working(store):
        found = await done(store, made.id)
    assert (found.total, found.caught) == (3, 3), "what was counted before is not counted again"


async def test_what_is_no_draft_any_more_is_left_alone(store: AnyStore) -> None:
    made = await store.write(lambda uow: draft(uow, None))
    await store.write(lambda uow: uow.tuning.forget(made.id))
    async with working(store) as lookbacks:
        lookbacks.poke()
        await asyncio.sleep(0.2)
    assert not await store.read(lambda uow: uow.tuning.many([made.id]))
