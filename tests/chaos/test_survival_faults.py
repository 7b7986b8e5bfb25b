"""What Teams may answer, the short form; windows are those of the given clock."""

from tests.chaos.faults import each_fault_has_its_rule, held_as_long_as_asked
from tests.chaos.ground import Ground
from tests.chaos.seeded import hung_channels_hold_nobody_up, seeded_faults


async def test_each_fault_has_its_rule_and_touches_no_other_channel(on_sqlite: Ground) -> None:
    await each_fault_has_its_rule(on_sqlite, rounds=1, seed=1)


async def test_a_channel_is_held_as_long_as_teams_asks_and_no_other_is(on_sqlite: Ground) -> None:
    assert (await held_as_long_as_asked(on_sqlite, rounds=1, seed=1))["holds"] == 3


async def test_with_every_third_call_failing_nothing_is_lost_and_nothing_comes_early(ground: Ground) -> None:
    figures = await seeded_faults(ground, rounds=12, seed=3)
    assert figures["failed"] >= 5


async def test_channels_that_hang_hold_nobody_up(on_sqlite: Ground) -> None:
    await hung_channels_hold_nobody_up(on_sqlite, rounds=1, seed=1)
