"""Finding buttons in cards, and what a press on them sends."""

from typing import Any

import pytest

from bot.sandbox.carddata import buttons, find_button, pressed_data
from bot.sandbox.state import BadRequestError

Json = dict[str, Any]


def card(body: list[Json], actions: list[Json] | None = None) -> Json:
    return {"type": "AdaptiveCard", "version": "1.5", "body": body, "actions": actions or []}


def execute(title: str, **more: Any) -> Json:
    return {"type": "Action.Execute", "title": title, "verb": title.lower(), **more}


INPUTS: list[Json] = [
    {"type": "Input.Text", "id": "text"},
    {"type": "Input.Toggle", "id": "toggle", "title": "On"},
    {"type": "Input.ChoiceSet", "id": "choice", "choices": [], "value": "a"},
    {"type": "Input.ChoiceSet", "id": "unset", "choices": []},
]


def test_inputs_bring_what_they_hold_and_lie_over_the_data() -> None:
    button = find_button(card(INPUTS, [execute("Go", data={"choice": "own", "alert": 1})]), "Go")
    assert pressed_data(button, inputs={}) == {"choice": "a", "alert": 1, "text": "", "toggle": "false"}
    assert pressed_data(button, inputs={"unset": "b"})["unset"] == "b"


def test_an_action_without_associated_inputs_sends_its_data_alone() -> None:
    button = find_button(card(INPUTS, [execute("Go", data={"alert": 1}, associatedInputs="none")]), "Go")
    assert pressed_data(button, inputs={}) == {"alert": 1}


def test_a_shown_card_sends_its_own_inputs_and_those_around_it_but_not_the_other_way_round() -> None:
    inner = card([{"type": "Input.Text", "id": "inner"}], [execute("Inner")])
    whole = card([INPUTS[0]], [execute("Outer"), {"type": "Action.ShowCard", "title": "More", "card": inner}])
    assert set(pressed_data(find_button(whole, "Inner"), inputs={})) == {"text", "inner"}
    assert set(pressed_data(find_button(whole, "Outer"), inputs={})) == {"text"}


def test_buttons_are_found_wherever_they_stand() -> None:
    deep = {"type": "Container", "items": [{"type": "ActionSet", "actions": [execute("Deep")]}]}
    tap = {"type": "Container", "items": [], "selectAction": execute("Tap")}
    menu = execute("Menu", menuActions=[execute("In the menu")])
    columns = {"type": "ColumnSet", "columns": [{"type": "Column", "items": [deep]}]}
    titles = [b.action["title"] for b in buttons(card([columns, tap], [menu]))]
    assert titles == ["Deep", "Tap", "Menu", "In the menu"]


def test_of_two_buttons_of_the_same_name_the_visible_one_is_meant() -> None:
    hidden = {"type": "ActionSet", "isVisible": False, "actions": [execute("Go", data={"n": 1})]}
    found = find_button(card([hidden], [execute("Go", data={"n": 2})]), "Go")
    assert found.action["data"] == {"n": 2}


def test_two_visible_buttons_of_the_same_name_are_a_question() -> None:
    with pytest.raises(BadRequestError, match="2 actions match 'Go'"):
        find_button(card([], [execute("Go", data={"n": 1}), execute("Go", data={"n": 2})]), "Go")
