"""Clocks and replicas, the short form."""

from tests.chaos.clocks import TIMES, ZONES, a_digest_a_day, set_forward_and_back
from tests.chaos.ground import Ground
from tests.chaos.replicas import digest_with_one_killed_at_a_step, one_sleeps_through_its_lease, work_is_shared


async def test_a_clock_set_forward_and_back_doubles_nothing_and_stops_nothing(on_postgres: Ground) -> None:
    figures = await set_forward_and_back(on_postgres, rounds=1, seed=1)
    assert figures["digests"] == 1


async def test_one_digest_for_each_local_date_around_new_year_and_every_change_of_clocks(on_sqlite: Ground) -> None:
    figures = await a_digest_a_day(on_sqlite, rounds=1, seed=1, whole=False)
    assert figures["digests"] >= len(ZONES) * len(TIMES) * 3


async def test_with_one_of_two_replicas_killed_there_is_one_digest_a_day(on_postgres: Ground) -> None:
    figures = await digest_with_one_killed_at_a_step(on_postgres, rounds=3, seed=1)
    assert (figures["kills"], figures["digests"]) == (3, 3)


async def test_a_replica_that_sleeps_through_its_lease_changes_nothing_when_it_wakes(on_postgres: Ground) -> None:
    assert (await one_sleeps_through_its_lease(on_postgres, rounds=1, seed=1))["doubles"] == 1


async def test_two_replicas_share_the_work_and_never_work_at_once_in_a_channel(on_postgres: Ground) -> None:
    assert (await work_is_shared(on_postgres, rounds=40, seed=1))["alerts"] == 40
