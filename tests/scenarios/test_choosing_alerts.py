"""The condition editor over HTTP: a channel chooses its alerts, a list is filtered; one line at a time, or as text."""

import asyncio
import time
from typing import Any

import pytest

from bot.alerts.errors import Busy
from bot.sandbox.carddata import buttons as card_buttons
from tests.scenarios.test_dialogs import data_of, locked, opened
from tests.support.payloads import graph_alert
from tests.support.sandbox import card_text
from tests.support.town import Town

Json = dict[str, Any]


async def chosen(town: Town) -> Json:
    """The card that says what the channel gets."""
    return await town.teams.wait_for_card("alerts", "Choose alerts…")


async def pressed_line(town: Town, who: str, card: Json, line: str) -> Json:
    """Press a line of the tree; the next card."""
    data = next(
        dict(one.action["data"])
        for one in card_buttons(card)
        if str(one.action.get("title", "")).startswith("Change: ") and line in one.action["title"]
    )
    answer = await town.teams.invokes(who, "task/submit", {"data": data, "context": {"theme": "default"}}, in_="alerts")
    assert answer["status"] == 200
    next_card: Json = answer["body"]["task"]["value"]["card"]["content"]
    return next_card


async def test_a_channel_chooses_its_alerts_line_by_line(town: Town) -> None:
    await opened(town, "ana", await chosen(town), "Choose alerts…")
    for field, typed in (
        ("severity", {"c_op": "atLeast", "c_chosen": "medium"}),
        ("service", {"c_op": "is", "c_chosen": "microsoftDefenderForEndpoint,microsoftDefenderForIdentity"}),
    ):
        await town.teams.submits("ana", "Add filter")
        await town.teams.submits("ana", "Next", c_field=field)
        shown = await town.teams.submits("ana", "Done", **typed)
    assert "Severity" in card_text(shown["dialog"]["card"])
    sent = await town.teams.submits("ana", "Subscribe")
    assert (sent["status"], sent["outcome"]) == (200, "none")
    await town.teams.wait_for_card("alerts", "severity>=medium service:endpoint,identity")

    await town.report("graph", graph_alert(id="da91", title="Too low", severity="low", incidentId=None))
    await town.raised("High enough")
    assert "Too low" not in await town.teams.describe("alerts")


async def test_what_a_channel_has_is_what_the_dialog_opens_with_and_text_is_a_short_cut(town: Town) -> None:
    await town.told("ana", "subscribe severity:high (host:web-* or user:ana)", in_="alerts")
    task = await opened(town, "bo", await chosen(town), "Choose alerts…")
    card = task["value"]["card"]["content"]
    assert "Severity is High" in card_text(card)
    assert "any of:" in card_text(card)
    sent = await town.teams.submits("bo", "Subscribe", c_text="severity:high not tag:lab")
    assert sent["outcome"] == "none"
    await town.teams.wait_for_card("alerts", "severity:high not tag:lab")


async def test_an_error_in_the_text_names_the_place_and_keeps_what_was_typed(town: Town) -> None:
    await opened(town, "ana", await chosen(town), "Choose alerts…")
    typed = "severity:high usr:ana"
    for button in ("Subscribe", "Add filter", "Show the text as lines"):
        sent = await town.teams.submits("ana", button, c_text=typed)
        assert sent["outcome"] == "dialog"
        card = sent["dialog"]["card"]
        assert "The filter is not right at “usr”" in card_text(card)
        assert next(one for one in card["body"] if one.get("id") == "c_text")["value"] == typed
    assert (await town.teams.submits("ana", "Subscribe", c_text="severity:high user:ana"))["outcome"] == "none"


async def test_an_error_in_a_line_says_what_would_do_and_keeps_what_was_typed(town: Town) -> None:
    await opened(town, "ana", await chosen(town), "Choose alerts…")
    await town.teams.submits("ana", "Add filter")
    await town.teams.submits("ana", "Next", c_other="comments")
    sent = await town.teams.submits("ana", "Done", c_values="many", c_op="above")
    shown = card_text(sent["dialog"]["card"])
    assert "Comments is a number. This works: comments>2" in shown
    assert next(one for one in sent["dialog"]["card"]["body"] if one.get("id") == "c_values")["value"] == "many"
    sent = await town.teams.submits("ana", "Done", c_values="3", c_op="above")
    assert "Number of comments is above 3" in card_text(sent["dialog"]["card"])


async def test_a_line_is_pressed_changed_and_deleted(town: Town) -> None:
    await town.told("ana", "subscribe severity:high host:web-*", in_="alerts")
    task = await opened(town, "ana", await chosen(town), "Choose alerts…")
    card = await pressed_line(town, "ana", task["value"]["card"]["content"], "Host is web-*")
    assert "With “is”, * stands for anything" in card_text(card)
    done = data_of(card, "Done") | {"c_op": "is", "c_values": "web-*\ndb-1", "c_not": "false"}
    answer = await town.teams.invokes("ana", "task/submit", {"data": done, "context": {}}, in_="alerts")
    tree = answer["body"]["task"]["value"]["card"]["content"]
    assert "Host is web-* or db-1" in card_text(tree)
    card = await pressed_line(town, "ana", tree, "Severity is High")
    answer = await town.teams.invokes(
        "ana", "task/submit", {"data": data_of(card, "Delete"), "context": {}}, in_="alerts"
    )
    tree = answer["body"]["task"]["value"]["card"]["content"]
    assert "Severity" not in card_text(tree)
    assert next(one for one in tree["body"] if one.get("id") == "c_text")["value"] == "host:web-*,db-1"


async def test_a_list_is_filtered_and_comes_as_an_answer(town: Town) -> None:
    await town.raised("First of them")
    await town.raised("Second of them", severity="low")
    await town.told("ana", "queue severity:high", in_="alerts")
    queue = await town.teams.wait_for_card("alerts", "Filter…")
    task = await opened(town, "ana", queue, "Filter…")
    shown = card_text(task["value"]["card"]["content"])
    assert "Severity is High" in shown
    assert "1 alert fits" in shown
    counted = await town.teams.submits("ana", "How many?", c_text="severity:high,low")
    assert "2 alerts fit" in card_text(counted["dialog"]["card"])
    sent = await town.teams.submits("ana", "Show", c_text="severity:low")
    assert sent["outcome"] == "none"
    found = await town.teams.wait_for_card("alerts", "severity:low")
    assert "Second of them" in card_text(found["card"])
    assert "First of them" not in card_text(found["card"])


async def test_who_opens_no_dialogs_is_told_the_words(town: Town) -> None:
    for dialog, words in (("subscribe", "subscribe severity"), ("filter", "queue severity")):
        data = {"dialog": dialog, "msteams": {"type": "task/fetch"}}
        await town.teams.sends("ana", in_="alerts", overrides={"type": "message", "text": "", "value": data})
        await town.teams.wait_for("alerts", words)


async def test_a_stuck_database_keeps_what_was_chosen(town: Town) -> None:
    task = await opened(town, "ana", await chosen(town), "Choose alerts…")
    with locked(town):
        sent = await town.teams.submits("ana", "Subscribe", c_text="severity:high")
    assert sent["outcome"] == "dialog"
    card = sent["dialog"]["card"]
    # The same press again, as far as anybody can tell: it may have taken effect after all.
    assert data_of(card, "Subscribe") == data_of(task["value"]["card"]["content"], "Subscribe")
    assert "Tocsin is busy" in card_text(card)
    assert next(one for one in card["body"] if one.get("id") == "c_text")["value"] == "severity:high"
    assert (await town.teams.submits("ana", "Subscribe"))["outcome"] == "none"
    await town.teams.wait_for_card("alerts", "severity:high")


async def test_where_nothing_at_all_can_be_looked_up_what_was_chosen_stays_on_the_screen(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*_given: object, **_named: object) -> None:
        time.sleep(4)
        raise Busy

    await opened(town, "ana", await chosen(town), "Choose alerts…")
    await town.teams.submits("ana", "Add filter")
    with monkeypatch.context() as stuck:
        stuck.setattr("bot.usecases.routes.route_here", slow)
        stuck.setattr("bot.usecases.routes.subscribe_as", slow)
        started = time.monotonic()
        sent = await town.teams.submits("ana", "Next", c_field="tag")
        assert time.monotonic() - started < 3
        assert "Tocsin is busy" in card_text(sent["dialog"]["card"])
        sent = await town.teams.submits("ana", "Done", c_op="is", c_values="vip")
        assert "Tag is vip" in card_text(sent["dialog"]["card"])
        sent = await town.teams.submits("ana", "Subscribe", limit="50")
        assert next(one for one in sent["dialog"]["card"]["body"] if one.get("id") == "limit")["value"] == "50"
    await asyncio.sleep(4)
    assert (await town.teams.submits("ana", "Subscribe"))["outcome"] == "none"
    await town.teams.wait_for_card("alerts", "tag:vip")
