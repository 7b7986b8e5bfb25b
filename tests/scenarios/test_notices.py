"""In one's own chat: who was given an alert, was called in a comment, or has what others change, hears of it, once."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.config import SandboxConfig
from tests.support.sandbox import buttons, message_text
from tests.support.town import Json, Town, running_town

GENEROUS = {"TOCSIN_CONVERSATION_LIMITS": "1000/1", "TOCSIN_TENANT_LIMITS": "5000/1"}


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with running_town(tmp_path, settings=GENEROUS, config=SandboxConfig(enforce_limits=False)) as town:
        await town.teams.install("ana", channel="alerts")
        await town.teams.wait_for_card("alerts", "alerts")
        for person in ("ana", "bo"):
            await town.told(person, "help")
        yield town


async def notices(town: Town, person: str) -> list[Json]:
    return [m for m in await town.teams.from_bot(person) if "#1" in (m["summary"] or "")]


async def test_whoever_is_given_an_alert_hears_of_it_and_can_act_there(town: Town) -> None:
    raised = await town.raised("Mimikatz credential theft")
    assert "Bo" in await town.told("ana", "assign 1 bo", in_="alerts")
    notice = await town.teams.wait_for("bo", lambda m: "assigned it to Bo Berg" in (m["summary"] or ""))
    assert notice["summary"] == "Ana Alvarez assigned it to Bo Berg. High: Mimikatz credential theft (#1)"
    assert buttons(notice["cards"][0])[:2] == ["Resolve…", "Comment…"]
    # What he does there everybody sees, and nobody is told of what they did themselves.
    await town.teams.press("bo", notice, "Comment…")
    await town.pressed("bo", notice, "Comment", comment="On it.")
    await town.teams.wait_for("alerts", lambda m: m["id"] == raised["id"] and "On it." in message_text(m))
    assert len(await notices(town, "bo")) == 1
    assert not await notices(town, "ana")


async def test_a_flurry_of_changes_is_one_notice_whose_card_lives_on(town: Town) -> None:
    raised = await town.raised("Mimikatz credential theft")
    await town.pressed("bo", raised, "Assign to me")
    await town.told("ana", "comment 1 looks real to me", in_="alerts")
    notice = await town.teams.wait_for("bo", lambda m: "Ana Alvarez commented" in (m["summary"] or ""))
    await town.told("ana", "classify 1 tp malware", in_="alerts")
    await town.teams.wait_for("bo", lambda m: m["id"] == notice["id"] and "Malware" in message_text(m))
    assert len(await notices(town, "bo")) == 1


async def test_people_are_called_by_name_in_a_comment(town: Town) -> None:
    await town.raised("Mimikatz credential theft")
    await town.told("ana", "comment 1 @Bo Berg please look, @Nobody too, and write to a@b.example", in_="alerts")
    notice = await town.teams.wait_for("bo", lambda m: "Ana Alvarez commented" in (m["summary"] or ""))
    assert "please look" in message_text(notice)


async def test_many_alerts_at_once_are_told_of_once(town: Town) -> None:
    for title in ("One", "Two", "Three"):
        await town.raised(title)
    await town.told("ana", "assign 1-3 bo", in_="alerts")
    await town.teams.wait_for("bo", lambda m: "assigned it to Bo Berg" in (m["summary"] or ""))
    told = [m for m in await town.teams.from_bot("bo") if "assigned it" in (m["summary"] or "")]
    assert len(told) == 1
