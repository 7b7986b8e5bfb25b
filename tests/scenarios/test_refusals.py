"""Presses that come too late, twice, or all at once: one effect, a kind word, and the fresh card."""

import asyncio

from bot.sandbox.config import SandboxConfig
from tests.support.sandbox import Json, card_text
from tests.support.town import Town


async def assign_data(town: Town, message: Json, as_: str = "ana") -> Json:
    """What the button “Assign to me” sends from the card as it is now."""
    card = await town.teams.card("alerts", as_=as_, containing=f"#{message['number']}")
    return dict(next(a["data"] for a in _actions(card) if a.get("verb") == "assign" and a["data"].get("to") == "me"))


async def test_resolving_what_is_resolved_says_so_and_shows_the_fresh_card(town: Town) -> None:
    posted = await town.raised()
    await town.pressed("ana", posted, "Resolve…")
    await town.told("bo", f"resolve {posted['number']} fp", in_="alerts")
    shown = await town.pressed("ana", posted, "Resolve")
    assert "Bo Berg was first" in shown
    assert "Resolved" in shown
    assert "It is resolved" in await town.told("chidi", f"start {posted['number']}", in_="alerts")
    assert len(await town.history(posted["number"])) == 2


async def test_a_stale_card_is_refused_only_where_what_it_would_change_has_changed(town: Town) -> None:
    posted = await town.raised()
    number = posted["number"]
    stale = await assign_data(town, posted)
    await town.told("bo", f"classify {number} tp malware", in_="alerts")
    await town.told("bo", f"comment {number} hello", in_="alerts")
    await town.told("bo", f"tag {number} vip", in_="alerts")
    answer = await town.teams.press("ana", posted, verb="assign", data=stale)
    assert "Ana Alvarez" in card_text(answer["body"]["value"])

    late = await town.teams.press("chidi", posted, verb="assign", data=stale)
    shown = card_text(late["body"]["value"])
    assert "Ana Alvarez was first" in shown
    assert (await town.alert(number)).assignee == (await town.teams.person("ana"))["objectId"]


async def test_a_comment_or_tag_from_a_stale_card_is_never_refused(town: Town) -> None:
    posted = await town.raised()
    await town.pressed("ana", posted, "Comment…")
    await town.told("bo", f"comment {posted['number']} me first", in_="alerts")
    assert "was first" not in await town.pressed("ana", posted, "Comment", comment="me too")
    await town.pressed("ana", posted, "Tag…")
    await town.told("bo", f"tag {posted['number']} vip", in_="alerts")
    await town.pressed("ana", posted, "Save tags", tags="lab")
    assert (await town.alert(posted["number"])).tags == ("vip", "lab")


async def test_of_two_who_press_at_once_one_wins_and_the_other_is_told_who(town: Town) -> None:
    posted = await town.raised()
    data = await assign_data(town, posted)
    answers = await asyncio.gather(
        *(town.teams.press(person, posted, verb="assign", data=data) for person in ("ana", "bo"))
    )
    shown = [card_text(answer["body"]["value"]) for answer in answers]
    assert sum("was first" in text for text in shown) == 1
    assert len(await town.history(posted["number"])) == 2


async def test_of_twenty_who_press_at_once_exactly_one_wins(town: Town) -> None:
    """Twenty people of the tenant, each with a token, all pressing the button of the same card."""
    posted = await town.raised()
    data = await assign_data(town, posted)
    answers = await asyncio.gather(*(_press_as(town, posted, number, data) for number in range(20)))
    shown = [card_text(answer["body"]["value"]) for answer in answers]
    winners = [number for number, text in enumerate(shown) if "was first" not in text]
    assert len(winners) == 1
    assert sum(f"Person {winners[0]} was first" in text for text in shown) == 19
    assert len(await town.history(posted["number"])) == 2


async def test_the_same_press_fifty_times_at_once_and_again_under_a_new_id_is_one_effect(town: Town) -> None:
    posted = await town.raised()
    await town.pressed("ana", posted, "Comment…")
    card = await town.teams.card("alerts", as_="ana", containing="What you saw")
    data = next(a["data"] for a in _actions(card) if a.get("title") == "Comment") | {"comment": "only once"}
    at_once = await town.teams.press("ana", posted, verb="comment", data=data, repeat=50, together=True)
    assert {answer["outcome"] for answer in at_once["answers"]} == {"card"}
    again = await town.teams.press("ana", posted, verb="comment", data=data)
    assert "only once" in card_text(again["body"]["value"])
    assert (await town.alert(posted["number"])).comment_count == 1

    await town.stop()
    await town.start()
    await town.teams.press("ana", posted, verb="comment", data=data)
    assert (await town.alert(posted["number"])).comment_count == 1


async def test_data_that_says_who_somebody_is_or_more_than_we_know_is_refused(town: Town) -> None:
    posted = await town.raised()
    bo = (await town.teams.person("bo"))["objectId"]
    good = await assign_data(town, posted)
    bad_ones: list[Json] = [
        {**good, "actor": bo},
        {**good, "from": {"aadObjectId": bo}},
        {**good, "userId": bo},
        {**good, "anything": 1},
        {**good, "alert": str(posted["number"])},
        {**good, "alert": True},
        {**good, "alert": 2**70},
        {**good, "rev": -1},
        {**good, "to": {"id": bo}},
        {"to": "me"},
    ]
    for data in bad_ones:
        answer = await town.teams.press("ana", posted, verb="assign", data=data)
        assert answer["status"] == 200
        assert answer["body"]["statusCode"] == 400, data
        assert "Traceback" not in str(answer["body"])
    unknown = await town.teams.press("ana", posted, verb="explode", data=good)
    assert unknown["body"]["statusCode"] == 400
    assert (await town.alert(posted["number"])).revision == 1


async def test_inputs_that_make_no_sense_are_answered_kindly(town: Town) -> None:
    posted = await town.raised()
    base = {"alert": posted["number"], "rev": 1, "nonce": "n"}
    for verb, inputs, words in (
        ("link", {"incident": "9" * 20}, "could not be understood"),
        ("link", {"incident": "99"}, "no incident 99"),
        ("link", {"incident": "x"}, "could not be understood"),
        ("classify", {"classification": "evil", "determination": ""}, "could not be understood"),
        ("classify", {"classification": "falsePositive", "determination": "malware"}, "does not go with"),
        ("comment", {"comment": "  \n "}, "empty"),
        ("comment", {"comment": "x" * 30_001}, "too long"),
        ("comment", {"comment": "\x00\ud800"}, "empty"),
        ("tag", {"tags": "x" * 51}, "1 to 50"),
        ("tag", {"tags": " ".join(f"t{n}" for n in range(21))}, "too many"),
        ("reopen", {}, "open already"),
    ):
        answer = await town.teams.press("ana", posted, verb=verb, data=base | inputs)
        assert answer["status"] == 200, answer
        assert words in str(answer["body"]["value"]), (verb, inputs)
    assert (await town.alert(posted["number"])).revision == 1


async def _press_as(town: Town, posted: Json, number: int, data: Json) -> Json:
    config: SandboxConfig = town.config
    overrides = {
        "type": "invoke",
        "id": f"f:race-{number}",
        "name": "adaptiveCard/action",
        "from": {"id": f"29:person-{number}", "name": f"Person {number}", "aadObjectId": f"{number:08x}-0-0-0-0"},
        "value": {"action": {"type": "Action.Execute", "verb": "assign", "data": data}, "trigger": "manual"},
    }
    assert config.tenant_id
    return await town.teams.sends("ana", in_="alerts", thread=posted["id"], overrides=overrides)


def _actions(node: object) -> list[Json]:
    if isinstance(node, list):
        return [action for item in node for action in _actions(item)]
    if not isinstance(node, dict):
        return []
    mine = [node] if str(node.get("type", "")).startswith("Action.Execute") else []
    return mine + [action for name, value in node.items() if name != "fallback" for action in _actions(value)]
