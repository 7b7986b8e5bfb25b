"""What cards say of questions to experts."""

from dataclasses import replace

from bot.alerts.messages import Mention
from cards.alert_card import render_alert
from cards.consult import answer_message, question_text, render_question
from cards.language import ENGLISH
from cards.size import LIMIT, size
from tests.support.card_reading import buttons, texts
from tests.unit.cards import examples as given
from tests.unit.cards.consult_examples import ANSWERED, ASKED, WITHDRAWN, a_question, an_asked_view

TIMED = {"lang": ENGLISH, "nonce": given.NONCE, "now": given.NOW}


def titles(card: dict[str, object]) -> list[str]:
    return [one.title for one in buttons(card)]


def test_the_card_of_the_alert_tells_of_two_that_wait_and_of_the_newest_answer() -> None:
    words = " ".join(texts(render_alert(an_asked_view(), **TIMED)))
    assert "Ana asked Experts at 03:13, no answer yet:" in words
    assert "Ana asked Chidi at 03:13, no answer yet:" in words
    assert "1 more not shown" in words
    assert "Chidi, asked by Ana:" in words
    assert words.count("no answer yet") == 2


def test_a_question_and_its_answer_stand_once_on_the_card() -> None:
    view = replace(given.taken(), consultations=(ASKED,), last_comment=ASKED.question)
    assert " ".join(texts(render_alert(view, **TIMED))).count("Is this lateral movement?") == 1
    view = replace(given.taken(), consultations=(ANSWERED,), last_comment=ANSWERED.answers[0])
    assert " ".join(texts(render_alert(view, **TIMED))).count("Yes. Isolate web-1") == 1


def test_one_question_is_withdrawn_as_such_and_several_by_their_words() -> None:
    assert "Withdraw question" in titles(render_alert(replace(given.taken(), consultations=(ASKED,)), **TIMED))
    assert "Withdraw “Is this lateral movemen…”" in titles(render_alert(an_asked_view(), **TIMED))
    assert not [t for t in titles(render_alert(given.taken(), **TIMED)) if t.startswith("Withdraw")]


def test_much_evidence_is_cut_with_a_way_to_see_it() -> None:
    view = a_question(pieces=8)
    cut = render_question(view, **TIMED)
    (more,) = [title for title in titles(cut) if title.startswith("and ")]
    assert more == f"and {len(view.evidence) - 5} more"
    whole = render_question(view, whole=True, **TIMED)
    assert "Less" in titles(whole)
    assert len(texts(whole)) > len(texts(cut))


def test_the_largest_question_fits_and_keeps_its_field() -> None:
    long = replace(ASKED, question=replace(ASKED.question, text="Why? " * 400))
    card = render_question(a_question(long, pieces=40), whole=True, **TIMED)
    assert size(card) <= LIMIT
    assert "Answer" in titles(card)
    assert "Why?" in " ".join(texts(card))


def test_a_withdrawn_question_shows_nothing_of_the_alert_but_its_title() -> None:
    card = render_question(a_question(WITHDRAWN), **TIMED)
    assert "has withdrawn this question" in " ".join(texts(card))
    assert "Is this lateral movement?" not in " ".join(texts(card))
    assert titles(card) == []
    assert question_text(a_question(WITHDRAWN), ENGLISH)[0] == "Ana has withdrawn a question about #1042"


def test_whoever_asked_is_told_by_name_in_a_channel() -> None:
    message = answer_message(ANSWERED, given.ANA, ENGLISH)
    assert message.text.startswith("<at>Ana</at> Chidi answered your question about #1042: “Yes.")
    assert message.mentions == (Mention("29:ana", "Ana"),)
    assert answer_message(ANSWERED, None, ENGLISH).mentions == ()
