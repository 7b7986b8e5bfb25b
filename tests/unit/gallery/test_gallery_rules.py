"""Everything that people see keeps the rules of the gallery, and each rule finds what breaks it."""

import ast
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import cards
from cards.elements import Card
from cards.language import ENGLISH
from tests.gallery.registry import LANGUAGES, Shown, everything, refusals
from tests.gallery.rules import alike_but_for_colour, as_an_old_phone_shows_it, broken
from tests.support.card_reading import text, walk
from tests.unit.cards import examples
from tests.unit.cards.drawn import every_card

#: What `parts.notice_of` shows of a line at the top of a card.
_NOTICE = 300

_EXAMPLES = Path(__file__).parents[1] / "cards"


@pytest.mark.parametrize("called", LANGUAGES)
def test_nothing_that_is_shown_breaks_a_rule(called: str) -> None:
    lang = LANGUAGES[called]
    shown = everything(lang)
    # The rules are about how a card is made, which is the same in every language but for the lengths of its words.
    looked_at = shown if called == "en" else shown[::5]
    wrong = [f"{one.name}: {problem}" for one in looked_at for problem in broken(one, lang)]
    wrong += [f"{one.name}: {problem}" for one, problem in alike_but_for_colour(shown)]

    assert wrong == []
    assert len({one.name for one in shown}) == len(shown) > 500


def test_every_card_and_dialog_that_there_is_hangs_in_the_gallery() -> None:
    there = {
        node.name
        for path in Path(str(cards.__path__[0])).glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("render_")
    }
    drawn = {
        node.id
        for path in _EXAMPLES.glob("*.py")
        if not path.name.startswith("test_")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Name)
    }

    assert there - drawn == set(), "draw them in tests/unit/cards/drawn.py or more_dialogs.py"


@pytest.mark.parametrize("called", LANGUAGES)
def test_no_refusal_is_longer_than_the_line_in_which_it_stands(called: str) -> None:
    assert [reason for reason, said in refusals(LANGUAGES[called]).items() if not 0 < len(said) <= _NOTICE] == []


def a_card(**body: Any) -> Shown:
    drawn = json.loads(json.dumps(every_card()["alert taken"]))
    drawn["body"].append(body)
    return Shown("planted", "planted", drawn, alert=examples.taken())


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        ({"type": "TextBlock", "text": "x", "colour": "good"}, "Teams' schema refuses it at body"),
        ({"type": "TextBlock", "text": "x" * 28_000}, "bytes are more than 28672"),
        ({"type": "ActionSet", "actions": [{"type": "Action.Submit", "title": str(n)} for n in range(7)]},
         "7 actions in a row"),
        ({"type": "ActionSet", "actions": []}, "a row of buttons is empty"),
        ({"type": "Badge", "text": "High"}, "Badge is newer than 1.2 and has no fallback"),
        ({"type": "Image", "url": "https://contoso.example/a.png"}, "has no altText"),
        ({"type": "Input.Text", "id": "x"}, "input 'x' has no label"),
        ({"type": "Input.Text", "id": "x", "label": "X", "isRequired": True}, "is required and does not say so"),
        ({"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "●", "color": "Attention"}]},
         "a TextRun has a colour and no words"),
        ({"type": "Container", "style": "attention", "items": [{"type": "TextBlock", "text": " "}]},
         "a Container has a colour and no words"),
        ({"type": "TextBlock", "text": " ", "style": "heading"}, "a heading is empty"),
        ({"type": "Chart.Donut", "title": "", "data": [{"legend": "a", "value": 42}], "fallback": "drop"},
         "has no title"),
        ({"type": "Chart.Donut", "title": "Kinds", "data": [{"legend": "a", "value": 42}],
          "fallback": {"type": "TextBlock", "text": "many"}}, "does not say its numbers"),
    ],
)  # fmt: skip
def test_each_rule_finds_what_breaks_it(planted: Card, said: str) -> None:
    assert broken(a_card(type="TextBlock", text="harmless"), ENGLISH) == []
    assert any(said in problem for problem in broken(a_card(**planted), ENGLISH))


def test_what_says_how_bad_it_is_and_what_to_do_must_be_there_on_old_phones() -> None:
    shown = a_card(type="TextBlock", text="harmless")
    for node in _nodes(shown.card):
        if node.get("text") == "HIGH":
            node.clear()
            node |= {"type": "Badge", "text": "HIGH", "fallback": "drop"}
        if node.get("title") == "Resolve…" and node["type"] == "Action.Execute":
            node["fallback"] = "drop"
    problems = broken(shown, ENGLISH)

    assert any("an old phone does not show 'High'" in problem for problem in problems)
    assert any("an old phone has the buttons" in problem for problem in problems)


def test_two_cards_that_only_colours_tell_apart_are_found() -> None:
    pale = a_card(type="TextBlock", text="x")
    loud = replace(pale, name="loud", card=json.loads(json.dumps(pale.card)))
    loud.card["body"][-1]["color"] = "attention"

    assert alike_but_for_colour([pale, pale]) == []
    assert [one.name for one, _ in alike_but_for_colour([pale, loud])] == ["loud"]


def test_an_old_phone_shows_the_fallbacks() -> None:
    digest = every_card()["digest"]
    old = as_an_old_phone_shows_it(digest)

    assert any(str(node.get("type", "")).startswith("Chart.") for node in walk(digest))
    assert not any(str(node.get("type", "")).startswith("Chart.") for node in walk(old))
    assert text(old) == text(digest)


def _nodes(node: Any) -> list[dict[str, Any]]:
    """The very objects of the card, to change them."""
    if isinstance(node, dict):
        return [node, *(found for value in list(node.values()) for found in _nodes(value))]
    return [found for one in node for found in _nodes(one)] if isinstance(node, list) else []
