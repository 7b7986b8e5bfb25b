"""Scenarios run in a whole town, with the bot installed in the channel “alerts”.

Teams' limits are off on both sides, so that stories are told without pauses; those about limits have their own town.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.config import SandboxConfig
from tests.support.town import Town, running_town


@pytest.fixture
async def bare_town(tmp_path: Path) -> AsyncIterator[Town]:
    """Nothing is installed yet."""
    generous = {"TOCSIN_CONVERSATION_LIMITS": "1000/1", "TOCSIN_TENANT_LIMITS": "5000/1"}
    async with running_town(tmp_path, settings=generous, config=SandboxConfig(enforce_limits=False)) as town:
        yield town


@pytest.fixture
async def town(bare_town: Town) -> Town:
    await bare_town.teams.install("ana", channel="alerts")
    await bare_town.teams.wait_for_card("alerts", "alerts")
    return bare_town
