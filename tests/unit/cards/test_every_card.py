"""What holds for every card, whatever it shows."""

import ast
import json
from pathlib import Path

import jsonschema
import pytest

import cards
from cards.buttons import Press, Verb, read_message
from cards.dialog_buttons import DialogPress
from cards.elements import Card
from cards.size import LIMIT, size
from tests.support.card_reading import action_groups, buttons, inputs, walk, without_refresh
from tests.support.card_schema import check_card
from tests.unit.cards.drawn import every_card

CARDS = every_card()

#: Elements of Adaptive Cards 1.2: phones may know no more.
OLD = {
    "ActionSet", "AdaptiveCard", "ColumnSet", "Column", "Container", "FactSet", "Input.ChoiceSet", "Input.Text",
    "RichTextBlock", "TextBlock", "TextRun", "Action.OpenUrl", "Action.Submit", "Action.ToggleVisibility",
}  # fmt: skip


@pytest.mark.parametrize("name", CARDS)
def test_every_card_is_what_teams_takes(name: str) -> None:
    check_card(CARDS[name])


def test_the_schema_would_find_a_misspelt_property() -> None:
    broken = json.loads(json.dumps(CARDS["alert new"]))
    broken["body"][0]["stile"] = "attention"

    with pytest.raises(jsonschema.ValidationError):
        check_card(broken)


@pytest.mark.parametrize("name", CARDS)
def test_no_row_of_buttons_has_more_than_six(name: str) -> None:
    assert all(1 <= len(group) <= 6 for group in action_groups(CARDS[name]))


@pytest.mark.parametrize("name", CARDS)
def test_every_button_can_be_read_back(name: str) -> None:
    for one in buttons(CARDS[name]):
        if one.kind == "Action.Execute":
            assert Verb(one.verb)
            assert Press.read(one.data).data() == one.data


@pytest.mark.parametrize("name", CARDS)
def test_every_button_of_a_dialog_can_be_read_back(name: str) -> None:
    for one in buttons(CARDS[name]):
        if one.kind == "Action.Submit":
            own = {key: value for key, value in one.data.items() if key != "msteams"}
            assert DialogPress.read(one.data).data() == own


@pytest.mark.parametrize("name", CARDS)
def test_old_clients_send_the_same_press_as_a_message(name: str) -> None:
    for node in walk(without_refresh(CARDS[name])):
        if node.get("type") == "Action.Execute":
            fallback = node["fallback"]
            assert fallback["type"] == "Action.Submit"
            assert fallback["title"] == node["title"]
            assert fallback.get("associatedInputs") == node.get("associatedInputs")
            assert read_message(fallback["data"]) == (Verb(node["verb"]), Press.read(node["data"]))


@pytest.mark.parametrize("name", CARDS)
def test_inputs_bring_only_what_a_press_knows_and_have_labels(name: str) -> None:
    for id_, one in inputs(CARDS[name]).items():
        assert id_ in Press.model_fields
        assert one["label"]
        assert bool(one.get("isRequired")) == bool(one.get("errorMessage"))


@pytest.mark.parametrize("name", CARDS)
def test_what_is_newer_than_the_oldest_phone_has_a_fallback(name: str) -> None:
    for node in walk(without_refresh(CARDS[name])):
        kind = str(node.get("type", ""))
        if kind and kind not in OLD and not kind.startswith(("Data.", "Layout.", "task/")):
            assert node.get("fallback"), kind


@pytest.mark.parametrize("name", CARDS)
def test_ids_are_there_once_and_toggles_find_them(name: str) -> None:
    ids = [node["id"] for node in walk(CARDS[name]) if "id" in node]
    targets = {target for node in walk(CARDS[name]) for target in node.get("targetElements", ())}

    assert len(ids) == len(set(ids))
    assert targets <= set(ids)


@pytest.mark.parametrize("name", CARDS)
def test_every_card_is_small(name: str) -> None:
    assert size(CARDS[name]) <= LIMIT


def test_every_card_is_drawn_the_same_again() -> None:
    again = every_card()
    assert [name for name in CARDS if again[name] != CARDS[name]] == []


def test_columns_are_at_most_three() -> None:
    sets = [node for card in CARDS.values() for node in walk(card) if node.get("type") == "ColumnSet"]

    assert sets
    assert all(len(one["columns"]) <= 3 for one in sets)


def test_messages_are_literals_so_that_their_extraction_finds_them() -> None:
    for path in Path(str(cards.__path__[0])).glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in ("t", "n"):
                wanted = 1 if call.func.attr == "t" else 2
                assert all(isinstance(arg, ast.Constant) for arg in call.args[:wanted]), f"{path.name}:{call.lineno}"


def test_a_card_says_that_it_is_full_width() -> None:
    card: Card = CARDS["alert new"]

    assert card["version"] == "1.5"
    assert card["msteams"] == {"width": "full"}
