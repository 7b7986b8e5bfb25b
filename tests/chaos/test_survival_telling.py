"""kill -9 while webhooks are told, the short form."""

from tests.chaos.ground import Ground
from tests.chaos.telling import killed_in_telling


async def test_killed_while_webhooks_are_told(ground: Ground) -> None:
    figures = await killed_in_telling(ground, rounds=6, seed=1)
    assert figures["at a step"] >= 1
