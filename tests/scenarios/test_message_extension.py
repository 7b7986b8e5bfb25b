"""From wherever people write: alerts are looked up and shared, links unfold, messages become alerts and comments."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.config import SandboxConfig
from tests.support.sandbox import buttons, card_text
from tests.support.town import Town, running_town

CONFIG = SandboxConfig(enforce_limits=False)
GENEROUS = {"TOCSIN_CONVERSATION_LIMITS": "1000/1", "TOCSIN_TENANT_LIMITS": "5000/1"}


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with running_town(tmp_path, settings=GENEROUS, config=CONFIG) as town:
        await town.teams.install("ana", channel="alerts")
        await town.teams.wait_for_card("alerts", "alerts")
        yield town


def rows(answer: dict[str, Any]) -> list[str]:
    return [row["preview"]["content"]["title"] for row in answer["attachments"]]


def tap(answer: dict[str, Any], index: int = 0) -> Any:
    return answer["attachments"][index]["preview"]["content"]["tap"]["value"]


async def seen(town: Town, where: str, message: str, as_: str) -> dict[str, Any]:
    await town.teams.looks(as_, where)
    (found,) = [m for m in await town.teams.messages(where, as_=as_) if m["id"] == message]
    return found


async def test_ana_shares_an_alert_where_the_bot_is_and_the_card_lives(town: Town) -> None:
    raised = await town.raised("Mimikatz credential theft")
    await town.raised("Port scan")
    await town.teams.install("ana", chat="group")
    await town.teams.wait_for_card("group", "Tocsin is here")
    opened = await town.teams.finds("ana", "searchAlerts", in_="group")
    assert rows(opened) == ["#2 High: Port scan", "#1 High: Mimikatz credential theft"]
    found = await town.teams.finds("ana", "searchAlerts", "mimikatz", in_="group")
    assert rows(found) == ["#1 High: Mimikatz credential theft"]

    # Before it is sent, it exists for nobody there.
    await town.teams.invokes("ana", "composeExtension/selectItem", tap(found), in_="group")
    assert "not available here" in await town.told("bo", "alert 1", in_="group")

    sent = await town.teams.shares("ana", in_="group", text="Look at this", value=tap(found))
    shown = await seen(town, "group", sent["id"], "bo")
    assert "Assign to me" in buttons(shown["card"])
    await town.teams.press("bo", shown, "Assign to me")
    await town.teams.wait_for("alerts", lambda m: m["id"] == raised["id"] and "Bo Berg" in str(m["cards"]))
    # Everybody sees it as it is now, whoever changed it.
    await town.pressed("ana", raised, "Resolve…")
    mine = await seen(town, "group", sent["id"], "ana")
    assert "Bo Berg" in card_text(mine["card"])
    assert "Back" not in buttons(mine["card"], hidden=True)
    # It was shared, so they may ask for it there by its number.
    assert "Mimikatz" in await town.told("bo", "alert 1", in_="group")
    assert "not available here" in await town.told("bo", "alert 2", in_="group")


async def test_where_the_bot_is_not_the_card_says_that_it_does_not_change(town: Town) -> None:
    await town.raised("Mimikatz credential theft")
    found = await town.teams.finds("ana", "searchAlerts", "1", in_="group")
    sent = await town.teams.shares("ana", in_="group", value=tap(found))
    (message,) = [m for m in await town.teams.messages("group", as_="bo") if m["id"] == sent["id"]]
    assert "Tocsin is not in this conversation: this card does not change." in card_text(message["card"])
    assert "refresh" not in message["card"]
    assert buttons(message["card"], hidden=True) == ["Open in Tocsin", "Open in the portal"]


async def test_links_to_the_portal_unfold_for_whoever_may_see_what_they_are_about(town: Town) -> None:
    await town.raised("Mimikatz credential theft", id="da637551227677560813_-961444813")
    url = "https://security.microsoft.com/alerts/da637551227677560813_-961444813?tid=1"
    sent = await town.teams.shares("ana", in_="quiet", url=url)
    assert sent["unfolded"]
    shown = await seen(town, "quiet", sent["id"], "bo")
    assert "Mimikatz" in card_text(shown["card"])
    for other in (
        "https://security.microsoft.com/alerts/da1_2",
        "https://security.microsoft.com/incidents/999999",
        "https://evil.example/alerts/da637551227677560813_-961444813",
        "https://security.microsoft.com/settings",
        "no address",
    ):
        assert not (await town.teams.shares("ana", in_="quiet", url=other))["unfolded"], other


async def test_our_own_addresses_unfold_too_and_lead_to_the_chat_elsewhere(tmp_path: Path) -> None:
    settings = {**GENEROUS, "TOCSIN_PUBLIC_URL": "https://bot.example.com/tocsin"}
    async with running_town(tmp_path, settings=settings, config=CONFIG) as town:
        await town.teams.install("ana", channel="alerts")
        await town.raised("Mimikatz credential theft")
        url = "https://bot.example.com/tocsin/alerts/1"
        answer = await town.teams.invokes("ana", "composeExtension/queryLink", {"url": url}, in_="alerts")
        assert "Mimikatz" in str(answer["body"]["composeExtension"]["attachments"][0]["content"])
        for other in ("https://bot.example.com/alerts/1", "https://evil.example/tocsin/alerts/1", f"{url}9"):
            answer = await town.teams.invokes("ana", "composeExtension/queryLink", {"url": other}, in_="alerts")
            assert not answer["body"], other
        for path, said in (("alerts/1", "alert%201"), ("incidents/999", "incident%20999")):
            async with town.http.get(f"{town.bot}/{path}", allow_redirects=False) as led:
                assert led.status == 302
                assert led.headers["Location"].startswith("https://teams.microsoft.com/l/chat/0/0?users=28:")
                assert led.headers["Location"].endswith(f"&message={said}")


async def test_a_message_becomes_an_alert_once(town: Town) -> None:
    said = await town.teams.says("chidi", "The door of rack 7 stands open\nSince this morning.", in_="quiet")
    opened = await town.teams.acts_on("ana", "createAlert", in_="quiet", message=said["id"])
    assert opened["dialog"]["title"] == "Create an alert"
    assert "The door of rack 7 stands open" in str(opened["dialog"]["card"])
    done = await town.teams.submits(
        "ana", "Create", title="Rack 7 is open", severity="high", text="Since this morning."
    )
    assert done["toast"] == "Alert #1 is there, and goes where such alerts go."
    card = await town.teams.wait_for_card("alerts", "Rack 7 is open")
    assert "Open the message" in buttons(card["card"], hidden=True)
    (created,) = await town.history(1)
    assert created.actor.name == "Ana Alvarez"
    assert (await town.alert(1)).acknowledged_at is None
    # Somebody else has the same thought.
    await town.teams.acts_on("bo", "createAlert", in_="quiet", message=said["id"])
    again = await town.teams.submits("bo", "Create", title="Door", severity="low", text="")
    assert again["toast"] == "There is an alert of this message already: #1."


async def test_a_form_that_lacks_its_title_keeps_what_was_typed(town: Town) -> None:
    await town.teams.acts_on("ana", "createAlert", in_="alerts")
    answer = await town.teams.submits("ana", "Create", title="  ", severity="low", text="Long story.")
    assert "Say in a few words what has happened." in str(answer["dialog"]["card"])
    assert "Long story." in str(answer["dialog"]["card"])


async def test_a_message_is_added_to_an_alert_with_the_way_back_to_it(town: Town) -> None:
    await town.raised("Mimikatz credential theft")
    said = await town.teams.says("chidi", "I ran a red team exercise there <b>today</b>.", in_="quiet")
    opened = await town.teams.acts_on("bo", "addToAlert", in_="quiet", message=said["id"])
    assert "#1 High: Mimikatz credential theft" in str(opened["dialog"]["card"])
    assert (await town.teams.searches("bo", "alerts", "mimi"))[0]["value"] == "1"
    done = await town.teams.submits("bo", "Comment", alert="1", comment="I ran a red team exercise there.")
    assert done["toast"] == "Added to alert #1."
    entry = (await town.history(1))[-1]
    assert entry.actor.name == "Bo Berg"
    assert "— Chidi Cole: https://teams.microsoft.com/l/message/" in entry.comment


async def test_a_guest_of_another_tenant_and_a_reader_are_told_what_they_may_not(town: Town) -> None:
    await town.raised("Mimikatz credential theft")
    await town.teams.acts_on("dana", "createAlert", in_="alerts")
    refused = await town.teams.submits("dana", "Create", title="x", severity="low", text="")
    assert "needs the permission role Responder" in str(refused["dialog"]["card"])


async def test_what_makes_no_sense_is_answered_in_words(town: Town) -> None:
    bad = await town.teams.finds("ana", "searchAlerts", "severity:", in_="alerts")
    assert bad["outcome"] == "message"
    assert bad["toast"]
    nothing = await town.teams.finds("ana", "searchAlerts", "zebra", in_="alerts")
    assert nothing["toast"] == "Nothing fits."
    for value in ({}, {"alert": 999}, {"alert": "1"}, {"alert": True}, [], None):
        answer = await town.teams.invokes("ana", "composeExtension/selectItem", value, in_="alerts")
        assert answer["status"] == 200
        assert answer["body"]["composeExtension"]["type"] == "message", value
    for name in ("composeExtension/fetchTask", "composeExtension/submitAction"):
        for junk in ({}, {"commandId": "zebra"}, {"commandId": "createAlert", "messagePayload": [1], "data": 3}):
            answer = await town.teams.invokes("ana", name, junk, in_="alerts")
            assert answer["status"] == 200
            assert "task" in answer["body"]
