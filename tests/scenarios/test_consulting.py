"""Consulting an expert: a question goes to the experts, an answer comes back as a comment."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.test_permission_roles import PEOPLE, town_of
from tests.support.payloads import graph_alert
from tests.support.sandbox import buttons, card_text, message_text
from tests.support.town import Town

Json = dict[str, Any]

ROLES = {
    "TOCSIN_ADMINISTRATORS": PEOPLE["ana"],
    "TOCSIN_RESPONDERS": ",".join(PEOPLE[key] for key in ("bo", "chidi")),
    "TOCSIN_READERS": PEOPLE["dana"],
}


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Town]:
    """Ana is an administrator, Bo and Chidi respond, Dana looks; the experts are in the channel “quiet”."""
    async with town_of(tmp_path, ROLES) as town:
        assert "Questions to experts go to" in await town.told("ana", "experts here", in_="quiet")
        yield town


async def asked(town: Town, card: Json, question: str = "Is this lateral movement?", *, by: str = "bo") -> Json:
    """Ask by the card; the experts' card."""
    await town.pressed(by, card, "Consult a threat expert…")
    await town.pressed(by, card, "Ask", comment=question)
    return await town.teams.wait_for_card("quiet", question)


async def test_a_question_goes_to_the_experts_and_the_answer_comes_back_as_a_comment(place: Town) -> None:
    town = place
    card = await town.raised(full=True)
    question = await asked(town, card)
    for shown in ("Bo Berg asks, at", "Mimikatz credential theft", f"#{card['number']}", "Evidence ("):
        assert shown in card_text(question["card"])
    waiting = card_text((await town.teams.wait_for_card("alerts", "no answer yet"))["card"])
    assert "Bo Berg asked the experts at" in waiting
    assert waiting.count("Is this lateral movement?") == 1

    await town.pressed("chidi", question, "Answer", comment="Yes: isolate web-1 now.")
    shown = card_text((await town.teams.wait_for_card("alerts", "Yes: isolate web-1 now."))["card"])
    assert "no answer yet" not in shown
    assert "Chidi Cole, asked by Bo Berg" in shown
    told = await town.teams.wait_for("alerts", "answered your question")
    assert "Bo Berg" in message_text(told)
    entries = await town.history(card["number"])
    assert [(one.kind.value, one.actor.name, one.comment) for one in entries[1:]] == [
        ("consulted", "Bo Berg", "Is this lateral movement?"),
        ("answered", "Chidi Cole", "Yes: isolate web-1 now."),
    ]
    answered = await town.teams.wait_for_card("quiet", "Yes: isolate web-1 now.")
    assert answered["id"] == question["id"]


async def test_experts_see_what_they_are_asked_about_and_nothing_else_of_it(place: Town) -> None:
    """The channel of the experts is subscribed to nothing: to ask is to share this one alert."""
    town = place
    card = await town.raised()
    await town.told("bo", f"comment {card['number']} our secret plan", in_="alerts")
    question = await asked(town, card)
    assert "our secret plan" not in card_text(question["card"])
    assert "not available here" in await town.told("chidi", f"details {card['number']}", in_="quiet")
    assert "No alerts come to this conversation" in await town.told("chidi", "queue", in_="quiet")
    data = {"question": 1, "nonce": "n", "comment": "from elsewhere"}
    elsewhere = await town.teams.press("bo", card, verb="answer", data=data)
    assert "not available" in str(elsewhere["body"])
    assert (await town.alert(card["number"])).comment_count == 2


async def test_it_is_asked_and_answered_in_words(place: Town) -> None:
    town = place
    card = await town.raised()
    number = card["number"]
    told = await town.told("bo", f"consult {number} 3 hosts in an hour: is this lateral movement?", in_="alerts")
    assert "Bo Berg asked the experts" in told
    question = await town.teams.wait_for_card("quiet", "3 hosts in an hour")
    lost = await town.told("chidi", "looks like the backup to me", in_="quiet", thread=question["id"])
    assert "Then say “answer looks …”" in lost
    thanks = await town.told("chidi", "answer 2 of them are ours, 1 is not", in_="quiet", thread=question["id"])
    assert "Bo Berg is told" in thanks
    await town.told("chidi", f"answer {number} I mean web-3", in_="quiet")
    comments = [one.comment for one in await town.history(number) if one.kind.value == "answered"]
    assert comments == ["2 of them are ours, 1 is not", "I mean web-3"]
    assert "not available" in await town.told("chidi", "answer 77 nothing was asked", in_="quiet")
    assert "What do you want to know?" in await town.told("bo", f"consult {number}", in_="alerts")


async def test_a_reader_who_was_asked_may_answer_and_may_not_ask(place: Town) -> None:
    town = place
    card = await town.raised()
    assert "needs the permission role Responder" in await town.told(
        "dana", f"consult {card['number']} hm?", in_="alerts"
    )
    question = await asked(town, card)
    await town.pressed("dana", question, "Answer", comment="It is the scanner.")
    await town.teams.wait_for_card("alerts", "It is the scanner.")


async def test_several_questions_wait_side_by_side_and_survive_a_restart(place: Town) -> None:
    town = place
    card = await town.raised()
    first = await asked(town, card, "Is it lateral movement?")
    await asked(town, card, "Whose account is that?", by="ana")
    both = card_text((await town.teams.wait_for_card("alerts", "Whose account is that?"))["card"])
    assert both.count("no answer yet") == 2
    await town.stop()
    await town.start()
    await town.pressed("chidi", first, "Answer", comment="No.")
    shown = card_text((await town.teams.wait_for_card("alerts", "Chidi Cole, asked by Bo Berg"))["card"])
    assert "Ana Alvarez asked the experts" in shown
    assert shown.count("no answer yet") == 1


async def test_whoever_asked_can_withdraw_it_and_an_answer_can_be_undone(place: Town) -> None:
    town = place
    card = await town.raised()
    question = await asked(town, card)
    shown = await town.pressed("chidi", card, "Withdraw question")
    assert "Bo Berg did that: only Bo Berg or an administrator" in shown
    await town.pressed("bo", card, "Withdraw question")
    gone = await town.teams.wait_for_card("quiet", "has withdrawn this question")
    assert gone["id"] == question["id"]
    assert "Evidence" not in card_text(gone["card"])
    assert "Answer" not in buttons(gone["card"], hidden=True)
    late = await town.teams.press("chidi", question, verb="answer", data={"question": 1, "nonce": "l", "comment": "x"})
    assert "was withdrawn" in str(late["body"])

    again = await asked(town, card, "And this one?")
    await town.pressed("chidi", again, "Answer", comment="Wrong alert, sorry.")
    await town.teams.wait_for_card("alerts", "Wrong alert, sorry.")
    await town.told("chidi", f"undo {card['number']}", in_="alerts")
    back = await town.teams.wait_for_card("alerts", "no answer yet")
    assert "Wrong alert" not in card_text(back["card"])
    await town.teams.wait_for(
        "quiet", lambda m: "And this one?" in str(m["cards"]) and "Wrong alert" not in str(m["cards"])
    )


async def test_the_same_press_answers_once_however_often_it_comes(place: Town) -> None:
    town = place
    card = await town.raised()
    question = await asked(town, card)
    await town.teams.press("chidi", question, "Answer", inputs={"comment": "Yes."}, repeat=3)
    await town.teams.wait_for_card("alerts", "Yes.")
    assert [one.kind.value for one in await town.history(card["number"])] == ["created", "consulted", "answered"]
    told = [m for m in await town.teams.from_bot("alerts") if "answered your question" in message_text(m)]
    assert len(told) == 1


async def test_without_experts_it_says_how_to_name_them(tmp_path: Path) -> None:
    async with town_of(tmp_path, ROLES) as town:
        card = await town.raised()
        said = await town.pressed("bo", card, "Consult a threat expert…")
        assert "What do you want to know?" not in said
        assert "No expert is set yet." in said
        assert "“experts here”" in said
        assert "TOCSIN_EXPERTS" in said
        assert "needs the permission role Administrator" in await town.told("bo", "experts here", in_="quiet")
        assert "no expert is set" in await town.told("bo", "experts", in_="quiet")


async def test_one_expert_is_asked_in_their_own_chat(tmp_path: Path) -> None:
    async with town_of(tmp_path, ROLES | {"TOCSIN_EXPERTS": PEOPLE["chidi"]}) as town:
        card = await town.raised()
        refused = await town.told("bo", f"consult {card['number']} hm?", in_="alerts")
        assert "which Tocsin does not know" in refused
        await town.told("chidi", "hello")
        await town.told("bo", f"consult {card['number']} Is it you?", in_="alerts")
        question = await town.teams.wait_for_card("chidi", "Is it you?")
        assert "Bo Berg asked Chidi Cole at" in card_text(
            (await town.teams.wait_for_card("alerts", "no answer"))["card"]
        )
        await town.pressed("chidi", question, "Answer", comment="It is me.")
        await town.teams.wait_for_card("alerts", "It is me.")
        # What an administrator says in a chat stands above the settings, until they say otherwise.
        assert "go to" in await town.told("ana", "experts here", in_="quiet")
        assert "Chidi Cole" in await town.told("ana", "experts off", in_="quiet")
        assert "Chidi Cole" in await town.told("ana", "experts chidi", in_="quiet")


async def test_nobody_is_shown_what_their_service_access_forbids(tmp_path: Path) -> None:
    limited = {"TOCSIN_ACCESS_IDENTITY": ",".join(PEOPLE[key] for key in ("ana", "bo", "dana", "sam"))}
    async with town_of(tmp_path, ROLES | limited) as town:
        await town.told("ana", "experts chidi", in_="alerts")
        await town.told("chidi", "hello")
        await town.told("ana", "experts chidi", in_="alerts")
        await town.told("ana", "subscribe")
        alert = graph_alert(id="aa1", incidentId=None, serviceSource="microsoftDefenderForIdentity")
        number = (await town.report("graph", alert))["alerts"][0]
        await town.teams.wait_for_card("ana", f"#{number}")
        said = await town.told("ana", f"consult {number} what is it?")
        assert "The experts may not see alerts of" in said
        assert [one.kind.value for one in await town.history(number)] == ["created"]
