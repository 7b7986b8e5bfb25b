"""Recommendations, and the line that a card has of them."""

from dataclasses import replace

import pytest

from bot.alerts.habit_ports import Usual
from cards.alert_card import render_alert
from cards.language import ENGLISH
from cards.recommendation import habit_text, render_recommendation
from tests.support.card_reading import buttons, text, texts
from tests.unit.cards import examples
from tests.unit.cards import recommendation_examples as given

TIMED = {"lang": ENGLISH, "now": examples.NOW, "nonce": examples.NONCE}


def test_the_verdict_the_evidence_who_and_when() -> None:
    shown = texts(render_recommendation(given.a_recommendation(), **TIMED))
    assert "False positive · Not malicious · 93 % sure" in shown
    assert "17 of 18 earlier alerts of this rule at Servers: false positive" in shown
    assert "By Ana (12), Bo (6), last at 18 Nov 03:15" in shown
    assert "Verdicts were changed 2 times." in shown


def test_an_earlier_true_positive_is_named() -> None:
    shown = texts(render_recommendation(given.a_recommendation(), **TIMED))
    assert "Earlier true positive: #987 · Bo · 18 Nov 03:15" in shown


def test_the_word_of_one_person_is_called_that_and_few_verdicts_few() -> None:
    shown = texts(render_recommendation(given.by_one(), **TIMED))
    assert "All by Ana, last at 03:15" in shown
    assert "3 of 3 earlier alerts of this rule: expected activity" in shown
    assert "Few verdicts so far: take it with care." in shown


def test_verdicts_from_elsewhere_are_called_that_and_nothing_is_certain() -> None:
    shown = texts(render_recommendation(given.elsewhere(), **TIMED))
    assert "40 of 40 earlier alerts of this rule at other sites: true positive" in shown
    assert "True positive · 99 % sure" in shown


def test_no_basis_is_said() -> None:
    assert "No basis: nobody has yet judged" in text(render_recommendation(given.no_basis(), **TIMED))


def test_next_steps_are_grouped() -> None:
    shown = texts(render_recommendation(given.a_recommendation(), **TIMED))
    places = [shown.index(title) for title in ("Investigate", "Remediate", "Prevent", "Also advised")]
    assert places == sorted(places)
    assert shown[places[0] + 1] == "• Review the device timeline for what happened before and after."
    assert shown[places[2] + 1] == "• Enable attack surface reduction rules."
    assert "“the backup job again, told its owners”" in shown


def test_it_leads_to_where_a_person_decides_and_decides_nothing() -> None:
    offered = buttons(render_recommendation(given.a_recommendation(), **TIMED))
    assert [one.title for one in offered] == ["Resolve…", "Classify…", "Similar", "Back"]
    assert all(not {"classification", "status", "determination"} & set(one.data) for one in offered)


@pytest.mark.parametrize(
    ("usual", "line"),
    [
        (Usual((1, 0, 17)), "17 of 18 like it: false positive, 1 true positive"),
        (Usual((0, 4, 0), "Ana"), "4 of 4 like it: expected activity, all by Ana"),
        (Usual((9, 1, 0)), "9 of 10 like it: true positive"),
        (Usual((2, 2, 2)), "2 of 6 like it: true positive, the others not"),
        (Usual((0, 3, 3)), ""),
        (Usual((0, 0, 2)), ""),
        (None, ""),
    ],
)
def test_the_line_on_the_card_is_there_where_there_is_a_habit(usual: Usual | None, line: str) -> None:
    view = replace(examples.a_view(), usual=usual)
    assert habit_text(view, ENGLISH) == line
    drawn = texts(render_alert(view, **TIMED))
    assert (line in drawn) if line else not any("like it" in each for each in drawn)
