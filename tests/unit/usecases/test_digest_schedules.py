"""A year of digests in five zones: one for each schedule and local date, whatever the clocks do."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.alerts.condition import EVERYTHING
from bot.alerts.conversation import Conversation
from bot.alerts.digest import Digest
from bot.alerts.errors import NotAvailable, Refused
from bot.alerts.messages import ConversationKind
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.schedule import Rhythm, Timing, moment_of
from bot.alerts.schedule_words import read_schedule, spelled
from bot.usecases import digests, schedules
from bot.usecases.visibility import Reader
from storage.store import AnyStore, migrate, open_store

ANA = Person("ana", "Ana Lima", "29:a")
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Kiritimati")
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
OFF = Timing(rhythm=Rhythm.DAILY, at=time(8), zone="UTC")


def subscribed(uow: UnitOfWork, at: datetime = BEGIN - timedelta(days=2)) -> Conversation:
    here = uow.conversations.meet(
        teams_id="19:a", kind=ConversationKind.CHANNEL, service_url="https://teams.example/", tenant_id="t"
    )
    uow.conversations.subscribe(here.id, at=at)
    uow.routes.put(here.id, at=at)
    found = uow.conversations.find("19:a")
    assert found is not None
    return found


def clocks_change(now: datetime, zone: str) -> bool:
    """Within a day or so."""
    return len({(now + timedelta(hours=n)).astimezone(ZoneInfo(zone)).utcoffset() for n in (-26, 0, 26)}) > 1


def made(uow: UnitOfWork, words: str, at: datetime, *, number: int | None = None) -> schedules.Scheduled:
    wanted = read_schedule(words, zone="UTC")
    here = uow.conversations.find("19:a") or subscribed(uow)
    reader = Reader("ana", here, at)
    return schedules.put(
        uow, reader, ANA, wanted.timing, wants=EVERYTHING, says_quiet=wanted.says_quiet, number=number, default=OFF
    )


def tick(uow: UnitOfWork, now: datetime) -> int:
    return digests.post_due(uow, now, at=time(8), zone=ZoneInfo("UTC"))


def of(uow: UnitOfWork, schedule: int) -> list[Digest]:
    """All that were made of one schedule."""
    found: list[Digest] = []
    with suppress(NotAvailable):
        while True:
            found.append(uow.digests.get(len(found) + 1))
    return [digest for digest in found if digest.schedule == schedule]


@pytest.mark.parametrize("zone", ZONES)
async def test_a_year_has_one_digest_for_each_of_its_dates(zone: str, tmp_path: Path) -> None:
    """Daily in the gap of spring, weekdays at midnight, weekly in the hour that autumn has twice."""
    url = f"sqlite:///{tmp_path / 'year.db'}"
    await migrate(url)
    begin = datetime.combine(date(2026, 1, 1), time(), ZoneInfo(zone)).astimezone(UTC)

    def year(uow: UnitOfWork) -> dict[str, list[Digest]]:
        subscribed(uow, begin - timedelta(days=2))
        ids = {
            words: made(uow, f"{words} {zone}", begin - timedelta(minutes=5)).schedule.id
            for words in ("daily 02:30", "weekdays 00:00", "weekly sun 01:30")
        }
        now = begin
        while now < begin + timedelta(days=366):
            tick(uow, now)
            if now.hour % 7 == 0:
                tick(uow, now - timedelta(hours=1))  # a clock that is set back
            now += timedelta(minutes=30 if clocks_change(now, zone) else 180)
        return {words: of(uow, schedule) for words, schedule in ids.items()}

    async with open_store(url) as store:
        found = await store.write(year)
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    expected = {
        "daily 02:30": days,
        "weekdays 00:00": [day for day in days if day.weekday() < 5],
        "weekly sun 01:30": [day for day in days if day.weekday() == 6],
    }
    for words, some in found.items():
        dates = Counter(one.local_date for one in some if one.local_date.year == 2026)
        assert dates == Counter(expected[words]), (zone, words)
        for one in some:
            assert timedelta() <= one.created_at - one.numbers.until < timedelta(hours=3), (zone, words, one)
            if clocks_change(one.created_at, zone):
                assert one.created_at - one.numbers.until < timedelta(minutes=30), (zone, words, one)
        # Each begins where the one before it ended: nothing is told twice, or never.
        assert all(a.numbers.until == b.numbers.since for a, b in pairwise(some)), (zone, words)


def test_a_wall_time_that_does_not_exist_is_the_jump_and_one_that_comes_twice_is_the_first() -> None:
    assert moment_of(date(2026, 3, 29), time(2, 30), "Europe/Berlin") == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert moment_of(date(2026, 10, 25), time(2, 30), "Europe/Berlin") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    # Half an hour is left out there.
    assert moment_of(date(2026, 10, 4), time(2, 15), "Australia/Lord_Howe") == datetime(2026, 10, 3, 15, 30, tzinfo=UTC)
    assert moment_of(date(2011, 12, 30), time(8), "Pacific/Apia") is None


async def test_what_was_missed_is_made_up_for_once_and_says_that_it_is_late(store: AnyStore) -> None:
    def story(uow: UnitOfWork) -> list[Digest]:
        subscribed(uow)
        schedule = made(uow, "daily 08:00", BEGIN).schedule.id
        assert tick(uow, BEGIN + timedelta(days=1, hours=8)) == 1
        # Nobody is there for three days.
        late = BEGIN + timedelta(days=4, hours=11)
        assert tick(uow, late) == 1
        assert tick(uow, late + timedelta(minutes=1)) == 0
        assert tick(uow, BEGIN + timedelta(days=5, hours=8)) == 1
        return of(uow, schedule)

    first, late, after = await store.write(story)
    assert (first.late_by, late.late_by, after.late_by) == (None, timedelta(hours=3), None)
    assert (late.local_date, late.numbers.since) == (date(2026, 1, 5), first.numbers.until)
    assert after.numbers.since == late.numbers.until


async def test_a_new_or_resumed_one_waits_for_its_next_time(store: AnyStore) -> None:
    noon = BEGIN + timedelta(days=1, hours=12)

    def story(uow: UnitOfWork) -> None:
        here = subscribed(uow)
        reader = Reader("ana", here, noon)
        assert made(uow, "daily 08:00", noon).next_at == BEGIN + timedelta(days=2, hours=8)
        assert tick(uow, noon) == 0
        schedules.pause(uow, reader, 1, OFF, paused=True)
        assert tick(uow, noon + timedelta(days=1)) == 0
        schedules.pause(uow, Reader("ana", here, noon + timedelta(days=2)), 1, OFF, paused=False)
        assert tick(uow, noon + timedelta(days=2)) == 0
        assert tick(uow, noon + timedelta(days=3)) == 1

    await store.write(story)


async def test_the_first_one_takes_the_place_of_the_one_of_the_settings_until_that_is_resumed(store: AnyStore) -> None:
    def story(uow: UnitOfWork) -> None:
        here = subscribed(uow)
        assert tick(uow, BEGIN + timedelta(hours=8)) == 1
        later = BEGIN + timedelta(hours=8, minutes=1)
        first, second = made(uow, "daily 09:00", later), made(uow, "daily 10:00", later)
        assert first.instead is not None
        assert second.instead is None
        assert tick(uow, BEGIN + timedelta(hours=11)) == 2
        assert tick(uow, BEGIN + timedelta(days=1, hours=8)) == 0
        reader = Reader("ana", here, BEGIN + timedelta(days=1, hours=7))
        schedules.pause(uow, reader, 0, OFF, paused=False)
        assert [one.schedule.number for one in schedules.listed(uow, reader, OFF)] == [0, 1, 2]
        assert tick(uow, BEGIN + timedelta(days=1, hours=8)) == 1
        assert tick(uow, BEGIN + timedelta(days=1, hours=11)) == 2

    await store.write(story)


async def test_numbers_are_never_given_again_and_a_changed_one_keeps_its_own(store: AnyStore) -> None:
    def story(uow: UnitOfWork) -> None:
        here = subscribed(uow)
        reader = Reader("ana", here, BEGIN)
        assert [made(uow, "daily 09:00", BEGIN).schedule.number for _ in range(2)] == [1, 2]
        schedules.remove(uow, reader, 2, OFF)
        assert made(uow, "daily 09:00", BEGIN).schedule.number == 3
        changed = made(uow, "weekly fri 16:00", BEGIN, number=1).schedule
        assert (changed.number, spelled(changed.timing)) == (1, "weekly fri 16:00 UTC")
        with pytest.raises(Refused, match="noDigest"):
            schedules.remove(uow, reader, 2, OFF)

    await store.write(story)


async def test_a_quiet_day_is_made_once_but_nothing_is_posted_where_nothing_shall_be_said(store: AnyStore) -> None:
    def story(uow: UnitOfWork) -> list[int]:
        subscribed(uow)
        made(uow, "daily 09:00 quiet:nothing", BEGIN)
        made(uow, "daily 09:00 quiet:line", BEGIN)
        assert tick(uow, BEGIN + timedelta(hours=9)) == 2
        return [uow.cards.counts(BEGIN + timedelta(hours=9)).pending]

    assert await store.write(story) == [1]


async def test_one_that_came_today_is_not_promised_for_today_again_when_its_time_is_changed(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        day, hour = datetime(2026, 3, 3, tzinfo=UTC), timedelta(hours=1)
        subscribed(uow)
        assert made(uow, "daily 08:00", day).next_at == day + 8 * hour
        assert tick(uow, day + 8 * hour) == 1
        changed = made(uow, "daily 17:00", day + 9 * hour, number=1)
        assert changed.next_at == day + 41 * hour
        reader = Reader("ana", changed.schedule.conversation, day + 9 * hour)
        assert [one.next_at for one in schedules.listed(uow, reader, OFF) if one.next_at] == [day + 41 * hour]
        assert [tick(uow, day + hours * hour) for hours in (17, 41)] == [0, 1]

    await store.write(work)


async def test_two_that_are_made_at_the_same_time_are_both_kept(store: AnyStore, database: str) -> None:
    """Each in a transaction that has seen the other's number as free."""
    day = datetime(2026, 3, 3, tzinfo=UTC)
    await store.write(subscribed)
    async with open_store(database) as another:

        def one(words: str) -> Callable[[UnitOfWork], int]:
            return lambda uow: made(uow, words, day).schedule.number

        numbers = await asyncio.gather(
            *(which.write(one(words)) for which in (store, another) for words in ("daily 08:00", "weekdays 17:00"))
        )
    assert sorted(numbers) == [1, 2, 3, 4]
    kept = await store.read(lambda uow: uow.schedules.all())
    assert sorted(one.number for one in kept if not one.is_default) == [1, 2, 3, 4]
