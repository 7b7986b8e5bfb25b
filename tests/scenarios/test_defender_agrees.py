"""Defender and the chat agree: what happens in the portal reaches the card, what people do here reaches Defender."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.config import SandboxConfig
from bot.sandbox.world import World
from tests.support.payloads import graph_alert
from tests.support.town import Town, running_town

Json = dict[str, Any]

SETTINGS = {
    "TOCSIN_CONVERSATION_LIMITS": "1000/1",
    "TOCSIN_TENANT_LIMITS": "5000/1",
    "TOCSIN_GRAPH_ALERTS": "readwrite",
    "TOCSIN_GRAPH_SECONDS": "0.3",
}


@pytest.fixture
async def agreed(tmp_path: Path) -> AsyncIterator[Town]:
    async with running_town(tmp_path, settings=SETTINGS, config=SandboxConfig(enforce_limits=False)) as town:
        await town.teams.install("ana", channel="alerts")
        await town.teams.wait_for_card("alerts", "alerts")
        yield town


async def raised(town: Town, number: str = "da77_1", **fields: Any) -> Json:
    """Defender raises an alert by itself, and its card comes."""
    now = datetime.now(UTC).isoformat()
    times = {"createdDateTime": now, "firstActivityDateTime": now, "lastActivityDateTime": now}
    title = {"title": "Mimikatz credential theft"} | fields
    await town.teams.defender_raises(graph_alert(**{"id": number, "incidentId": None} | times | title))
    card = await town.teams.wait_for_card("alerts", title["title"])
    return {**card, "number": int(card["plain"].rpartition("#")[2].rstrip(")"))}


async def defenders(town: Town, number: str = "da77_1") -> Json:
    """The alert as Defender has it."""
    return await town.teams.in_the_portal("bo", number)


async def agrees(town: Town, number: str = "da77_1", **wanted: Any) -> None:
    async def does() -> bool:
        theirs = await defenders(town, number)
        return all(theirs[name] == value for name, value in wanted.items())

    await town.teams.until(does, seconds=8, waiting_for=f"Defender to say {wanted}")


async def test_an_alert_that_nobody_sent_is_found_in_graph(agreed: Town) -> None:
    card = await raised(agreed)
    assert "nobody has it yet" in await agreed.teams.describe("alerts")
    assert (await agreed.alert(card["number"])).external_id == "77_1"


async def test_what_ana_does_reaches_defender_in_her_name(agreed: Town) -> None:
    card = await raised(agreed)
    await agreed.pressed("ana", card, "Assign to me")
    await agreed.told("ana", f"comment {card['number']} looks real", in_="alerts")
    await agreed.told("ana", f"resolve {card['number']} fp not malicious", in_="alerts")
    ana = await agreed.teams.person("ana")
    await agrees(
        agreed,
        assignedTo=ana["upn"],
        status="resolved",
        classification="falsePositive",
        determination="notMalicious",
    )
    comments = [comment["comment"] for comment in (await defenders(agreed))["comments"]]
    assert comments == ["Ana Alvarez (Tocsin): looks real"]

    async def settled() -> bool:
        return "Not yet in" not in await agreed.teams.describe("alerts")

    await agreed.teams.until(settled, waiting_for="the card to say that Defender knows")
    # What Defender then says of it is no news.
    entries = [entry.kind.value for entry in await agreed.history(card["number"])]
    assert entries == ["created", "assigned", "commented", "resolved"]


async def test_what_bo_does_in_the_portal_shows_on_the_card(agreed: Town) -> None:
    card = await raised(agreed)
    await agreed.teams.in_the_portal("bo", "da77_1", status="inProgress", comment="isolated the device")
    await agreed.teams.wait_for_card("alerts", "isolated the device")
    alert = await agreed.alert(card["number"])
    assert alert.status.value == "inProgress"
    comments = [entry for entry in await agreed.history(card["number"]) if entry.comment]
    assert [(entry.actor.name, entry.comment) for entry in comments] == [("Bo Berg", "isolated the device")]


async def test_while_graph_does_not_answer_the_card_says_so_and_nothing_is_lost(agreed: Town) -> None:
    card = await raised(agreed)
    await agreed.teams.fault("graph", status=503)
    await agreed.told("ana", f"comment {card['number']} first", in_="alerts")
    await agreed.told("ana", f"comment {card['number']} second", in_="alerts")
    await agreed.told("ana", f"start {card['number']}", in_="alerts")
    await agreed.teams.wait_for_card("alerts", "Not yet in Microsoft Defender XDR")
    await agreed.stop()
    await agreed.teams.heal()
    await agreed.start()
    await agreed.teams.advance(120)
    await agrees(agreed, status="inProgress")
    comments = [comment["comment"] for comment in (await defenders(agreed))["comments"]]
    assert comments == ["Ana Alvarez (Tocsin): first", "Ana Alvarez (Tocsin): second"]


async def test_a_lost_answer_does_not_double_a_comment(agreed: Town) -> None:
    card = await raised(agreed)
    await agreed.stop()
    await agreed.start()
    await agreed.teams.fault("graph", drop="after", times=3)
    await agreed.told("ana", f"comment {card['number']} once", in_="alerts")
    await agreed.told("ana", f"comment {card['number']} once", in_="alerts")

    async def twice() -> bool:
        await agreed.teams.advance(60)
        return len((await defenders(agreed))["comments"]) >= 2

    await agreed.teams.until(twice, seconds=15, waiting_for="both comments")

    async def known() -> bool:
        return "Not yet in" not in await agreed.teams.describe("alerts")

    await agreed.teams.until(known, seconds=15, waiting_for="the card to be at rest")
    assert len((await defenders(agreed))["comments"]) == 2
    assert len([entry for entry in await agreed.history(card["number"]) if entry.comment]) == 2


async def test_what_defender_refuses_is_said_with_its_words(agreed: Town) -> None:
    card = await raised(agreed)
    await agreed.teams.fault("graph", status=403, code="Forbidden", message="Missing application scopes")
    await agreed.told("ana", f"start {card['number']}", in_="alerts")
    await agreed.teams.wait_for_card("alerts", "refused what was done here: Missing application scopes")
    await agreed.teams.heal()
    await agreed.told("ana", f"classify {card['number']} tp malware", in_="alerts")
    await agrees(agreed, status="inProgress", classification="truePositive")


async def test_both_changed_the_same_and_the_later_stands_until_somebody_brings_the_other_back(agreed: Town) -> None:
    card = await raised(agreed)
    await agreed.teams.fault("graph", status=503)
    await agreed.told("ana", f"start {card['number']}", in_="alerts")
    await agreed.teams.in_the_portal("bo", "da77_1", status="resolved")
    await agreed.teams.heal()
    await agreed.teams.advance(10)
    await agreed.teams.wait_for_card("alerts", "came later and stands")
    assert (await agreed.alert(card["number"])).status.value == "resolved"
    said = await agreed.told("chidi", f"undo {card['number']}", in_="alerts")
    assert "undid" in said or "took" in said
    assert (await agreed.alert(card["number"])).status.value == "inProgress"
    await agrees(agreed, status="inProgress")


async def test_a_conflict_is_still_told_after_further_news_of_the_portals(agreed: Town) -> None:
    card = await raised(agreed)
    await agreed.teams.fault("graph", status=503)
    await agreed.pressed("ana", card, "Assign to me")
    bo = await agreed.teams.person("bo")
    await agreed.teams.in_the_portal("bo", "da77_1", status="resolved", assignedTo=bo["upn"])
    await agreed.teams.heal()
    await agreed.teams.advance(10)
    await agreed.teams.wait_for_card("alerts", "“Bo Berg” came later and stands, not “Ana Alvarez”")
    assert (await agreed.alert(card["number"])).status.value == "resolved"
    # One press brings Ana back, and then there is nothing to tell of any more.
    await agreed.pressed("chidi", card, "Undo")
    ana = await agreed.teams.person("ana")
    await agrees(agreed, assignedTo=ana["upn"], status="resolved")
    assert "came later" not in await agreed.teams.describe("alerts")


async def test_what_we_have_not_read_yet_is_not_overwritten_unseen(tmp_path: Path) -> None:
    """Defender is asked once a minute, and told at once: what somebody changed there in between is read first."""
    settings = SETTINGS | {"TOCSIN_GRAPH_SECONDS": "3600", "TOCSIN_GRAPH_CLIENT_STATE": "our-secret"}
    async with running_town(tmp_path, settings=settings, config=SandboxConfig(enforce_limits=False)) as town:
        await town.teams.install("ana", channel="alerts")
        await town.teams.wait_for_card("alerts", "alerts")
        await town.teams.defender_raises(graph_alert(id="da77_1", title="Mimikatz", incidentId=None))
        body = {"value": [{"clientState": "our-secret"}]}
        async with town.http.post(f"{town.bot}/api/notifications/graph", json=body) as answer:
            assert answer.status == 202
        card = await town.teams.wait_for_card("alerts", "Mimikatz")
        number = int(card["plain"].rpartition("#")[2].rstrip(")"))
        await town.teams.in_the_portal("bo", "da77_1", status="resolved", comment="done with it")
        await town.told("ana", f"start {number}", in_="alerts")
        await agrees(town, status="inProgress")
        await town.teams.wait_for_card("alerts", "“In progress” came later and stands, not “Resolved”")
        assert [entry.comment for entry in await town.history(number) if entry.comment] == ["done with it"]


async def test_ours_stands_where_it_came_later(agreed: Town) -> None:
    card = await raised(agreed)
    await agreed.teams.fault("graph", status=503)
    await agreed.teams.in_the_portal("bo", "da77_1", status="resolved")
    await agreed.told("ana", f"start {card['number']}", in_="alerts")
    await agreed.teams.heal()
    await agreed.teams.advance(10)
    await agreed.teams.wait_for_card("alerts", "came later and stands")
    await agrees(agreed, status="inProgress")
    assert (await agreed.alert(card["number"])).status.value == "inProgress"


async def test_an_alert_that_ana_moves_is_moved_in_defender_too(agreed: Town) -> None:
    first = await raised(agreed, "da1_1", incidentId="4711", title="In its incident")
    second = await raised(agreed, "da2_2", incidentId="4712", title="In another")
    incident = (await agreed.alert(first["number"])).incident
    await agreed.told("ana", f"link {second['number']} to incident {incident}", in_="alerts")
    await agrees(agreed, "da2_2", incidentId="4711")
    # A new incident of ours becomes one of Defender's, and what it then says of it is no news.
    await agreed.told("ana", f"link {second['number']} new", in_="alerts")

    async def moved() -> bool:
        return (await defenders(agreed, "da2_2"))["incidentId"] not in ("4711", "4712")

    await agreed.teams.until(moved, waiting_for="a new incident in Defender")
    await agreed.teams.in_the_portal("bo", "da2_2", comment="after the move")
    await agreed.teams.wait_for_card("alerts", "after the move")
    kinds = [entry.kind.value for entry in await agreed.history(second["number"])]
    assert kinds == ["created", "linked", "linked", "commented"]


async def test_what_the_automated_investigation_does_is_told_in_its_name(agreed: Town) -> None:
    card = await raised(agreed)
    await agreed.teams.in_the_portal("bo", "da77_1", investigationState="pendingApproval")
    await agreed.teams.wait_for_card("alerts", "waits for somebody's approval")
    await agreed.teams.in_the_portal("bo", "da77_1", investigationState="successfullyRemediated", status="resolved")
    await agreed.teams.wait_for_card("alerts", "Automated investigation resolved it")
    last = (await agreed.history(card["number"]))[-1]
    assert last.actor.name == "Automated investigation"
    assert "waits for" not in await agreed.teams.describe("alerts")


async def test_a_notification_of_graphs_is_believed_in_nothing_but_that_it_is_time_to_look(tmp_path: Path) -> None:
    settings = SETTINGS | {"TOCSIN_GRAPH_SECONDS": "3600", "TOCSIN_GRAPH_CLIENT_STATE": "our-secret"}
    async with running_town(tmp_path, settings=settings, config=SandboxConfig(enforce_limits=False)) as town:
        await town.teams.install("ana", channel="alerts")
        await town.teams.wait_for_card("alerts", "alerts")
        url = f"{town.bot}/api/notifications/graph"
        async with town.http.post(url, params={"validationToken": "<b>opaque token</b>"}) as answer:
            assert (answer.status, answer.content_type) == (200, "text/plain")
            assert await answer.text() == "<b>opaque token</b>"
        for state, status in (("wrong", 403), ("", 403)):
            async with town.http.post(url, json={"value": [{"clientState": state}]}) as answer:
                assert answer.status == status
        body = b'{"value": [{"clientState": "\\ud800"}]}'
        async with town.http.post(url, data=body, headers={"Content-Type": "application/json"}) as answer:
            assert answer.status == 403
        async with town.http.post(url, json={"value": "no list"}) as answer:
            assert answer.status == 400
        await town.teams.defender_raises(graph_alert(id="da9_9", title="Found at once", incidentId=None))
        async with town.http.post(url, json={"value": [{"clientState": "our-secret", "resource": "x"}]}) as answer:
            assert answer.status == 202
        await town.teams.wait_for_card("alerts", "Found at once")


async def test_an_administrator_chooses_what_comes_in_by_text_and_in_a_dialog(tmp_path: Path) -> None:
    people = World(tenant_id=SandboxConfig().tenant_id, bot_id="", bot_name="").people
    settings = SETTINGS | {"TOCSIN_ADMINISTRATORS": people["ana"].object_id}
    entra = {"serviceSource": "azureAdIdentityProtection", "detectionSource": "azureAdIdentityProtection"}
    async with running_town(tmp_path, settings=settings, config=SandboxConfig(enforce_limits=False)) as town:
        await town.teams.install("ana", channel="alerts")
        await town.teams.wait_for_card("alerts", "alerts")
        said = await town.told("ana", "services entra medium", in_="alerts")
        assert "Entra ID Protection: \nHigh and medium severity" in said
        assert "“services entra all”" in await town.told("ana", "services entra lots", in_="alerts")
        assert "no service source “pigeons”" in await town.told("ana", "services pigeons all", in_="alerts")
        card = await town.teams.wait_for_card("alerts", "High and medium severity")
        opened = await town.teams.press("ana", card, "Alert service settings…")
        assert opened["outcome"] == "dialog", opened
        await town.teams.submits("ana", "Save", azureAdIdentityProtection="all")
        await town.teams.wait_for_card("alerts", "Entra ID Protection: \nAll alerts")
        await raised(town, "ad1", title="Unfamiliar sign-in", severity="low", **entra)


async def test_only_the_most_relevant_of_entra_come_in_unless_somebody_chooses_more(agreed: Town) -> None:
    entra = {"serviceSource": "azureAdIdentityProtection", "detectionSource": "azureAdIdentityProtection"}
    now = datetime.now(UTC).isoformat()
    times = {"createdDateTime": now, "firstActivityDateTime": now, "lastActivityDateTime": now}
    await agreed.teams.defender_raises(
        graph_alert(
            **{"id": "ad1", "incidentId": None, "title": "Unfamiliar sign-in", "severity": "low"} | times | entra
        )
    )
    await raised(agreed, "ad2", title="Leaked credentials", severity="high", **entra)
    assert "Unfamiliar sign-in" not in await agreed.told("ana", "search sign-in", in_="alerts")
    said = await agreed.told("ana", "services", in_="alerts")
    assert "Entra ID Protection: \nThe most relevant (high severity)" in said
    assert "needs the permission role Administrator" in await agreed.told("ana", "services entra all", in_="alerts")
