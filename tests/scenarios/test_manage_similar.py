"""Manage similar alerts: tick, look at what would change, do it, take it back; in a dialog, and in a card without."""

from typing import Any

from bot.alerts.words import Classification
from bot.sandbox.carddata import buttons as card_buttons
from tests.support.payloads import graph_evidence
from tests.support.sandbox import buttons, card_text, message_text
from tests.support.town import Town

Json = dict[str, Any]


async def alike(town: Town, count: int, **last: Any) -> tuple[Json, list[int]]:
    """Alerts of one type on different hosts, used by the same account; the card of the first, and all numbers."""
    posted: list[Json] = []
    for place in range(1, count + 1):
        device = graph_evidence("device", mdeDeviceId=f"id-{place}", deviceDnsName=f"web-{place}")
        more = {"severity": "medium"} | (last if place == count else {})
        posted.append(await town.raised("Unusual volume", detectorId="volume", evidence=[device], **more))
    return posted[0], [one["number"] for one in posted]


async def opened(town: Town, who: str, posted: Json) -> Json:
    """The dialog's first card."""
    await town.pressed(who, posted, "Similar")
    answer = await town.teams.press(who, posted, "Manage these…")
    assert answer["outcome"] == "dialog", answer
    card: Json = answer["dialog"]["card"]
    return card


def field(card: Json, name: str) -> Json:
    return next(one for one in card["body"] if one.get("id") == name)


async def states(town: Town, numbers: list[int]) -> list[str]:
    return [(await town.alert(number)).status.value for number in numbers]


async def test_all_or_some_are_handled_alike_after_a_look_at_what_would_change(town: Town) -> None:
    posted, numbers = await alike(town, 4, severity="high")
    card = await opened(town, "ana", posted)
    assert field(card, "picked")["value"] == ",".join(map(str, [1, *sorted(numbers[1:], reverse=True)]))

    wanted = {"status": "resolved", "classification": "falsePositive:notMalicious", "comment": "The nightly backup."}
    sent = await town.teams.submits("ana", "Preview…", picked="1,2,4", **wanted)
    preview = sent["dialog"]["card"]
    assert "This would change 3 alerts" in card_text(preview)
    assert "High severity: 1" in card_text(preview)
    assert field(preview, "comment")["value"] == "The nightly backup."
    assert [(await town.alert(number)).revision for number in numbers] == [1, 1, 1, 1], "nothing is changed yet"

    sent = await town.teams.submits("ana", "Change 3 alerts", comment="The nightly backup, again.")
    assert "Done to 3 alerts" in card_text(sent["dialog"]["card"])
    assert "#1, #2, #4: Ana Alvarez resolved it: False positive" in card_text(sent["dialog"]["card"])
    assert await states(town, numbers) == ["resolved", "resolved", "new", "resolved"]
    for number in (1, 2, 4):
        _, entry = await town.history(number)
        assert (entry.kind.value, entry.comment) == ("resolved", "The nightly backup, again.")
    assert len({(await town.history(number))[-1].action for number in (1, 2, 4)}) == 1

    sent = await town.teams.submits("ana", "Undo all of it")
    assert "Taken back on 3 alerts" in card_text(sent["dialog"]["card"])
    assert await states(town, numbers) == ["new"] * 4
    sent = await town.teams.submits("ana", "Redo")
    assert await states(town, numbers) == ["resolved", "resolved", "new", "resolved"]
    assert "Taken back on 3 alerts" in await town.told("ana", "undo", in_="alerts")


async def test_somebody_who_changed_one_meanwhile_is_named_and_their_work_stays(town: Town) -> None:
    posted, numbers = await alike(town, 3)
    await opened(town, "ana", posted)
    await town.teams.submits("ana", "Preview…", picked="1,2,3", status="resolved", classification="falsePositive")
    await town.told("bo", "classify 2 tp malware", in_="alerts")
    await town.told("bo", "tag 3 +vip", in_="alerts")
    sent = await town.teams.submits("ana", "Change 3 alerts")
    said = card_text(sent["dialog"]["card"])
    assert "Done to 2 alerts" in said
    assert "#2: Bo Berg was first: Bo Berg classified it: True positive · Malware" in said
    assert await states(town, numbers) == ["resolved", "new", "resolved"]
    assert (await town.alert(2)).classification is Classification.TRUE_POSITIVE
    assert (await town.alert(3)).tags == ("vip",), "a tag is in nobody's way"


async def test_what_was_real_is_not_ticked_and_called_out_where_it_is(town: Town) -> None:
    posted, _numbers = await alike(town, 3)
    await town.told("bo", "classify 2 tp malware", in_="alerts")
    card = await opened(town, "ana", posted)
    assert "2" not in field(card, "picked")["value"].split(",")
    sent = await town.teams.submits("ana", "Preview…", picked="1,2", status="resolved", classification="falsePositive")
    assert "True positive until now: 1" in card_text(sent["dialog"]["card"])


async def test_the_way_back_keeps_what_was_ticked_and_nothing_ticked_is_said(town: Town) -> None:
    posted, _numbers = await alike(town, 3)
    await opened(town, "ana", posted)
    sent = await town.teams.submits("ana", "Preview…", picked="", status="resolved", classification="falsePositive")
    assert "Nothing is ticked" in card_text(sent["dialog"]["card"])
    assert field(sent["dialog"]["card"], "classification")["value"] == "falsePositive"
    await town.teams.submits(
        "ana", "Preview…", picked="1,3", status="keep", classification="falsePositive", comment="x"
    )
    sent = await town.teams.submits("ana", "Back", comment="xy")
    again = sent["dialog"]["card"]
    values = [field(again, name)["value"] for name in ("picked", "status", "classification", "comment")]
    assert values == ["1,3", "keep", "falsePositive", "xy"]
    sent = await town.teams.submits("ana", "Preview…", picked="1", status="new", classification="keep", comment="")
    assert "Nothing would change" in card_text(sent["dialog"]["card"])
    assert "Change" not in " ".join(buttons(sent["dialog"]["card"]))


async def test_a_repeated_press_takes_effect_once_and_tells_the_same(town: Town) -> None:
    posted, _numbers = await alike(town, 2)
    await opened(town, "ana", posted)
    sent = await town.teams.submits("ana", "Preview…", picked="1,2", status="resolved", classification="keep")
    data = next(
        one.action["data"]
        for one in card_buttons(sent["dialog"]["card"])
        if one.action.get("title") == "Change 2 alerts"
    )
    value = {"data": {**data, "comment": "once"}}
    first = await town.teams.invokes("ana", "task/submit", value, in_="alerts")
    second = await town.teams.invokes("ana", "task/submit", value, in_="alerts")
    told = [card_text(one["body"]["task"]["value"]["card"]["content"]) for one in (first, second)]
    assert "Done to 2 alerts" in told[0]
    assert told[0] == told[1]
    assert [len(await town.history(number)) for number in (1, 2)] == [2, 2]


async def test_a_list_with_an_alert_that_one_may_not_see_is_refused_whole(town: Town) -> None:
    posted, _numbers = await alike(town, 2)
    await town.teams.install("bo", chat="group")
    await town.teams.wait_for_card("group")
    for data in (
        {"alert": 1, "step": "preview", "picked": "1,2", "status": "resolved", "nonce": "a"},
        {"alert": 1, "step": "do", "seen": "1:1,2:1", "status": "resolved", "nonce": "b"},
    ):
        answer = await town.teams.press("bo", None, in_="group", verb="manage", data=data)
        assert answer["body"]["value"] == "That is not available here."
    data = {"alert": 1, "step": "do", "seen": "1:1,2:1,999:1", "status": "resolved", "nonce": "c"}
    answer = await town.teams.press("bo", posted, verb="manage", data=data)
    assert answer["body"]["value"] == "That is not available here."
    assert await states(town, [1, 2]) == ["new", "new"]


async def test_bad_lists_are_refused_in_words(town: Town) -> None:
    posted, _numbers = await alike(town, 2)

    async def said(**data: Any) -> Json:
        given = {"alert": 1, "nonce": "n", "step": "do", "status": "resolved"} | data
        body: Json = (await town.teams.press("bo", posted, verb="manage", data=given))["body"]
        return body

    for bad in ({"seen": "1;2"}, {"seen": "x:1"}, {"seen": "1"}, {"seen": "1:1", "status": "shut"}):
        assert (await said(**bad))["statusCode"] == 400, bad
    assert "Nothing is ticked" in card_text((await said(seen=""))["value"])
    many = ",".join(f"{number}:1" for number in range(1, 102))
    assert "at most 100" in card_text((await said(seen=many, nonce="m"))["value"])
    assert await states(town, [1, 2]) == ["new", "new"]


async def test_the_same_works_in_a_card_for_clients_without_dialogs(town: Town) -> None:
    posted, numbers = await alike(town, 3)
    data = {"dialog": "similar", "alert": 1, "nonce": "n", "msteams": {"type": "task/fetch"}}
    await town.teams.sends("ana", in_="alerts", thread=posted["id"], overrides={"text": "", "value": data})
    form = await town.teams.wait_for("alerts", lambda m: "Which alerts?" in message_text(m))
    wanted = {"picked": "1,2", "status": "resolved", "classification": "informationalExpectedActivity:securityTesting"}
    assert "This would change 2 alerts" in await town.pressed("ana", form, "Preview…", **wanted)
    again = (await town.teams.press("ana", form, "Back", inputs={"comment": "A drill."}))["body"]["value"]
    assert field(again, "picked")["value"] == "1,2"
    assert field(again, "comment")["value"] == "A drill."
    await town.pressed("ana", form, "Preview…", **wanted)
    shown = await town.pressed("ana", form, "Change 2 alerts", comment="A drill.")
    assert "Done to 2 alerts" in shown
    assert await states(town, numbers) == ["resolved", "resolved", "new"]
    told = await town.teams.wait_for("alerts", lambda m: "Done to 2 alerts" in message_text(m), as_="bo")
    assert "Undo all of it" in buttons(told["card"])
    await town.pressed("ana", told, "Undo all of it")
    assert await states(town, numbers) == ["new"] * 3


async def test_by_text_the_list_leads_there(town: Town) -> None:
    await alike(town, 2)
    await town.told("ana", "similar 1", in_="alerts")
    shown = await town.teams.wait_for("alerts", lambda m: "Similar alerts" in message_text(m))
    answer = await town.teams.press("ana", shown, "Manage these…")
    assert answer["outcome"] == "dialog"


async def test_an_alert_without_similar_ones_offers_nothing_to_manage(town: Town) -> None:
    posted = await town.raised(evidence=[], detectorId=None)
    answer = await town.teams.press("ana", posted, "Similar")
    assert "Manage these…" not in buttons(answer["body"]["value"])
