"""Service targets: the card says by when, louder when little is left, and what was missed is found and counted."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.alerts.conversation import Scope
from bot.alerts.targets import Goal
from bot.alerts.words import Severity
from bot.sandbox.config import SandboxConfig
from tests.support.sandbox import Json, message_text
from tests.support.town import Town, running_town

WEDNESDAY = "2026-11-25T02:02:00+00:00"


@pytest.fixture
async def aiming(tmp_path: Path) -> AsyncIterator[Town]:
    settings = {
        "TOCSIN_ZONE": "Europe/Madrid",
        "TOCSIN_TARGETS_HIGH": "acknowledge 15m, resolve 4h",
        "TOCSIN_CONVERSATION_LIMITS": "1000/1",
        "TOCSIN_TENANT_LIMITS": "5000/1",
    }
    async with running_town(tmp_path, settings=settings, config=SandboxConfig(enforce_limits=False)) as town:
        await town.teams.set_clock(WEDNESDAY)
        await asyncio.sleep(0.6)
        await town.teams.install("ana", channel="alerts")
        await town.teams.wait_for_card("alerts", "Tocsin")
        await asyncio.sleep(0.8)  # it has looked for the first time
        yield town


async def raised(town: Town) -> Json:
    return await town.raised(createdDateTime=WEDNESDAY, firstActivityDateTime=WEDNESDAY, lastActivityDateTime=WEDNESDAY)


async def at(town: Town, minutes: float) -> None:
    await town.teams.set_clock((datetime.fromisoformat(WEDNESDAY) + timedelta(minutes=minutes)).isoformat())


async def says(town: Town, card: Json, words: str) -> str:
    seen = await town.teams.wait_for("alerts", lambda m: m["id"] == card["id"] and words in message_text(m), seconds=8)
    return message_text(seen)


async def updates(town: Town) -> int:
    return len(await town.teams.journal("update", in_="alerts"))


async def test_the_card_names_the_time_and_is_drawn_anew_only_when_it_matters(aiming: Town) -> None:
    town = aiming
    card = await raised(town)
    assert "First answer due at 03:17" in message_text(card)
    await at(town, 10)
    await asyncio.sleep(1.5)
    assert await updates(town) == 0
    await at(town, 12)
    await says(town, card, "First answer due soon: 03:17")
    assert await updates(town) == 1
    await at(town, 15.2)
    await says(town, card, "First answer overdue since 03:17")
    await at(town, 40)
    await asyncio.sleep(1.5)
    assert await updates(town) == 2
    await town.pressed("ana", card, "Assign to me")
    assert "overdue" not in await says(town, card, "To be resolved by 07:02")


async def test_lists_mark_what_is_late_and_filters_find_it(aiming: Town) -> None:
    town = aiming
    card = await raised(town)
    number = card["number"]
    assert "due in" not in await town.told("ana", "queue")
    assert f"#{number}" in await town.told("ana", "queue due<1h")
    assert "Nothing fits" in await town.told("ana", "queue overdue:yes")
    assert "Nothing fits" in await town.told("ana", "queue due<10m")
    await at(town, 20.6)
    await says(town, card, "overdue since")
    late = await town.told("ana", "queue overdue:yes")
    assert f"#{number}" in late
    assert "overdue by 5 min" in late
    assert "takes a time like" in await town.told("ana", "queue due<soon")


async def test_what_was_missed_while_nobody_looked_is_counted_once(aiming: Town) -> None:
    town = aiming
    card = await raised(town)
    await town.stop()
    await at(town, 300)
    await town.start()
    await says(town, card, "First answer overdue since 03:17")
    await town.stop()
    await town.start()
    await asyncio.sleep(1.2)

    async with town.http.get(f"{town.bot}/metrics") as answer:
        figures = await answer.text()
    assert 'tocsin_alerts_overdue{severity="high"} 1.0' in figures
    since, everything = datetime.fromisoformat(WEDNESDAY), Scope(everything=True)
    kept = await town.kept(lambda uow: uow.breaches.between(everything, since, since + timedelta(days=1)))
    assert kept == {(Severity.HIGH, goal): 1 for goal in Goal}
