"""Incidents: alerts gather into them, people handle them as one, by button, by text and in the card's thread."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.alerts.words import Status
from bot.sandbox.config import SandboxConfig
from tests.support.payloads import graph_evidence
from tests.support.sandbox import card_text
from tests.support.town import Town, running_town

GENEROUS = {"TOCSIN_CONVERSATION_LIMITS": "1000/1", "TOCSIN_TENANT_LIMITS": "5000/1"}


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    """Where alerts that belong together gather into incidents."""
    settings = {**GENEROUS, "TOCSIN_GROUPING": "yes"}
    async with running_town(tmp_path, settings=settings, config=SandboxConfig(enforce_limits=False)) as town:
        await town.teams.install("ana", channel="alerts")
        await town.teams.wait_for_card("alerts", "alerts")
        yield town


def on(host: str) -> dict[str, Any]:
    return {"evidence": [graph_evidence("device", deviceDnsName=host, mdeDeviceId=host * 4)]}


async def two_on(town: Town, host: str = "web-1") -> tuple[dict[str, Any], dict[str, Any]]:
    first = await town.raised(f"Odd sign-in on {host}", severity="medium", detectorId=f"a {host}", **on(host))
    second = await town.raised(f"Credential theft on {host}", detectorId=f"b {host}", **on(host))
    return first, second


async def status_of(town: Town, *posted: dict[str, Any]) -> set[Status]:
    return {(await town.alert(one["number"])).status for one in posted}


async def test_related_alerts_gather_with_the_reason_and_each_is_reached_from_the_incident(town: Town) -> None:
    first, second = await two_on(town)
    await town.teams.wait_for_card("alerts", "incident 1")

    shown = await town.pressed("bo", second, "Incident 1")
    assert "2 open alerts" in shown
    assert "same host web-1" in shown
    assert f"#{first['number']}" in shown
    assert "Nobody has any of them yet" in shown
    history = await town.pressed("bo", first, "History")
    assert "Tocsin linked it to incident 1: same host web-1" in history


async def test_the_card_of_an_incident_lives_and_its_thread_acts_on_it(town: Town) -> None:
    first, second = await two_on(town)
    await town.teams.says("ana", "incident 1", in_="alerts")
    card = await town.teams.wait_for_card("alerts", "Together because")

    assert "took it, with 2 alerts" in await town.told("bo", "assign me", in_="alerts", thread=card["id"])
    assert {(await town.alert(one["number"])).assignee for one in (first, second)} == {
        (await town.teams.person("bo"))["objectId"]
    }
    assert "named it “Theft on web-1”" in await town.told(
        "bo", "rename Theft on web-1", in_="alerts", thread=card["id"]
    )
    await town.teams.wait_for(
        "alerts", lambda m: m["id"] == card["id"] and m["card"] and "Theft on web-1" in card_text(m["card"])
    )
    said = await town.told("bo", "resolve fp not malicious our own test", in_="alerts", thread=card["id"])
    assert "resolved it: 2 alerts" in said
    assert await status_of(town, first, second) == {Status.RESOLVED}
    kept = await town.alert(first["number"])
    assert (kept.classification.value, kept.determination) == ("falsePositive", "notMalicious")
    await town.teams.wait_for(
        "alerts", lambda m: m["id"] == card["id"] and m["card"] and "our own test" in card_text(m["card"])
    )
    assert "undid a step, on 2 alerts" in await town.told("bo", "undo", in_="alerts", thread=card["id"])
    assert await status_of(town, first, second) == {Status.NEW}


async def test_a_step_on_an_incident_is_one_action_for_undo_everywhere(town: Town) -> None:
    first, second = await two_on(town)
    assert "resolved it: 2 alerts" in await town.told("bo", "incident 1 resolve our own test", in_="alerts")
    await town.told("bo", "undo", in_="alerts")
    assert await status_of(town, first, second) == {Status.NEW}


async def test_the_buttons_of_an_incident(town: Town) -> None:
    first, second = await two_on(town)
    await two_on(town, "db-2")
    await town.teams.says("ana", "incident 1", in_="alerts")
    card = await town.teams.wait_for_card("alerts", "Together because")

    assert "At it: Bo Berg" in await town.pressed("bo", card, "Assign to me")
    await town.pressed("bo", card, "Comment…")
    assert "isolating web-1" in await town.pressed("bo", card, "Comment", comment="isolating web-1")
    await town.pressed("bo", card, "Rename…")
    assert "Theft" in await town.pressed("bo", card, "Rename", name="Theft")
    assert "2: Credential theft on db-2 (2 alerts)" in await town.pressed("ana", card, "Merge…")
    assert "4 open alerts" in await town.pressed("ana", card, "Merge", incident="2", reason="sameCampaign", comment="")
    assert "Ana Alvarez merged incident 2 into it: 2 alerts" in await town.pressed("ana", card, "History")
    await town.pressed("ana", card, "Back")
    form = await town.pressed("ana", card, "Resolve…")
    assert "This resolves 4 open alerts." in form
    assert "Resolved" in await town.pressed("ana", card, "Resolve", comment="Cleaned up.", classification="notSet")
    assert await status_of(town, first, second) == {Status.RESOLVED}
    assert "4 open alerts" in await town.pressed("ana", card, "Undo")
    assert "There is nothing of yours to undo here." in await town.pressed("chidi", card, "Undo")
    opened = await town.pressed("ana", card, f"Open #{first['number']}")
    assert f"#{first['number']}" in opened


async def test_an_incident_is_given_to_a_group_and_its_alerts_go_with_it(town: Town) -> None:
    first, _ = await two_on(town)
    said = await town.told("ana", "incident 1 assign group Tier 2", in_="alerts")
    assert "Ana Alvarez assigned it to Tier 2" in said
    assert (await town.alert(first["number"])).assignee == "group:Tier 2"
    await town.teams.wait_for_card("alerts", "Tier 2 has it")
    assert "Which group?" in await town.told("ana", "incident 1 assign group", in_="alerts")
    await town.teams.says("bo", "incident 1", in_="alerts")
    card = await town.teams.wait_for_card("alerts", "Together because")
    await town.pressed("bo", card, "Assign…")
    assert "At it: Night shift" in await town.pressed("bo", card, "Assign", to="", name="Night shift")
    assert (await town.alert(first["number"])).assignee == "group:Night shift"


async def test_an_alert_is_moved_by_hand_with_a_reason_and_a_comment(town: Town) -> None:
    first, _ = await two_on(town)
    await two_on(town, "db-2")
    await town.pressed("ana", first, "Link…")
    await town.pressed("ana", first, "Link", incident="2", reason="sameActor", comment="Same account.")
    kept = await town.alert(first["number"])
    assert (kept.incident, kept.incident_reason, kept.comment_count) == (2, "sameActor", 1)
    history = await town.pressed("ana", first, "History")
    assert "linked it to incident 2: same actor" in history
    assert f"put #{first['number']} into it" in await town.told("bo", "incident 2 history", in_="alerts")


async def test_an_incident_is_seen_only_through_alerts_that_one_may_see(town: Town) -> None:
    await two_on(town)
    await town.told("bo", "subscribe severity:high", in_="quiet")
    await town.teams.says("bo", "incident 1", in_="quiet")
    card = await town.teams.wait_for_card("quiet", "Together because")
    assert "Odd sign-in" not in card_text(card["card"])
    assert "Some of its alerts are not shown" in await town.told("bo", "incident 1 resolve all of it", in_="quiet")
    assert "not available here" in await town.told("ana", "incident 1", in_="general")
    assert "not available here" in await town.told("bo", "incident 77", in_="alerts")


async def test_words_that_are_not_clear_are_asked_back(town: Town) -> None:
    await two_on(town)
    assert "Which incident?" in await town.told("ana", "incident", in_="alerts")
    assert "What about incident 1?" in await town.told("ana", "incident 1 explode", in_="alerts")
    assert "Which name?" in await town.told("ana", "incident 1 rename", in_="alerts")
    assert "Which one shall" in await town.told("ana", "incident 1 merge", in_="alerts")
    assert "Say why" in await town.told("ana", "incident 1 resolve", in_="alerts")
    assert "do not know anybody" in await town.told("ana", "incident 1 assign zzz", in_="alerts")
    assert "Which incident?" in await town.told("ana", "incident", in_="ana")
