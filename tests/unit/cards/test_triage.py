"""Triage rules on cards."""

from cards.language import ENGLISH
from cards.triage import render_triage, render_triage_rule, triage_message
from tests.support.card_reading import buttons, text
from tests.unit.cards.examples import NONCE, NOW, an_alert
from tests.unit.cards.triage_examples import RESOLVED, TRAVEL, VIEWS


def test_a_rule_reads_as_a_sentence_with_what_became_of_it() -> None:
    shown = text(render_triage_rule(VIEWS[0], lang=ENGLISH, now=NOW, nonce=NONCE))

    for words in (
        "watches only",
        "And if: the user's automatic replies are on, the user is not at high risk",
        "would have agreed with people 14 of 15 times",
        "watched 16 · left 3 alone · 1 lookup failed",
        "Ana resolved it: True positive differs",
        "left alone, somebody was at it already",
        "nothing done, a lookup failed: Graph answered 403 Forbidden",
        "waits, a lookup failed",
    ):
        assert words in shown, words


def test_every_step_has_its_words() -> None:
    shown = text(render_triage_rule(VIEWS[1], lang=ENGLISH, now=NOW, nonce=NONCE))

    assert "assign to Bo; tag +vip -lab; classify as False positive; comment “seen”; resolve" in shown
    assert "the user's automatic replies are off, the user is at high risk" in shown


def test_the_buttons_are_those_of_the_other_modes() -> None:
    titles = [one.title for one in buttons(render_triage_rule(VIEWS[1], lang=ENGLISH, now=NOW, nonce=NONCE))]

    assert titles == ["Watch only", "Switch off", "Undo its last day", "All rules"]
    assert "Show 1" in [one.title for one in buttons(render_triage(VIEWS, lang=ENGLISH, nonce=NONCE))]


def test_channels_are_told_what_was_done_and_how_to_take_it_back() -> None:
    message = triage_message(TRAVEL, an_alert(), [RESOLVED], lang=ENGLISH)

    assert message.text.startswith("#1042 Mimikatz credential theft tool: Ana resolved it: True positive.")
    assert "“undo 1042”" in message.text
