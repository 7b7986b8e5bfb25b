"""Scenarios run in a whole town, with the bot installed in the channel “alerts”."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.town import Town, running_town


@pytest.fixture
async def bare_town(tmp_path: Path) -> AsyncIterator[Town]:
    """Nothing is installed yet."""
    async with running_town(tmp_path) as town:
        yield town


@pytest.fixture
async def town(bare_town: Town) -> Town:
    await bare_town.teams.install("ana", channel="alerts")
    await bare_town.teams.wait_for_card("alerts", "alerts")
    return bare_town
