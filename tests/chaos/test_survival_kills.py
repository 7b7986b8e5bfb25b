"""kill -9 at every step, the short form: nothing acknowledged is lost, nothing stays unposted, doubles are counted."""

from tests.chaos.ground import Ground
from tests.chaos.kills import killed_in_intake, killed_in_posting, killed_in_updating


async def test_killed_while_alerts_come_in(ground: Ground) -> None:
    figures = await killed_in_intake(ground, rounds=3 if ground.kind == "sqlite" else 2, seed=1)
    assert figures["at a step"] >= 1


async def test_killed_while_cards_are_posted(ground: Ground) -> None:
    figures = await killed_in_posting(ground, rounds=7, seed=1)
    assert figures["at a step"] >= 3
    assert figures["doubles"] >= 1, "no kill came between Teams' acceptance and the proof of it: nothing was tried"


async def test_killed_while_people_press_and_cards_are_updated(ground: Ground) -> None:
    figures = await killed_in_updating(ground, rounds=7 if ground.kind == "sqlite" else 4, seed=1)
    assert figures["at a step"] >= 2
    assert figures["doubles"] == 0, "an update is never a post"
