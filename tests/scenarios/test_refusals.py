"""Presses that come too late, twice, or all at once: one effect, a kind word, and the fresh card."""

import asyncio

from bot.sandbox.carddata import buttons
from tests.support.sandbox import Json, card_text
from tests.support.town import Town


async def data_of(town: Town, message: Json, title: str) -> Json:
    """What a button sends from the card as Ana sees it now."""
    card = await town.teams.card("alerts", as_="ana", containing=f"#{message['number']}")
    return dict(next(button.action["data"] for button in buttons(card) if button.action.get("title") == title))


async def test_resolving_what_is_resolved_says_so_and_shows_the_fresh_card(town: Town) -> None:
    posted = await town.raised()
    await town.pressed("ana", posted, "Resolve…")
    stale = await data_of(town, posted, "Resolve")
    await town.told("bo", f"resolve {posted['number']} fp", in_="alerts")
    late = await town.teams.press("ana", posted, verb="resolve", data=stale)
    shown = card_text(late["body"]["value"])
    assert "Bo Berg was first" in shown
    assert "Resolved" in shown
    assert "It is resolved" in await town.told("chidi", f"start {posted['number']}", in_="alerts")
    assert len(await town.history(posted["number"])) == 2


async def test_a_stale_card_is_refused_only_where_what_it_would_change_has_changed(town: Town) -> None:
    posted = await town.raised()
    number = posted["number"]
    stale = await data_of(town, posted, "Assign to me")
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
    for verb, inputs in (("comment", {"comment": "me too"}), ("tag", {"tags": "lab"})):
        stale = await data_of(town, posted, "Details")
        await town.told("bo", f"{verb} {posted['number']} first", in_="alerts")
        late = await town.teams.press("ana", posted, verb=verb, data=stale | inputs)
        assert "was first" not in card_text(late["body"]["value"])
    kept = await town.alert(posted["number"])
    assert (kept.tags, kept.comment_count) == (("first", "lab"), 2)


async def test_of_two_who_press_at_once_one_wins_and_the_other_is_told_who(town: Town) -> None:
    posted = await town.raised()
    data = await data_of(town, posted, "Assign to me")
    answers = await asyncio.gather(
        *(town.teams.press(person, posted, verb="assign", data=data) for person in ("ana", "bo"))
    )
    shown = [card_text(answer["body"]["value"]) for answer in answers]
    assert sum("was first" in text for text in shown) == 1
    assert len(await town.history(posted["number"])) == 2


async def test_of_twenty_who_press_at_once_exactly_one_wins(town: Town) -> None:
    """Twenty people of the tenant, each with a token, all pressing the button of the same card."""
    posted = await town.raised()
    data = await data_of(town, posted, "Assign to me")
    answers = await asyncio.gather(*(_press_as(town, posted, number, data) for number in range(20)))
    shown = [card_text(answer["body"]["value"]) for answer in answers]
    winners = [number for number, text in enumerate(shown) if "was first" not in text]
    assert len(winners) == 1
    assert sum(f"Person {winners[0]} was first" in text for text in shown) == 19
    assert len(await town.history(posted["number"])) == 2


async def test_the_same_press_fifty_times_at_once_and_again_under_a_new_id_is_one_effect(town: Town) -> None:
    posted = await town.raised()
    await town.pressed("ana", posted, "Comment…")
    data = await data_of(town, posted, "Comment") | {"comment": "only once"}
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
    good = await data_of(town, posted, "Assign to me")
    bad_ones: list[Json] = [
        {**good, "actor": bo},
        {**good, "from": {"aadObjectId": bo}},
        {**good, "userId": bo},
        {**good, "anything": 1},
        {**good, "alert": str(posted["number"])},
        {**good, "alert": True},
        {**good, "alert": 2**60},
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
        ("tag", {"tags": "x" * 51}, "1 to 50"),
        ("tag", {"tags": " ".join(f"t{n}" for n in range(21))}, "too many"),
        ("reopen", {}, "open already"),
    ):
        answer = await town.teams.press("ana", posted, verb=verb, data=base | inputs)
        assert answer["status"] == 200, answer
        assert words in str(answer["body"]["value"]), (verb, inputs)
    assert (await town.alert(posted["number"])).revision == 1


async def test_nul_and_lone_surrogates_in_a_comment_are_no_trouble(town: Town) -> None:
    posted = await town.raised()
    await town.pressed("ana", posted, "Comment…")
    assert "before" in await town.pressed("ana", posted, "Comment", comment="before\x00 \ud800 after")
    comment = (await town.history(posted["number"]))[-1].comment
    assert comment.startswith("before")
    assert comment.endswith("after")
    assert "\x00" not in comment


async def _press_as(town: Town, posted: Json, number: int, data: Json) -> Json:
    overrides = {
        "type": "invoke",
        "id": f"f:race-{number}",
        "name": "adaptiveCard/action",
        "from": {"id": f"29:person-{number}", "name": f"Person {number}", "aadObjectId": f"{number:08x}-0-0-0-0"},
        "value": {"action": {"type": "Action.Execute", "verb": "assign", "data": data}, "trigger": "manual"},
    }
    return await town.teams.sends("ana", in_="alerts", thread=posted["id"], overrides=overrides)
