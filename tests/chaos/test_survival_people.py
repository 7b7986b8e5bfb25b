"""Many presses at once, the short form."""

from tests.chaos.ground import Ground
from tests.chaos.people import races, the_same_press


async def test_the_same_press_fifty_times_at_once_takes_effect_once(ground: Ground) -> None:
    figures = await the_same_press(ground, rounds=1, seed=1)
    assert figures["effects"] == 2


async def test_of_up_to_twenty_who_race_one_wins_and_the_others_are_told_who(ground: Ground) -> None:
    figures = await races(ground, rounds=5, seed=1)
    assert figures["told who"] == figures["presses"] - figures["races"] > 0
