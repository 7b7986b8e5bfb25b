"""Pages, and what an alert's card says of paging."""

from cards.alert_card import render_alert
from cards.language import ENGLISH
from cards.paging import page_text
from tests.support.card_reading import buttons, text
from tests.unit.cards import page_examples as examples
from tests.unit.cards.examples import NONCE, NOW

CARDS, PAGES = examples.cards(), examples.pages()


def test_a_page_says_what_it_is_about_and_what_to_do() -> None:
    assert [one.title for one in buttons(CARDS["page"])] == ["Take it", "Resolve…", "Not mine, next", "Details"]
    assert "You are paged" in text(CARDS["page"])
    assert "3 times" in text(CARDS["page again"])
    assert "Taken care of" in text(CARDS["page over"])
    assert "Bo answered 03:15" in text(CARDS["page over"])
    assert [one.title for one in buttons(CARDS["page of many"])][-2:] == ["Take all 190", "Not mine, next"]
    assert "194 more not shown" in text(CARDS["page of many"])
    assert "Take all" not in text(CARDS["page of many over"])
    assert [one.title for one in buttons(CARDS["page in a channel"])] == ["Take it", "Resolve…", "Details"]


def test_the_first_line_names_the_alert_and_in_a_channel_whom_it_asks() -> None:
    said, summary = page_text(PAGES["page"], ENGLISH)
    assert said == summary == "Page. High: Mimikatz credential theft tool on web-1 (#1042)"
    assert page_text(PAGES["page again"], ENGLISH)[0].startswith("Still waiting for you. High:")
    assert page_text(PAGES["page of many"], ENGLISH)[0].startswith("Page. 190 alerts wait. High:")
    said, summary = page_text(PAGES["page in a channel"], ENGLISH)
    assert summary.startswith("Nobody is on call. High:")
    assert "<at>" not in summary
    assert page_text(PAGES["page over"], ENGLISH)[0].startswith("Taken care of: ")


def test_the_card_of_the_alert_says_who_was_paged_or_who_is_on_call() -> None:
    card = render_alert(examples.a_paged_view(), lang=ENGLISH, now=NOW, nonce=NONCE)
    paged = text(card)
    assert (
        "Paged: Ana 03:05, somebody.new@x not reached 03:05, reminded 03:10, no answer; Bo 03:15, next 03:25" in paged
    )
    assert "Escalate" in [one.title for one in buttons(card)]
    waiting = text(render_alert(examples.on_call_view(), lang=ENGLISH, now=NOW, nonce=NONCE))
    assert "On call until 08:15: Ana" in waiting
