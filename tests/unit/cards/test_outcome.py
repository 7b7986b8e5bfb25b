"""What became of an action on several alerts."""

from cards.language import ENGLISH
from cards.outcome import numbers_text, outcome_lines, render_outcome, undo_button
from tests.support.card_reading import texts
from tests.unit.cards import examples


def test_alerts_with_the_same_words_share_a_line_and_those_left_come_after() -> None:
    shown = texts(render_outcome(examples.an_outcome(), lang=ENGLISH, now=examples.NOW, actions=[]))

    assert shown[:4] == [
        "Done to 3 alerts",
        "#4–#6: Ana resolved it",
        "Left as they are",
        "#9: It is resolved. Reopen it first.",
    ]
    assert shown[4] == "#99: not available here."


def test_the_same_is_said_in_words() -> None:
    lines = outcome_lines(examples.an_outcome(), ENGLISH, now=examples.NOW)

    assert lines == ["#4–#6: Ana resolved it", "#9: It is resolved. Reopen it first.", "#99: not available here."]


def test_what_was_done_is_undone_and_what_was_undone_is_redone() -> None:
    for undone, title in ((False, "Undo all of it"), (True, "Redo")):
        outcome = examples.an_outcome(undone=undone)
        (button,) = undo_button(outcome, ENGLISH, "n")
        assert (button["title"], button["data"]["action"]) == (title, outcome.action)


def test_numbers_that_follow_each_other_are_drawn_together() -> None:
    assert numbers_text([12, 4, 5, 6, 9, 10]) == "#4–#6, #9, #10, #12"
    assert numbers_text([]) == ""
