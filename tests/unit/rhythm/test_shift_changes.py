"""A year of shifts in five zones: each change is handed over once, whoever looks, and however long nobody did."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from bot.alerts.conversation import Subject
from bot.alerts.errors import NotAvailable
from bot.alerts.handover import Basis, Handover, Note, Period
from bot.alerts.oncall_ports import declared
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.usecases import shift_changes
from storage.store import AnyStore, open_store
from tests.unit.storage.made import MINUTE, NOW, add_alert, add_conversation

ZONES = ("Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Santiago")
START = datetime(2026, 1, 1, 12, tzinfo=UTC)
PEOPLE = [Person(name, name.title()) for name in ("ana", "bo", "chidi")]


async def served(store: AnyStore, zone: str, text: str = "") -> None:
    def settle(uow: UnitOfWork) -> None:
        here = add_conversation(uow)
        uow.conversations.subscribe(here.id, at=START - timedelta(days=9))
        uow.routes.put(here.id, at=START - timedelta(days=9))
        for person in PEOPLE:
            uow.people.meet(person, START)
        uow.rotas.declare([declared("soc", text or f"daily 08:00 {zone} from 2026-01-01: ana, bo, chidi", zone)])

    await store.write(settle)


async def posted(store: AnyStore) -> list[Handover]:
    def look(uow: UnitOfWork) -> list[Handover]:
        found = []
        for number in range(1, 1_000):
            try:
                found.append(uow.handovers.get(number))
            except NotAvailable:
                break
        return found

    return await store.read(look)


@pytest.mark.parametrize("zone", ZONES)
async def test_a_year_of_days_is_handed_over_day_by_day(sqlite_database: str, zone: str) -> None:
    rng = random.Random(zone)  # noqa: S311 - when somebody looks, no secret
    async with open_store(sqlite_database) as store:
        await served(store, zone)
        now, end = START, START + timedelta(days=366)
        while now < end:
            # At any time of the day, and now and then in the very second; sometimes two look at once.
            now += timedelta(minutes=rng.choice((1, 200, 333, 355)))
            moment = now
            for _ in range(rng.choice((1, 2))):
                if await store.read(lambda uow, at=moment: shift_changes.is_due(uow, at)):
                    await store.write(lambda uow, at=moment: shift_changes.post_due(uow, at))
        made = await posted(store)
        local = [one.period.until.astimezone(ZoneInfo(zone)) for one in made]
        assert {at.time().isoformat() for at in local} == {"08:00:00"}
        days = [at.date() for at in local]
        assert days == sorted(set(days))
        assert (days[-1] - days[0]).days == len(days) - 1, "none is left out"
        assert len(days) >= 365
        for earlier, later in pairwise(made):
            assert later.leavers == earlier.comers
            assert later.period.since == earlier.period.until
        lengths = {one.period.until - one.period.since for one in made[1:]}
        assert lengths <= {timedelta(hours=hours) for hours in (23, 23.5, 24, 24.5, 25)}


async def test_what_nobody_looked_at_for_hours_is_caught_up_and_what_is_older_is_not(store: AnyStore) -> None:
    await served(store, "Europe/Madrid")
    assert await store.write(lambda uow: shift_changes.post_due(uow, datetime(2026, 3, 3, 12, 30, tzinfo=UTC))) == 1
    assert await store.write(lambda uow: shift_changes.post_due(uow, datetime(2026, 3, 4, 13, 30, tzinfo=UTC))) == 0
    assert [one.period.until.day for one in await posted(store)] == [3]


async def test_an_override_is_no_change_and_a_gap_hands_over_from_who_had_it_last(store: AnyStore) -> None:
    await served(store, "UTC")
    morning = datetime(2026, 3, 3, 8, tzinfo=UTC)

    def override(uow: UnitOfWork) -> None:
        begin = morning - timedelta(hours=3)
        uow.rotas.override("soc", "bo", begin, begin + timedelta(hours=1), made_by="Bo", made_at=begin)

    await store.write(override)
    assert await store.write(lambda uow: shift_changes.post_due(uow, morning - MINUTE)) == 0
    assert await store.write(lambda uow: shift_changes.post_due(uow, morning)) == 1
    (one,) = await posted(store)
    assert one.period.since == morning - timedelta(days=1)
    assert one.period.basis is Basis.CHANGE
    assert set(one.leavers).isdisjoint(one.comers)


async def test_only_where_the_rota_serves(store: AnyStore) -> None:
    await served(store, "UTC")
    morning = datetime(2026, 3, 3, 8, tzinfo=UTC)

    def more(uow: UnitOfWork) -> None:
        uow.rotas.declare(
            [declared(name, f"daily 08:00 UTC from 2026-01-01: {who}", "UTC") for name, who in
             (("default", "ana, bo"), ("network", "bo, chidi"))]
        )  # fmt: skip
        other = add_conversation(uow, "19:network")
        uow.routes.put(other.id, at=START, rota="network")
        add_conversation(uow, "19:none")
        late = add_conversation(uow, "19:late")
        uow.routes.put(late.id, at=morning + MINUTE)

    await store.write(more)
    assert await store.write(lambda uow: shift_changes.post_due(uow, morning + 2 * MINUTE)) == 2
    assert [(one.conversation, one.rota) for one in await posted(store)] == [(1, "default"), (2, "network")]


async def test_notes_stand_until_they_are_read_or_their_author_says_something_newer(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        add_alert(uow, "a")
        here, there = add_conversation(uow), add_conversation(uow, "19:b")
        draft = {"conversation": here.id, "author": "ana", "author_name": "Ana", "made_at": NOW}
        first = uow.handovers.write(Note(id=0, text="one", **draft))
        other = uow.handovers.write(Note(id=0, text="by Bo", **(draft | {"author": "bo"})))
        second = uow.handovers.write(Note(id=0, text="two", **draft))
        uow.handovers.write(Note(id=0, text="there", **(draft | {"conversation": there.id})))
        assert [note.id for note in uow.handovers.notes([here.id])] == [second, other]
        assert len(uow.handovers.notes([here.id, there.id])) == 3
        assert not uow.handovers.settle(first, by="bo", at=NOW)
        assert uow.handovers.settle(second, by="bo", at=NOW)
        with pytest.raises(NotAvailable):
            uow.handovers.note(second)
        assert uow.handovers.notes([]) == []
        draft_of = Handover(id=0, conversation=here.id, rota="soc", period=Period(NOW - MINUTE, NOW, Basis.CHANGE))
        made = uow.handovers.add(draft_of, at=NOW)
        assert made is not None
        assert uow.handovers.add(draft_of, at=NOW) is None
        assert uow.handovers.has(here.id, "soc", NOW)
        assert not uow.handovers.has(there.id, "soc", NOW)
        assert uow.handovers.newest(here.id) == made
        assert uow.handovers.newest(there.id) is None
        assert not uow.cards.has(here.id, Subject.HANDOVER, made)

    await store.write(work)


async def test_what_breaks_off_in_the_middle_is_posted_after_it_and_once(store: AnyStore) -> None:
    await served(store, "UTC")
    morning = datetime(2026, 3, 3, 8, tzinfo=UTC)

    def broken(uow: UnitOfWork) -> None:
        shift_changes.post_due(uow, morning)
        raise RuntimeError("the process dies before the commit")

    with pytest.raises(RuntimeError):
        await store.write(broken)
    assert await posted(store) == []
    assert await store.write(lambda uow: shift_changes.post_due(uow, morning)) == 1
    assert await store.write(lambda uow: shift_changes.post_due(uow, morning)) == 0
    assert await store.read(lambda uow: uow.cards.counts(morning).pending) == 1
