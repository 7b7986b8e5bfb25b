"""One card, and each sees on it what they can do next."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.config import SandboxConfig
from bot.sandbox.world import World
from tests.support.sandbox import buttons, card_text
from tests.support.town import Town, running_town

CONFIG = SandboxConfig(enforce_limits=False)
PEOPLE = World(tenant_id=CONFIG.tenant_id, bot_id=CONFIG.app_id, bot_name=CONFIG.bot_name).people
SETTINGS = {
    "TOCSIN_ADMINISTRATORS": PEOPLE["ana"].object_id,
    "TOCSIN_RESPONDERS": PEOPLE["bo"].object_id,
    "TOCSIN_READERS": f"{PEOPLE['chidi'].object_id},{PEOPLE['dana'].object_id}",
    "TOCSIN_CONVERSATION_LIMITS": "1000/1",
    "TOCSIN_TENANT_LIMITS": "5000/1",
}


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with running_town(tmp_path, settings=SETTINGS, config=CONFIG) as town:
        await town.teams.install("ana", channel="alerts")
        await town.teams.wait_for_card("alerts", "alerts")
        yield town


async def test_each_sees_what_they_can_do_next(town: Town) -> None:
    raised = await town.raised()
    await town.pressed("ana", raised, "Assign to me")
    await town.settled(raised)

    # Ana has it: the way to its end comes first.
    await town.teams.looks("ana", "alerts")
    (mine,) = [m for m in await town.teams.messages("alerts", as_="ana") if m["id"] == raised["id"]]
    assert buttons(mine["card"])[:2] == ["Resolve…", "Comment…"]

    # Bo does something to it, and can take it over.
    await town.pressed("bo", raised, "Comment…")
    await town.pressed("bo", raised, "Comment", comment="Looks real.")
    await town.settled(raised)
    await town.teams.looks("bo", "alerts")
    (his,) = [m for m in await town.teams.messages("alerts", as_="bo") if m["id"] == raised["id"]]
    assert buttons(his["card"])[:2] == ["Comment…", "Take over"]

    # Dana may only look, and is offered no more than that.
    answer = await town.teams.looks("dana", "alerts")
    assert raised["id"] in answer["refreshed"]
    (hers,) = [m for m in await town.teams.messages("alerts", as_="dana") if m["id"] == raised["id"]]
    offered = buttons(hers["card"], hidden=True)
    assert {"Details", "History"} <= set(offered)
    assert not {"Assign to me", "Take over", "Resolve…", "Comment…", "Manage…", "Undo", "Tune…"} & set(offered)
    assert "Looks real." in card_text(hers["card"])
