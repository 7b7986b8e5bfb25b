"""Routes, where an alert goes, and maintenance, on cards."""

from dataclasses import replace
from datetime import timedelta

from cards.language import ENGLISH
from cards.maintenance import render_window, render_windows
from cards.routes import render_routes, render_subscribed, render_where
from tests.support.card_reading import button, buttons, text, texts
from tests.unit.cards import route_examples as examples
from tests.unit.cards.examples import NONCE, NOW


def test_a_new_route_says_what_comes_now_and_what_does_not() -> None:
    every, limited, fallback, own = examples.ROUTES[:4]

    assert "The newest 20 open alerts" in text(render_subscribed(every, posted=20, lang=ENGLISH))
    assert "The newest open alert is" in text(render_subscribed(every, posted=1, lang=ENGLISH))
    shown = text(render_subscribed(limited, others=1, lang=ENGLISH))
    assert "service:identity severity>=medium" in shown
    assert "At most 50 cards a day" in shown
    assert "1 more route brings alerts here" in shown
    assert "that no other route takes" in text(render_subscribed(fallback, lang=ENGLISH))
    assert "as long as you are in a channel" in text(render_subscribed(own, lang=ENGLISH))


def test_the_list_says_what_a_limit_has_done_today() -> None:
    shown = text(render_routes(examples.ROUTES, lang=ENGLISH))

    assert "50 of 50 cards today · 12 alerts beyond it" in shown
    assert "what no other route takes · severity>=medium" in shown
    assert "your own chat" in shown


def test_where_says_yes_first_and_why_not_in_the_words_of_the_filter() -> None:
    shown = texts(render_where(examples.WHERE, lang=ENGLISH, now=NOW, nonce=NONCE))
    verdicts = [line.rpartition(": ")[2] for line in shown if line.endswith((": yes", ": no"))]

    assert verdicts == ["yes", "yes", "yes", "no", "no", "no", "no", "no", "no"]
    for words in (
        "it does not fit: host:pc-*",
        "held back by maintenance 3 · patching · until 05:00",
        "another route takes it",
        "it goes to no channel that you are in",
        "somebody there may not see alerts of this service",
        "a rule keeps it out of sight",
        "It also goes to 2 other places.",
    ):
        assert words in "\n".join(shown)


def test_a_window_tells_when_what_and_how_much() -> None:
    card = render_window(examples.WINDOWS[0], lang=ENGLISH, now=NOW, nonce=NONCE)

    for words in (
        "every Saturday, next 02:00 – 05:00, under way",
        "patching",
        "7 alerts held back",
        "set by Ana",
        "#1042",
    ):
        assert words in text(card)
    assert "6 more not shown" in text(card)
    assert button(card, "End it now").data["window"] == 3


def test_a_window_that_is_over_cannot_be_ended() -> None:
    over = render_window(examples.WINDOWS[1], lang=ENGLISH, now=NOW, nonce=NONCE)

    assert "over" in text(over)
    assert "everywhere" in text(over)
    assert "High severity is held back, too." in text(over)
    assert not buttons(over)


def test_a_window_keeps_its_wall_time_when_clocks_change() -> None:
    sunday = replace(
        examples.WINDOW, starts_at=NOW.replace(month=3, day=28, hour=21), ends_at=NOW.replace(month=3, day=29, hour=0)
    )
    summer = NOW.replace(month=4, day=4, hour=20, minute=15)

    assert sunday.span_at(summer) is not None
    assert sunday.span_at(summer - timedelta(hours=1)) is None
    assert "Maintenance" in text(render_windows((), lang=ENGLISH, now=NOW, nonce=NONCE))


def test_the_list_says_where_nothing_can_be_sent() -> None:
    assert text(render_routes(examples.ROUTES, lang=ENGLISH)).count("Nothing is sent meanwhile") == 1
