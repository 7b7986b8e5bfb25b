"""What somebody chooses for themselves: what they hear of, when not, in which language and zone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.config import SandboxConfig
from tests.support.sandbox import message_text
from tests.support.town import Json, Town, running_town

GENEROUS = {"TOCSIN_CONVERSATION_LIMITS": "1000/1", "TOCSIN_TENANT_LIMITS": "5000/1"}


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with running_town(tmp_path, settings=GENEROUS, config=SandboxConfig(enforce_limits=False)) as town:
        await town.teams.install("ana", channel="alerts")
        await town.teams.wait_for_card("alerts", "alerts")
        yield town


async def choose(town: Town, person: str, **typed: str) -> Json:
    await town.told(person, "choices")
    card = (await town.teams.from_bot(person))[-1]
    opened = await town.teams.press(person, card, 0)
    assert opened["outcome"] == "dialog", opened
    return await town.teams.submits(person, 0, **typed)


async def test_what_one_does_not_want_to_hear_of_is_not_told(town: Town) -> None:
    raised = await town.raised("Mimikatz", severity="medium")
    await choose(town, "bo", assigned="true", called="true", changed="false")
    await town.told("ana", "assign 1 bo", in_="alerts")
    await town.teams.wait_for("bo", lambda m: "assigned it to Bo Berg" in (m["summary"] or ""))
    await town.teams.advance(600)
    await town.told("ana", "classify 1 tp malware", in_="alerts")
    await town.settled(raised)
    told = [m for m in await town.teams.from_bot("bo") if "#1" in (m["summary"] or "")]
    assert len(told) == 1


async def test_at_night_only_what_is_high_is_told(tmp_path: Path) -> None:
    settings = {**GENEROUS}
    async with running_town(tmp_path, settings=settings, config=SandboxConfig(enforce_limits=False)) as town:
        await town.teams.set_clock("2026-11-23T22:30:00Z")  # 23:30 in Berlin
        await town.stop()
        await town.start()
        await town.teams.install("ana", channel="alerts")
        await town.teams.wait_for_card("alerts", "alerts")
        await choose(town, "bo", assigned="true", called="true", changed="true", quiet="22-7", zone="Europe/Berlin")
        await town.raised("Quiet one", severity="medium")
        await town.raised("Loud one", severity="high")
        await town.told("ana", "assign 1 bo", in_="alerts")
        await town.told("ana", "assign 2 bo", in_="alerts")
        await town.teams.wait_for("bo", lambda m: "Loud one" in (m["summary"] or ""))
        assert not [m for m in await town.teams.from_bot("bo") if "Quiet one" in (m["summary"] or "")]
        await town.teams.set_clock("2026-11-24T06:00:05Z")
        await town.teams.wait_for("bo", lambda m: "Quiet one" in (m["summary"] or ""), seconds=30)


async def test_one_reads_in_the_language_that_one_has_chosen(town: Town) -> None:
    said = await choose(town, "bo", assigned="true", called="true", changed="true", language="de")
    assert said["toast"]
    assert "Meine Auswahl" in await town.told("bo", "choices")
    await choose(town, "bo", assigned="true", called="true", changed="true", language="teams")
    assert "My choices" in await town.told("bo", "choices")


async def test_what_makes_no_sense_is_said_and_what_was_typed_stays(town: Town) -> None:
    for quiet, zone in (("whenever", ""), ("22:00-07:00", "Mars/Phobos")):
        answer = await choose(town, "bo", assigned="true", called="true", changed="true", quiet=quiet, zone=zone)
        assert answer["outcome"] == "dialog"
        shown = str(answer["dialog"]["card"])
        assert quiet in shown
        assert "22:00-07:00" in shown
    assert "none" in message_text((await town.teams.from_bot("bo"))[-1])
