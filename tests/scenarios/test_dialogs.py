"""Dialogs over HTTP, in the shapes that Teams documents: open, send, refuse, repeat, and be answered in time."""

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bot.alerts.words import Status
from bot.sandbox.carddata import buttons as card_buttons
from tests.support.sandbox import card_text
from tests.support.town import Town

Json = dict[str, Any]

FETCH = {"msteams": {"type": "task/fetch"}}


async def opened(town: Town, who: str, posted: Json, title: str = "Manage…") -> Json:
    """The dialog that a button opens, as the bot answered it."""
    answer = await town.teams.press(who, posted, title)
    assert (answer["status"], answer["outcome"]) == (200, "dialog"), answer
    task: Json = answer["body"]["task"]
    return task


def data_of(card: Json, title: str) -> Json:
    """What a button of a dialog carries."""
    return next(dict(one.action["data"]) for one in card_buttons(card) if one.action.get("title") == title)


@contextmanager
def locked(town: Town) -> Iterator[None]:
    other = sqlite3.connect(town.database_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


async def test_a_dialog_opens_with_a_card_and_closes_without_a_word(town: Town) -> None:
    posted = await town.raised()
    task = await opened(town, "ana", posted)

    assert task["type"] == "continue"
    value = task["value"]
    assert value["title"] == f"Manage alert #{posted['number']}"
    assert (value["height"], value["width"]) == ("large", "medium")
    assert value["card"]["contentType"] == "application/vnd.microsoft.card.adaptive"

    sent = await town.teams.submits("ana", "Save", status="inProgress")
    assert (sent["status"], sent["body"], sent["outcome"]) == (200, None, "none")
    await town.teams.wait_for_card("alerts", " · In progress", as_="bo")


async def test_manage_does_everything_at_once_as_one_entry_that_one_undo_takes_back(town: Town) -> None:
    posted = await town.raised(assignedTo=None)
    number, bo = posted["number"], (await town.teams.person("bo"))["objectId"]
    await town.told("bo", "help", in_="alerts")
    await opened(town, "ana", posted)
    wanted = {"status": "resolved", "to": bo, "verdict": "falsePositive:notMalicious", "incident": "new"}
    await town.teams.submits("ana", "Save", **wanted, tags="+vip, lab", comment="Our own backup job.")

    await town.teams.wait_for_card("alerts", " · Resolved · Bo Berg")
    kept = await town.alert(number)
    assert (kept.status, kept.assignee, kept.determination) == (Status.RESOLVED, bo, "notMalicious")
    assert (kept.incident, kept.tags, kept.comment_count) == (1, ("vip", "lab"), 1)
    assert len(await town.history(number)) == 2
    shown = await town.pressed("chidi", posted, "History")
    assert "Ana Alvarez resolved it: False positive · Not malicious" in shown
    assert "Assigned to: none → Bo Berg" in shown

    await town.teams.says("chidi", "incident 1", in_="alerts")
    incident = await town.teams.wait_for_card("alerts", "Rename…")
    assert "Our own backup job." in card_text(incident["card"])

    await town.pressed("ana", posted, "Undo")
    back = await town.alert(number)
    assert (back.status, back.assignee, back.classification.value) == (Status.NEW, None, "notSet")
    assert (back.incident, back.tags, back.comment_count) == (None, (), 0)


async def test_tags_are_taken_away_by_name_and_the_sources_stay(town: Town) -> None:
    posted = await town.raised(systemTags=["Critical asset"])
    await town.told("ana", f"tag {posted['number']} +vip +lab", in_="alerts")
    await town.teams.wait_for_card("alerts", "vip, lab")
    card = (await opened(town, "ana", posted))["value"]["card"]["content"]
    own = next(one for one in card["body"] if one.get("id") == "untag")
    assert [option["title"] for option in own["choices"]] == ["vip", "lab"]
    assert "The source's own tags: Critical asset" in card_text(card)
    await town.teams.submits("ana", "Save", untag="vip", tags="crown")
    kept = await town.alert(posted["number"])
    assert (kept.tags, kept.source_tags) == (("lab", "crown"), ("Critical asset",))


async def test_what_nobody_touched_is_not_changed_even_where_it_changed_in_between(town: Town) -> None:
    posted = await town.raised()
    await opened(town, "ana", posted)
    await town.told("bo", f"assign {posted['number']} me", in_="alerts")
    await town.told("bo", f"start {posted['number']}", in_="alerts")
    sent = await town.teams.submits("ana", "Save", tags="vip")
    assert sent["outcome"] == "none"
    kept = await town.alert(posted["number"])
    assert (kept.status, kept.tags) == (Status.IN_PROGRESS, ("vip",))
    assert kept.assignee == (await town.teams.person("bo"))["objectId"]


async def test_who_is_second_is_told_in_the_dialog_which_keeps_what_was_typed(town: Town) -> None:
    posted = await town.raised()
    await opened(town, "ana", posted)
    await town.told("bo", f"resolve {posted['number']} fp", in_="alerts")
    sent = await town.teams.submits("ana", "Save", status="inProgress", comment="Half a page of notes.")
    assert sent["outcome"] == "dialog"
    card = sent["dialog"]["card"]
    assert "Bo Berg was first: Bo Berg resolved it" in card_text(card)
    inputs = {one["id"]: one.get("value") for one in card["body"] if str(one["type"]).startswith("Input.")}
    assert inputs["comment"] == "Half a page of notes."
    assert inputs["status"] == "inProgress"
    assert inputs["verdict"] == "falsePositive"
    assert (await town.alert(posted["number"])).comment_count == 0

    again = await town.teams.submits("ana", "Save")
    assert again["outcome"] == "none"
    kept = await town.alert(posted["number"])
    assert (kept.status, kept.comment_count) == (Status.IN_PROGRESS, 1)
    assert kept.classification.value == "falsePositive"


async def test_who_came_from_a_list_is_told_that_it_was_saved(town: Town) -> None:
    posted = await town.raised()
    await town.told("ana", "queue")
    queue = await town.teams.wait_for_card("ana", "Queue")
    await town.pressed("ana", queue, f"Open #{posted['number']}")
    await opened(town, "ana", queue)
    sent = await town.teams.submits("ana", "Save", comment="from the list")
    assert sent["outcome"] == "message"
    assert sent["body"]["task"] == {"type": "message", "value": "Saved. “Refresh” on the card shows it."}
    assert "from the list" in await town.pressed("ana", queue, "Refresh")


async def test_saving_nothing_says_so_and_stays_open(town: Town) -> None:
    posted = await town.raised()
    await opened(town, "ana", posted)
    sent = await town.teams.submits("ana", "Save")
    assert sent["outcome"] == "dialog"
    assert "Nothing was changed yet." in card_text(sent["dialog"]["card"])
    assert (await town.alert(posted["number"])).revision == 1


async def test_teams_repeats_a_submit_and_it_takes_effect_once(town: Town) -> None:
    posted = await town.raised()
    task = await opened(town, "ana", posted)
    data = data_of(task["value"]["card"]["content"], "Save") | {"comment": "once", "status": "inProgress"}
    value = {"data": data, "context": {"theme": "default"}}
    sends = [town.teams.invokes("ana", "task/submit", value, in_="alerts") for _ in range(3)]
    answers = await asyncio.gather(*sends)
    assert [(answer["status"], answer["body"]) for answer in answers] == [(200, None)] * 3
    assert len(await town.history(posted["number"])) == 2


async def test_a_card_that_is_updated_leaves_the_dialog_open(town: Town) -> None:
    posted = await town.raised()
    await opened(town, "ana", posted)
    await town.told("bo", f"comment {posted['number']} meanwhile", in_="alerts")
    await town.teams.wait_for_card("alerts", "meanwhile")
    sent = await town.teams.submits("ana", "Save", comment="and mine")
    assert sent["outcome"] == "none"
    assert (await town.alert(posted["number"])).comment_count == 2


async def test_a_stuck_database_is_answered_in_time_in_the_dialog_with_what_was_typed(town: Town) -> None:
    posted = await town.raised()
    with locked(town):
        started = time.monotonic()
        await opened(town, "ana", posted)
        assert time.monotonic() - started < 3
        started = time.monotonic()
        sent = await town.teams.submits("ana", "Save", comment="kept")
        assert time.monotonic() - started < 3
    assert sent["outcome"] == "dialog"
    assert "Tocsin is busy" in card_text(sent["dialog"]["card"])
    assert (await town.teams.submits("ana", "Save", comment="kept"))["outcome"] == "none"
    assert (await town.alert(posted["number"])).comment_count == 1


async def test_a_database_that_answers_nothing_at_all_is_said_in_words_in_time(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted = await town.raised()
    await opened(town, "ana", posted)

    def stuck(*_given: object, **_named: object) -> None:
        time.sleep(4)

    monkeypatch.setattr("bot.usecases.read.incidents", stuck)
    monkeypatch.setattr("bot.usecases.manage.manage", stuck)
    for send in (town.teams.press("bo", posted, "Manage…"), town.teams.submits("ana", "Save", comment="x")):
        started = time.monotonic()
        answer = await send
        assert time.monotonic() - started < 3
        assert answer["body"]["task"]["type"] == "message"
        assert "Tocsin is busy" in answer["body"]["task"]["value"]


@pytest.mark.parametrize(
    "data",
    [
        None,
        "text",
        {},
        {"dialog": "unheard of"},
        {"dialog": "manage"},
        {"dialog": "manage", "alert": "1"},
        {"dialog": "manage", "alert": 1, "step": "save", "state": {"x": "y" * 20_000}},
        {"dialog": "manage", "alert": 1, "step": "save", "status": "gone"},
        {"dialog": "manage", "alert": 1, "step": "save", "verdict": "malware"},
        {"dialog": "manage", "alert": 1, "step": "save", "incident": "1; drop"},
        {"dialog": "manage", "alert": 1, "step": "save", "status": 7},
        {"dialog": "manage", "alert": 1, "step": "save", "to": "somebody-else", "comment": "x"},
        {"dialog": "manage", "alert": 1, "step": "save", "state": 3},
    ],
)
@pytest.mark.parametrize("name", ["task/fetch", "task/submit"])
async def test_a_forged_dialog_is_answered_in_words_and_changes_nothing(town: Town, name: str, data: Any) -> None:
    posted = await town.raised()
    answer = await town.teams.invokes("ana", name, {"data": data, "context": {"theme": "dark"}}, in_="alerts")
    assert answer["status"] == 200
    assert answer["body"]["task"]["type"] in ("message", "continue")
    assert (await town.alert(posted["number"])).revision == 1


async def test_what_one_may_not_see_has_no_dialog(town: Town) -> None:
    posted = await town.raised()
    for where, number in (("quiet", posted["number"]), ("alerts", 4711)):
        data = {"dialog": "manage", "alert": number, **FETCH}
        answer = await town.teams.invokes("bo", "task/fetch", {"data": data, "context": {}}, in_=where)
        assert answer["body"]["task"]["type"] == "message"
        assert "not available" in answer["body"]["task"]["value"]


async def test_a_client_that_opens_no_dialogs_gets_the_card_with_its_own_forms(town: Town) -> None:
    posted = await town.raised()
    data = {"dialog": "manage", "alert": posted["number"], "rev": 1, "nonce": "x", **FETCH}
    await town.teams.sends("ana", in_="alerts", overrides={"type": "message", "text": "", "value": data})

    def another(message: Json) -> bool:
        return message["id"] != posted["id"] and "Classify…" in card_text(message["card"])

    await town.teams.wait_for("alerts", another)


async def test_somebody_whom_we_have_not_met_can_be_given_the_alert(town: Town) -> None:
    posted = await town.raised()
    dana = (await town.teams.person("dana"))["objectId"]
    await opened(town, "ana", posted)
    sent = await town.teams.submits("ana", "Save", to=dana)
    assert sent["outcome"] == "none", sent
    assert (await town.alert(posted["number"])).assignee == dana


async def test_tags_in_use_are_offered_and_looked_up_while_one_types(town: Town) -> None:
    first, posted = await town.raised("First"), await town.raised("Second")
    await town.told("ana", f"tag {first['number']} +crown-jewel +lab", in_="alerts")
    await opened(town, "ana", posted)
    found = await town.teams.searches("ana", "tags", "cro", in_="alerts")
    assert found == [{"title": "crown-jewel", "value": "crown-jewel"}]
    assert await town.teams.searches("ana", "incidents", "nothing", in_="alerts") == []
    await town.teams.submits("ana", "Save", usual="crown-jewel,lab", tags="new")
    assert (await town.alert(posted["number"])).tags == ("crown-jewel", "lab", "new")
