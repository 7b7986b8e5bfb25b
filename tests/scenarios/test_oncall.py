"""Who is on call: looked at, taken over and handed back, in chat and by button."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.config import SandboxConfig
from tests.support.sandbox import card_text
from tests.support.town import Town, running_town

#: 03:02 in Madrid, 02:02 in London.
NIGHT = "2026-11-25T02:02:00Z"

TURNS = "weekly monday 09:00 Europe/Madrid from 2026-11-23: ana.alvarez@contoso.example, Bo Berg"
ROTA = f"{TURNS}; chidi.cole@contoso.example"
SETTINGS = {"TOCSIN_CONVERSATION_LIMITS": "1000/1", "TOCSIN_TENANT_LIMITS": "5000/1", "TOCSIN_ROTA_SOC": ROTA}


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with running_town(tmp_path, settings=SETTINGS, config=SandboxConfig(enforce_limits=False)) as made:
        await made.teams.set_clock(NIGHT)
        await asyncio.sleep(0.6)
        await made.teams.install("ana", channel="alerts")
        await made.teams.wait_for_card("alerts", "alerts")
        yield made


async def told(town: Town, who: str, words: str, *, in_: str | None = None) -> str:
    """What one reads, on one line."""
    return " ".join((await town.told(who, words, in_=in_)).split())


async def test_one_sees_who_has_it_until_when_and_who_comes_next(town: Town) -> None:
    said = await told(town, "bo", "oncall")
    assert "Ana Alvarez · until 30 Nov 09:00" in said
    assert "then Chidi Cole" in said
    assert "From 30 Nov 09:00: Bo Berg" in said
    coming = await told(town, "bo", "oncall next", in_="alerts")
    assert "From 30 Nov 08:00: Bo Berg" in coming, "a channel's times are those of the deployment"
    assert "From 7 Dec 08:00: Ana Alvarez" in coming


async def test_somebody_takes_over_and_hands_back(town: Town) -> None:
    said = await told(town, "bo", "oncall me 2h")
    assert "Bo Berg is on call until 05:02." in said
    assert "Bo Berg · until 05:02" in said
    assert "Bo Berg instead of the rota, 03:02 – 05:02, set by Bo Berg at 03:02" in said
    assert "End Bo Berg's turn" in said
    assert "Chidi Cole is on call until 08:00." in await told(town, "ana", "oncall chidi until 08:00 soc")
    assert "Chidi Cole ·" in await told(town, "ana", "oncall")
    assert "The rota counts again." in await told(town, "ana", "oncall off")
    assert "Bo Berg ·" in await told(town, "ana", "oncall"), "the older one counts again"
    await told(town, "ana", "oncall undo")
    assert "Nothing is overridden in “soc”" in await told(town, "ana", "oncall off")
    planned = await told(town, "ana", "oncall bo 09:00-17:30")
    assert "Bo Berg is on call from 09:00 until 17:30." in planned
    assert "Ana Alvarez · until" in planned


async def test_it_is_taken_with_one_press_which_counts_once(town: Town) -> None:
    await told(town, "bo", "oncall")
    card = (await town.teams.from_bot("bo"))[-1]
    assert "Bo Berg is on call until 05:02." in await town.pressed("bo", card, "Me for 2 h")
    answer = await town.teams.press("bo", card, "Me for 2 h", repeat=2)
    assert answer["status"] == 200
    kept = await town.kept(lambda uow: uow.rotas.all())
    assert [rota.name for rota in kept] == ["soc"]
    assert "End Bo Berg's turn" in card_text((await town.teams.from_bot("bo", as_="bo"))[-1]["card"])
    assert "The rota counts again." in await town.pressed("bo", card, "End Bo Berg's turn")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("oncall bo", "Until when? In “bo” I find no time. Say for example “oncall me 2h”"),
        ("oncall me", "Until when?"),
        ("oncall me until yesterday", "is over"),
        ("oncall me until 25:00", "I find no time"),
        ("oncall me 60d", "longer than 31 days"),
        ("oncall zoe 2h", "I have not met “zoe”"),
        ("oncall until 08:00", "Who?"),
        ("oncall network", "Until when?"),
        ("subscribe severity:high rota:network", "There is no rota “network”. There are: soc."),
    ],
)
async def test_what_makes_no_sense_is_answered_with_what_was_understood(town: Town, words: str, said: str) -> None:
    assert said in await told(town, "ana", words, in_="alerts")


async def test_who_only_looks_may_look(town: Town) -> None:
    assert "Ana Alvarez" in await told(town, "dana", "oncall", in_="alerts")
    assert "needs the permission role Responder" in await told(town, "dana", "oncall me 2h", in_="alerts")
