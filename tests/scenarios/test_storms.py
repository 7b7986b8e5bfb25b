"""Many alerts at once: what is alike shares a card, nothing is out of reach, and what is bad stays on top."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.carddata import buttons
from bot.usecases import folds
from tests.support.payloads import graph_alert, graph_evidence, graph_page
from tests.support.sandbox import card_text, message_text
from tests.support.town import Town, running_town

Json = dict[str, Any]


def on_host(number: int, host: str, **fields: Any) -> Json:
    device = graph_evidence("device", mdeDeviceId=f"id-{host}", deviceDnsName=host)
    given = {
        "id": f"da{number}",
        "incidentId": None,
        "title": "Malware detected",
        "severity": "medium",
        "detectorId": "malware",
        "evidence": [device],
    }
    return graph_alert(**(given | fields))


async def data_of(town: Town, as_: str, title: str, *, containing: str) -> Json:
    """What a button sends from the card that somebody sees now."""
    card = await town.teams.card("alerts", as_=as_, containing=containing)
    return dict(next(button.action["data"] for button in buttons(card) if button.action.get("title") == title))


async def assigned(town: Town, numbers: list[int]) -> list[str | None]:
    return [(await town.alert(number)).assignee for number in numbers]


@pytest.fixture
async def paced_town(tmp_path: Path) -> AsyncIterator[Town]:
    """Teams' real limits, on both sides."""
    async with running_town(tmp_path) as town:
        await town.teams.install("ana", channel="alerts")
        await town.teams.wait_for_card("alerts", "alerts")
        yield town


async def test_alerts_of_one_type_and_host_share_a_card_and_stay_alerts(town: Town) -> None:
    teams = town.teams
    (first,) = (await town.report("graph", on_host(1, "web-1")))["alerts"]
    posted = await teams.wait_for_card("alerts", f"#{first}")
    others = (await town.report("graph", graph_page(on_host(2, "web-1"), on_host(3, "web-1"))))["alerts"]
    (elsewhere,) = (await town.report("graph", on_host(4, "web-2")))["alerts"]
    (worse,) = (await town.report("graph", on_host(5, "web-1", severity="high")))["alerts"]

    seen = await teams.wait_for_card("alerts", "2 more like it")
    assert seen["id"] == posted["id"]
    for number in (elsewhere, worse):
        alone = await teams.wait_for_card("alerts", f"#{number}")
        assert alone["id"] != posted["id"], "another host, and a worse one, have cards of their own"

    listed = await town.pressed("bo", posted, "Show all")
    for number in (first, *others):
        assert f"#{number}" in listed
    answer = await teams.press("bo", posted, f"Open #{others[1]}")
    assert f"#{others[1]}" in card_text(answer["body"]["value"])
    await teams.press("bo", posted, "Assign to me")
    assert (await town.alert(others[1])).assignee is not None
    assert (await town.alert(first)).assignee is None
    assert [entry.kind.value for entry in await town.history(others[1])] == ["created", "assigned"]


async def test_a_resolved_card_says_that_others_on_it_are_open(town: Town) -> None:
    teams = town.teams
    numbers = (await town.report("graph", graph_page(*(on_host(place, "web-1") for place in (1, 2, 3)))))["alerts"]
    await teams.wait_for_card("alerts", "2 more like it")
    await town.told("bo", f"resolve {numbers[0]} fp", in_="alerts")
    await teams.wait_for_card("alerts", "2 more like it within minutes · 2 open")
    await town.told("bo", f"resolve {numbers[1]} fp", in_="alerts")
    await teams.wait_for_card("alerts", "2 more like it within minutes · 1 open")
    await town.told("bo", f"resolve {numbers[2]} fp", in_="alerts")
    posted = await teams.wait_for_card("alerts", f"#{numbers[0]}")
    await town.settled(posted)
    assert "2 more like it within minutes\n" in card_text(
        (await teams.wait_for_card("alerts", f"#{numbers[0]}"))["card"]
    )


async def test_a_storm_becomes_one_living_card_and_the_bad_ones_stay_on_top(paced_town: Town) -> None:
    town, teams = paced_town, paced_town.teams
    many = [on_host(number, f"pc-{number}") for number in range(1, 61)]
    bad = [on_host(number, f"dc-{number}", severity="high", title="Ransomware") for number in (61, 62)]
    numbers = (await town.report("graph", graph_page(*many, *bad)))["alerts"]
    for number in numbers[60:]:
        await teams.wait_for_card("alerts", f"#{number}", seconds=20)
    rollup = await teams.wait_for("alerts", lambda m: "40 alerts" in message_text(m), seconds=20)
    assert "Malware detected" in message_text(rollup)
    assert "40 open" in card_text(rollup["card"])

    page = await town.pressed("ana", rollup, "Show")
    assert f"#{numbers[59]}" in page
    answer = await teams.press("ana", rollup, "Next")
    assert f"#{numbers[53]}" in card_text(answer["body"]["value"])

    await teams.press("ana", rollup, "Assign all to me")
    for number in numbers[20:60]:
        assert (await town.alert(number)).assignee is not None
    assert (await town.alert(numbers[0])).assignee is None, "it has a card of its own"

    await town.pressed("ana", rollup, "Resolve all…")
    await teams.press(
        "ana",
        rollup,
        "Resolve all 40",
        inputs={"classification": "falsePositive:notMalicious", "comment": "a bad rule"},
    )
    done = await teams.wait_for("alerts", lambda m: "all resolved" in message_text(m), seconds=30)
    assert done["id"] == rollup["id"], "it lives: the same card says so"
    for number in numbers[20:60]:
        alert = await town.alert(number)
        assert (alert.status.value, alert.determination, alert.comment_count) == ("resolved", "notMalicious", 1)
    statuses = {call["status"] for call in await teams.journal("create", "update", in_="alerts")}
    assert 429 not in statuses, "Teams never had to refuse us"


async def test_a_card_of_another_conversation_answers_as_if_it_did_not_exist(town: Town) -> None:
    teams = town.teams
    await town.report("graph", graph_page(on_host(1, "web-1"), on_host(2, "web-1")))
    posted = await teams.wait_for_card("alerts", "1 more like it")
    await teams.install("bo", chat="group")
    await teams.wait_for_card("group")
    foreign = await teams.press("bo", None, in_="group", verb="show", data={"fold": 2, "nonce": "n"})
    missing = await teams.press("bo", None, in_="group", verb="show", data={"fold": 999, "nonce": "n"})
    assert foreign["body"] == missing["body"]
    assert (await teams.press("bo", posted, "Show all"))["status"] == 200


async def test_a_late_press_on_all_of_them_touches_only_what_its_presser_saw(town: Town) -> None:
    teams = town.teams
    ana = (await teams.person("ana"))["objectId"]
    numbers = (await town.report("graph", graph_page(*(on_host(place, "web-1") for place in (1, 2, 3)))))["alerts"]
    posted = await teams.wait_for_card("alerts", "2 more like it")
    await town.pressed("bo", posted, "Show all")
    stale = await data_of(town, "bo", "Assign all to me", containing="Assign all to me")
    await town.pressed("bo", posted, "Resolve all…")
    form = await data_of(town, "bo", "Resolve all 3", containing="Resolve all 3")

    await town.pressed("ana", posted, "Show all")
    await teams.press("ana", posted, "Assign all to me")
    numbers += (await town.report("graph", on_host(4, "web-1")))["alerts"]
    await teams.wait_for_card("alerts", "3 more like it")
    await teams.press("bo", posted, verb="manage", data=stale)
    assert await assigned(town, numbers) == [ana, ana, ana, None], "Bo neither takes what Ana has nor what is new"

    await teams.press("bo", posted, verb="manage", data=form)
    statuses = [(await town.alert(number)).status.value for number in numbers]
    assert statuses == ["resolved", "resolved", "resolved", "new"]


async def test_too_many_for_one_press_are_handled_by_pressing_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folds, "AT_ONCE", 2)
    teams = town.teams
    numbers = (await town.report("graph", graph_page(*(on_host(place, "web-1") for place in range(1, 6)))))["alerts"]
    await town.told("bo", f"assign {numbers[0]} me", in_="alerts")
    posted = await teams.wait_for_card("alerts", "4 more like it")
    for said, taken in (("2 were handled; 2 are left", 3), ("", 5)):
        await town.pressed("ana", posted, "Show all")
        answer = await teams.press("ana", posted, "Assign all to me")
        shown = card_text(answer["body"]["value"])
        assert said in shown
        assert bool(said) == ("Press again" in shown)
        assert sum(who is not None for who in await assigned(town, numbers)) == taken
    assert (await town.alert(numbers[0])).assignee == (await teams.person("bo"))["objectId"]


async def test_a_press_that_says_too_little_is_answered_in_words(town: Town) -> None:
    teams = town.teams
    for verb, field in (("show", "fold"), ("manage", "alert")):
        answer = await teams.press("bo", None, in_="alerts", verb=verb, data={"nonce": "n"})
        assert answer["body"]["statusCode"] == 400
        assert f"could not be understood (“{field}”)" in answer["body"]["value"]["message"]
    data = {"listing": "queue", "page": 1, "filter": "severtiy:high", "nonce": "n"}
    answer = await teams.press("bo", None, in_="alerts", verb="queue", data=data)
    assert "The filter is not right at “severtiy" in answer["body"]["value"]


async def test_one_that_becomes_high_leaves_the_shadow_of_another(town: Town) -> None:
    teams = town.teams
    numbers = (await town.report("graph", graph_page(on_host(1, "web-1"), on_host(2, "web-1"))))["alerts"]
    posted = await teams.wait_for_card("alerts", "1 more like it")
    await town.report("graph", on_host(2, "web-1", severity="high"))
    alone = await teams.wait_for_card("alerts", f"#{numbers[1]}")
    assert alone["id"] != posted["id"]


async def test_a_high_alert_does_not_hide_on_a_card_that_somebody_has(town: Town) -> None:
    (first,) = (await town.report("graph", on_host(1, "dc-1", severity="high")))["alerts"]
    (second,) = (await town.report("graph", on_host(2, "dc-1", severity="high")))["alerts"]
    posted = await town.teams.wait_for_card("alerts", f"#{first}")
    await town.teams.wait_for_card("alerts", "1 more like it")
    await town.pressed("ana", posted, "Assign to me")
    (third,) = (await town.report("graph", on_host(3, "dc-1", severity="high")))["alerts"]
    alone = await town.teams.wait_for_card("alerts", f"#{third}")
    assert alone["id"] != posted["id"]
    await town.report("graph", on_host(4, "dc-1", severity="high"))
    shared = await town.teams.wait_for("alerts", lambda m: m["id"] == alone["id"] and "1 more like" in message_text(m))
    assert f"#{second}" not in card_text(shared["card"])
