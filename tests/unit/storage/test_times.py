"""Times as they are stored."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import StatementError

from bot.alerts.conversation import Scope
from bot.alerts.views import QueueFilter
from storage.store import AnyStore
from tests.unit.storage.made import add_alert


async def test_a_time_without_a_zone_is_refused(store: AnyStore) -> None:
    naive = datetime(2026, 11, 21)  # noqa: DTZ001 - that is the point
    with pytest.raises(StatementError, match="without a zone"):
        await store.write(lambda uow: uow.presses.first_time("k", naive))


async def test_a_time_of_another_zone_comes_back_in_utc_to_the_microsecond(store: AnyStore) -> None:
    summer = datetime(2026, 7, 1, 1, 2, 3, 4, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    await store.write(lambda uow: add_alert(uow, "a", last_activity=summer))
    stored = (await store.read(lambda uow: uow.alerts.get(1))).last_activity
    assert stored == summer
    assert stored.utcoffset() == timedelta(0)


async def test_times_sort_as_times_whatever_their_zone_and_fraction(store: AnyStore) -> None:
    base = datetime(2026, 1, 1, 12, tzinfo=UTC)
    times = [
        base,
        base + timedelta(microseconds=1),
        (base + timedelta(seconds=1)).astimezone(timezone(timedelta(hours=-11))),
        (base + timedelta(seconds=2)).astimezone(timezone(timedelta(hours=14))),
    ]

    def fill(uow: object) -> None:
        for place, moment in enumerate(times):
            add_alert(uow, f"a{place}", last_activity=moment)  # type: ignore[arg-type]

    await store.write(fill)
    since = QueueFilter(since=base - timedelta(days=1))
    page, _ = await store.read(lambda uow: uow.alerts.page(Scope(everything=True), since, offset=0, limit=9))
    assert [alert.number for alert in page] == [4, 3, 2, 1]
