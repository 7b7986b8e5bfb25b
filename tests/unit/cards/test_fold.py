"""The card that many alerts share."""

from dataclasses import replace

from bot.alerts.words import Status
from cards.alert_card import render_alert
from cards.elements import Card
from cards.fold import render_manage_form, render_rollup, rollup_text
from cards.language import ENGLISH
from tests.support.card_reading import button, text, texts, walk
from tests.unit.cards import examples
from tests.unit.cards.fold_examples import a_fold


def test_alerts_of_one_type_go_by_its_title() -> None:
    assert rollup_text(a_fold(), ENGLISH)[0] == "300 alerts: Malware detected (high)"


def test_alerts_of_many_types_go_by_no_single_title() -> None:
    mixed = a_fold(title="")
    assert rollup_text(mixed, ENGLISH)[0] == "300 alerts of many types (high)"
    drawn = render_rollup(mixed, lang=ENGLISH, now=examples.NOW, nonce=examples.NONCE)
    assert "Alerts of many types" in text(drawn)


def test_the_buttons_for_all_say_how_many_they_counted() -> None:
    rollup = render_rollup(a_fold(), lang=ENGLISH, now=examples.NOW, nonce=examples.NONCE)
    form = render_manage_form(a_fold(), lang=ENGLISH, nonce=examples.NONCE)
    for card, title in ((rollup, "Assign all to me"), (form, "Resolve all 299")):
        assert button(card, title).data["counted"] == 300


def test_a_resolved_card_stays_loud_while_others_on_it_are_open() -> None:
    def drawn(folded_open: int) -> Card:
        alert = replace(examples.taken().alert, status=Status.RESOLVED)
        view = replace(examples.taken(), alert=alert, card=7, folded=3, folded_open=folded_open)
        return render_alert(view, lang=ENGLISH, now=examples.NOW, nonce=examples.NONCE)

    left, done = drawn(2), drawn(0)
    assert "3 more like it within minutes · 2 open" in texts(left)
    assert "3 more like it within minutes" in texts(done)
    assert [next(walk(card["body"][0]))["style"] for card in (left, done)] == ["attention", "emphasis"]
