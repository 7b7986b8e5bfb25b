"""kill -9 while people are paged, the short form."""

from tests.chaos.ground import Ground
from tests.chaos.paging import killed_in_paging


async def test_killed_while_people_are_paged(ground: Ground) -> None:
    figures = await killed_in_paging(ground, rounds=7 if ground.kind == "sqlite" else 4, seed=1)
    assert figures["at a step"] >= 1
