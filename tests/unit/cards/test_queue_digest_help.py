"""The queue, the digest, the small cards, and how times are written."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.alerts.condition_text import parse
from bot.alerts.words import Severity
from cards.buttons import Listing, Press, Verb
from cards.digest import digest_text, render_digest
from cards.help import render_help, render_unsubscribed, render_welcome
from cards.language import ENGLISH, Language, as_words
from cards.not_available import not_available_text, render_not_available
from cards.queue import render_queue
from tests.support.card_reading import button, buttons, text, texts, walk
from tests.unit.cards import examples

TIMED: dict[str, Any] = {"lang": ENGLISH, "now": examples.NOW, "nonce": examples.NONCE}


# Queue


def test_the_queue_has_defenders_columns() -> None:
    card = render_queue(examples.a_queue(), **TIMED)
    shown = texts(card)

    assert "23 open · last 30 days · page 1 of 4" in shown
    assert "High · Mimikatz credential theft tool" in shown
    assert "New · nobody has it · 03:11 · web-1 · svc-build · 1 more" in shown
    assert "Credential access · detected by EDR · investigation: running · since 03:02 · vip" in shown


def test_the_rarer_columns_are_for_wide_screens() -> None:
    wide = [node for node in walk(render_queue(examples.a_queue(), **TIMED)) if "targetWidth" in node]

    assert len([node for node in wide if node["type"] == "RichTextBlock"]) == 6


@pytest.mark.parametrize(("mine", "listing"), [(False, Listing.QUEUE), (True, Listing.MINE)])
def test_each_row_opens_its_alert_and_knows_the_way_back(mine: bool, listing: Listing) -> None:
    rows = [
        one for one in buttons(render_queue(examples.a_queue(mine=mine, page=2), **TIMED)) if one.verb == Verb.REFRESH
    ]

    assert [one.data["alert"] for one in rows] == [1060, 1059, 1058, 1057, 1056, 1055]
    assert {(Press.read(one.data).listing, one.data["page"]) for one in rows} == {(listing, 2)}


def test_pages_turn_both_ways_and_stop_at_the_ends() -> None:
    def turns(page: int) -> dict[str, int]:
        drawn = render_queue(examples.a_queue(page=page), **TIMED)
        return {one.title: one.data["page"] for one in buttons(drawn) if one.verb == Verb.QUEUE}

    assert turns(0) == {"Next": 1, "Refresh": 0}
    assert turns(2) == {"Previous": 1, "Next": 3, "Refresh": 2}
    assert turns(3) == {"Previous": 2, "Refresh": 3}


@pytest.mark.parametrize(("mine", "words"), [(False, "No open alerts."), (True, "You have no open alerts.")])
def test_an_empty_queue_is_good_news(mine: bool, words: str) -> None:
    assert words in text(render_queue(examples.a_queue(mine=mine, alerts=0, total=0), **TIMED))


# Digest


def test_the_digest_says_the_day_in_one_sentence() -> None:
    said, summary = digest_text(examples.a_digest(), ENGLISH)

    assert said == summary == "Digest: 14 new alerts (2 high), 9 resolved, 23 open; nobody has 5 of them."


def test_the_digests_card_has_the_numbers_behind_it() -> None:
    shown = texts(render_digest(examples.a_digest(), **TIMED))

    assert "21 Nov" in shown
    assert "#977" in shown
    assert "New · nobody has it · for 12 d" in shown
    assert "Median: 7 min, faster than before (12 min)" in shown
    assert "Mean: 5 h 12 min, slower than before (4 h)" in shown
    assert "6 more new than in the 24 h before." in shown
    assert "2 were resolved and never classified." in shown
    assert "Ana Lima: 6 resolved, 3 open" in shown
    assert "Targets missed: 2 first answers, 1 resolution." in shown


def test_one_of_an_earlier_version_says_what_it_knew() -> None:
    shown = texts(render_digest(examples.an_old_digest(), **TIMED))

    assert "Oldest open: #977 Unusual sign-in from a new country, for 12 d" in shown
    assert "Mean: 7 min" in shown


def test_the_verdicts_and_sources_have_fallbacks_of_the_same_numbers() -> None:
    card = render_digest(examples.a_digest(), **TIMED)
    donut = next(node for node in walk(card) if node.get("type") == "Chart.Donut")

    assert [(part["legend"], str(part["value"])) for part in donut["data"]] == [
        (one["title"], one["value"]) for one in donut["fallback"]["facts"]
    ]
    bars = [node for node in walk(card) if node.get("type") == "Chart.HorizontalBar"]
    assert [len(chart["data"]) for chart in bars] == [4, 2]


def test_what_is_noisy_can_be_tuned_and_what_was_never_classified_is_listed() -> None:
    card = render_digest(examples.a_digest(), **TIMED)

    assert [one.data["alert"] for one in buttons(card) if one.title == "Tune…"] == [1040, 1039]
    filter_ = button(card, "Show them").data["filter"]
    assert parse(filter_)
    assert "classification:notSet" in filter_


def test_a_late_one_says_so() -> None:
    late = replace(examples.a_digest(), schedule=0, created_at=examples.a_digest().numbers.until + timedelta(hours=3))
    assert digest_text(late, ENGLISH)[0].endswith("It is 3\u00a0h late: Tocsin did not run when it was due.")


def test_the_bars_and_their_fallback_say_the_same_numbers() -> None:
    card = render_digest(examples.a_digest(), **TIMED)
    chart = next(node for node in walk(card) if node.get("type") == "Chart.HorizontalBar")
    facts = chart["fallback"]["facts"]

    assert [(bar["x"], str(bar["y"])) for bar in chart["data"]] == [(one["title"], one["value"]) for one in facts]
    assert facts[0] == {"title": "High", "value": "2"}


@pytest.mark.parametrize(
    ("numbers", "headline"),
    [
        ({"new": 0, "open": 0, "resolved": 0, "unassigned": 0, "new_by_severity": {}},
         "A quiet day: nothing new, nothing open."),
        ({"new": 1, "open": 0, "resolved": 1, "unassigned": 0, "new_by_severity": {Severity.LOW: 1}},
         "1 new alert, 1 resolved, nothing open."),
        ({"new": 0, "open": 3, "resolved": 0, "unassigned": 0, "new_by_severity": {}},
         "nothing new, 0 resolved, 3 open; all are taken."),
    ],
)  # fmt: skip
def test_the_sentence_fits_the_day(numbers: dict[str, Any], headline: str) -> None:
    quiet = {"oldest_open": None, "mean_to_acknowledge": None, "mean_to_resolve": None, "open_by_severity": {}}
    digest = examples.a_digest(**quiet, **numbers)

    assert digest_text(digest, ENGLISH)[0] == f"Digest: {headline}"


def test_the_digest_leads_to_the_queue() -> None:
    one = button(render_digest(examples.a_digest(), **TIMED), "Open the queue")

    assert (one.verb, one.data) == ("queue", {"nonce": examples.NONCE, "listing": "queue", "page": 0})


# Small cards


def test_help_names_every_command() -> None:
    shown = text(render_help(ENGLISH))

    for command in ("queue", "mine", "alert 1042", "assign 1042 me", "resolve 4-9", "undo 1042", "subscribe"):
        assert command in shown


def test_the_first_words_say_what_happens_next() -> None:
    assert "New alerts are posted in General" in text(render_welcome(ENGLISH, channel="General", subscribed=True))
    assert "No alerts are posted here yet." in text(render_welcome(ENGLISH, channel="General"))
    assert "alerts of your teams' channels" in text(render_welcome(ENGLISH))
    assert "No new alerts are posted in General." in text(render_unsubscribed(ENGLISH, channel="General"))


def test_what_is_not_there_and_what_is_not_shown_are_the_same_card() -> None:
    assert render_not_available(ENGLISH) == render_not_available(ENGLISH)
    assert not_available_text(ENGLISH) in text(render_not_available(ENGLISH))
    assert not buttons(render_not_available(ENGLISH))


# Language


def test_times_are_in_the_readers_zone() -> None:
    berlin = Language(ENGLISH.catalogue, ZoneInfo("Europe/Berlin"))

    assert berlin.clock(examples.NOW) == "04:15"
    assert berlin.period(examples.at(2), examples.at(11), now=examples.NOW) == "04:02 – 04:11"


def test_a_moment_is_as_short_as_it_can_be() -> None:
    assert ENGLISH.moment(examples.NOW, now=examples.NOW) == "03:15"
    assert ENGLISH.moment(examples.NOW - timedelta(days=1), now=examples.NOW) == "20 Nov 03:15"
    assert ENGLISH.moment(examples.NOW.replace(year=2025), now=examples.NOW) == "21 Nov 2025 03:15"
    assert ENGLISH.period(examples.NOW, examples.NOW, now=examples.NOW) == "03:15"
    assert ENGLISH.period(examples.NOW - timedelta(days=1), examples.NOW, now=examples.NOW) == "20 Nov 03:15 – 03:15"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("CredentialAccess", "Credential access"),
        ("lateral_movement", "Lateral movement"),
        ("SOC", "SOC"),
        ("Unheard Of", "Unheard Of"),
        ("unsupportedOs", "Unsupported os"),
    ],
)
def test_a_word_that_we_do_not_know_is_shown_as_words(value: str, words: str) -> None:
    assert as_words(value) == words
