"""Stops, starts, storms and cards that cannot be drawn, the short form. Times are for `make chaos` to judge."""

from tests.chaos.endings import a_card_that_cannot_be_drawn, stopped_under_load, with_much_pending
from tests.chaos.ground import Ground
from tests.chaos.storms import storm


async def test_stopped_under_load_it_ends_cleanly_and_doubles_nothing(ground: Ground) -> None:
    assert (await stopped_under_load(ground, rounds=1, seed=1))["stops"] == 1


async def test_a_start_with_much_pending_takes_no_more_memory_than_with_little(on_sqlite: Ground) -> None:
    await with_much_pending(on_sqlite, rounds=10_000, seed=1)


async def test_a_card_that_cannot_be_drawn_is_set_aside_and_others_go_on(on_sqlite: Ground) -> None:
    assert (await a_card_that_cannot_be_drawn(on_sqlite, rounds=1, seed=1))["set aside"] == 1


async def test_in_a_storm_every_alert_is_on_a_card_and_teams_never_has_to_refuse(on_sqlite: Ground) -> None:
    figures = await storm(on_sqlite, rounds=300, seed=1, seconds=2)
    assert (figures["alerts"], figures["429"]) == (300, 0)
    assert figures["max first roll-up after s"] > 0, "nothing was rolled up: that was no storm"
