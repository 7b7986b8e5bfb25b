"""In the thread of an alert's card: who did what, as one short reply that calls only those whom it concerns."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.sandbox.config import SandboxConfig
from tests.support.payloads import graph_alert
from tests.support.sandbox import message_text
from tests.support.town import Json, Town, running_town

GENEROUS = {"TOCSIN_CONVERSATION_LIMITS": "1000/1", "TOCSIN_TENANT_LIMITS": "5000/1"}


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    """Its clock stands still, and is moved by hand."""
    async with running_town(tmp_path, settings=GENEROUS, config=SandboxConfig(enforce_limits=False)) as town:
        await town.teams.set_clock(datetime.now(UTC).isoformat())
        await town.teams.install("ana", channel="alerts")
        await town.teams.wait_for_card("alerts", "alerts")
        yield town


async def in_thread(town: Town, raised: Json) -> list[Json]:
    """What the bot has said below the alert's card."""
    return [m for m in await town.teams.from_bot("alerts") if m["thread"] == raised["id"] and m["id"] != raised["id"]]


async def window_over(town: Town) -> None:
    await town.teams.advance(25)


async def nothing_waits(town: Town) -> None:
    async def quiet() -> bool:
        return (await town.kept(lambda uow: uow.cards.counts(datetime.now(UTC)))).pending == 0

    await town.teams.until(quiet, waiting_for="everything to be sent", show="alerts")


def mentioned(message: Json) -> list[str]:
    return [entity["mentioned"]["name"] for entity in message.get("entities") or () if entity["type"] == "mention"]


async def test_whoever_is_given_an_alert_is_called_in_its_thread(town: Town) -> None:
    raised = await town.raised()
    await town.told("ana", "assign 1 bo", in_="alerts")
    assert not await in_thread(town, raised), "others may do more in a moment"
    await window_over(town)
    reply = await town.teams.wait_for("alerts", lambda m: m["thread"] == raised["id"] and "assigned" in m["plain"])
    assert message_text(reply) == "Ana Alvarez assigned it to Bo Berg"
    assert reply["summary"] == "Ana Alvarez assigned it to Bo Berg. High: Mimikatz credential theft (#1)"
    assert not reply["cards"]
    assert mentioned(reply) == ["Bo Berg"]
    await nothing_waits(town)
    assert len(await in_thread(town, raised)) == 1


async def test_whoever_has_a_chat_of_their_own_is_told_there_and_not_called(town: Town) -> None:
    await town.told("bo", "help")
    raised = await town.raised()
    await town.told("ana", "assign 1 bo", in_="alerts")
    await town.teams.wait_for("bo", lambda m: "assigned it to Bo Berg" in (m["summary"] or ""))
    await window_over(town)
    await nothing_waits(town)
    (reply,) = await in_thread(town, raised)
    assert not mentioned(reply)


async def test_a_flurry_is_one_reply_and_edits_of_the_card_are_none(town: Town) -> None:
    raised = await town.raised()
    await town.pressed("bo", raised, "Assign to me")
    await town.told("ana", "comment 1 @Bo Berg looks real to me", in_="alerts")
    await town.told("ana", "tag 1 lab", in_="alerts")
    await town.told("ana", "classify 1 tp malware", in_="alerts")
    await window_over(town)
    await nothing_waits(town)
    (reply,) = await in_thread(town, raised)
    assert message_text(reply).splitlines() == [
        "Bo Berg took it",
        "Ana Alvarez commented: “@Bo Berg looks real to me”",
        "Ana Alvarez classified it: True positive · Malware",
    ]
    assert mentioned(reply) == ["Bo Berg"]
    # A tag changes the card, which notifies nobody, and is not worth a word; nor does anything change what was said.
    await town.told("ana", "tag 1 kitchen", in_="alerts")
    await town.teams.wait_for("alerts", lambda m: m["id"] == raised["id"] and "kitchen" in message_text(m))
    await window_over(town)
    await nothing_waits(town)
    assert await in_thread(town, raised) == [reply]
    # What happens later is told by the next one.
    await town.pressed("bo", raised, "Comment…")
    await town.pressed("bo", raised, "Comment", comment="It is gone.")
    await window_over(town)
    await nothing_waits(town)
    assert [message_text(each) for each in await in_thread(town, raised)][1:] == ["Bo Berg commented: “It is gone.”"]


async def test_a_command_in_the_thread_is_not_said_twice(town: Town) -> None:
    raised = await town.raised()
    answer = await town.told("ana", "assign bo", in_="alerts", thread=raised["id"])
    assert "Bo" in answer
    await window_over(town)
    await nothing_waits(town)
    assert [message_text(each) for each in await in_thread(town, raised)] == [answer]


async def test_chatter_wakes_nobody(town: Town) -> None:
    raised = await town.raised()
    before = [m["id"] for m in await town.teams.from_bot("alerts")]
    for thread in (None, raised["id"]):
        for text in ("resolve 1", "assign 1 bo", "who looks at this?", "take"):
            # Teams keeps it from us, but where a permission of the app lets it through.
            await town.teams.says("bo", text, in_="alerts", thread=thread, mention=False)
            answer = await town.teams.sends("bo", in_="alerts", thread=thread, overrides={"text": text})
            assert answer["status"] in (200, 202), answer
    await window_over(town)
    await nothing_waits(town)
    assert [m["id"] for m in await town.teams.from_bot("alerts")] == before
    assert len(await town.history(1)) == 1


async def test_alerts_that_share_a_card_have_no_thread_of_their_own(town: Town) -> None:
    device = {"@odata.type": "#microsoft.graph.security.deviceEvidence", "deviceDnsName": "web-1", "roles": []}
    lead = await town.raised("Mimikatz credential theft", evidence=[device])
    again = graph_alert(id="again", title="Mimikatz credential theft", evidence=[device])
    await town.report("graph", again)
    await town.teams.wait_for("alerts", lambda m: m["id"] == lead["id"] and "1 more like it" in message_text(m))
    assert len([m for m in await town.teams.from_bot("alerts") if m["cards"]]) == 2, "the welcome, and one for both"
    await town.told("ana", "comment 2 the same again", in_="alerts")
    await window_over(town)
    await nothing_waits(town)
    assert not await in_thread(town, lead)


async def test_a_restart_in_between_tells_it_once(town: Town) -> None:
    raised = await town.raised()
    await town.told("ana", "assign 1 bo", in_="alerts")
    await town.stop()
    await window_over(town)
    await town.start()
    await town.teams.wait_for("alerts", lambda m: m["thread"] == raised["id"] and "assigned" in m["plain"])
    await town.stop()
    await town.start()
    await nothing_waits(town)
    assert len(await in_thread(town, raised)) == 1


async def test_what_was_done_to_many_is_told_of_the_first(town: Town) -> None:
    cards = [await town.raised(title) for title in ("One", "Two", "Three")]
    await town.told("ana", "assign 1-3 bo", in_="alerts")
    await window_over(town)
    await nothing_waits(town)
    assert [len(await in_thread(town, card)) for card in cards] == [1, 0, 0]


async def test_in_quiet_hours_only_high_severity_calls(town: Town) -> None:
    now = datetime.now(UTC)
    hours = f"{now - timedelta(hours=2):%H}:00-{now + timedelta(hours=3):%H}:00 UTC"
    await town.told("bo", f"quiet {hours}", in_="alerts")
    low, high = await town.raised("Odd sign-in", severity="low"), await town.raised("Ransomware", severity="high")
    for number in (low["number"], high["number"]):
        await town.told("ana", f"assign {number} bo", in_="alerts")
    await window_over(town)
    await nothing_waits(town)
    assert [mentioned(each) for card in (low, high) for each in await in_thread(town, card)] == [[], ["Bo Berg"]]


async def test_a_deployment_can_do_without(tmp_path: Path) -> None:
    settings = {**GENEROUS, "TOCSIN_THREADS": "no"}
    async with running_town(tmp_path, settings=settings, config=SandboxConfig(enforce_limits=False)) as town:
        await town.teams.install("ana", channel="alerts")
        await town.teams.wait_for_card("alerts", "alerts")
        raised = await town.raised()
        await town.told("ana", "assign 1 bo", in_="alerts")
        await town.teams.advance(25)
        await nothing_waits(town)
        assert not await in_thread(town, raised)
