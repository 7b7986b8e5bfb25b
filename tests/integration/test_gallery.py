"""The short form of `make gallery`: how a part of what people see comes out in a browser, and what it would find."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from cards.elements import Card
from tests.gallery.registry import LANGUAGES, Shown, everything
from tests.gallery.stage import Stage, serving, stage
from tests.support.browser import chromium, needs_chromium, needs_libraries

pytestmark = [needs_chromium, needs_libraries]

#: Every so many of all that there is, another part for each width.
_PART = 6


@pytest.fixture
async def stages() -> AsyncIterator[dict[int, Stage]]:
    async with serving() as address, chromium() as browser:
        yield {width: await stage(browser, address, width) for width in (320, 1024)}


@pytest.mark.parametrize("called", LANGUAGES)
async def test_a_part_of_the_gallery_comes_out_well(stages: dict[int, Stage], called: str) -> None:
    shown = everything(LANGUAGES[called])
    wrong = []
    for place, (theme, (width, on)) in enumerate(zip(("light", "dark"), stages.items(), strict=True)):
        for one in shown[place::_PART]:
            look = await on.show(one, theme)
            wrong += [f"{one.name}, {width} points, {theme}: {problem}" for problem in look.problems]

    assert wrong == []


def _card(*body: dict[str, Any]) -> Card:
    return {"type": "AdaptiveCard", "version": "1.5", "body": list(body)}


def _said(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "TextBlock", "text": text, "wrap": True, **more}


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        (_said("one line of words, " * 9, wrap=False), "is cut off"),
        (_said("many words in too few lines, " * 9, maxLines=2), "is cut off"),
        ({"type": "Container", "minHeight": "20px", "items": [
            {"type": "ColumnSet", "columns": [{"type": "Column", "width": "900px", "items": [_said("far out")]}]}]},
         "sticks out"),
        ({"type": "ColumnSet", "columns": [
            {"type": "Column", "width": "210px", "items": [_said("wide")]},
            {"type": "Column", "width": "30px", "items": [_said("letters below letters")]}]}, "is squeezed"),
        ({"type": "Input.Text", "id": "x", "label": "X", "placeholder": "far more words than there is room for them"},
         "does not fit its field"),
        ({"type": "ActionSet", "actions": [{"type": "Action.Submit", "title": "A long title"} for _ in range(3)]},
         "is a row that breaks"),
        ({"type": "Container", "style": "warning", "items": [_said("pale", color="light", isSubtle=True)]},
         "has too little contrast"),
    ],
)  # fmt: skip
async def test_what_comes_out_badly_is_found(stages: dict[int, Stage], planted: dict[str, Any], said: str) -> None:
    look = await stages[320].show(Shown("planted", "planted", _card(planted)), "light")

    assert any(said in problem for problem in look.problems), look.problems


async def test_a_plain_card_is_well(stages: dict[int, Stage]) -> None:
    look = await stages[320].show(Shown("plain", "plain", _card(_said("all is well"))), "dark")

    assert look.problems == ()
