"""What others wrote cannot do anything on a card."""

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.alerts.alert import Alert
from bot.alerts.evidence import Asset, Evidence
from bot.alerts.history import Change, Kind
from bot.alerts.people import Person
from bot.alerts.similarity import Reason
from bot.alerts.views import AlertView, Comment, DetailsView, HistoryView, QueueView, Similar, SimilarView
from bot.alerts.words import Status
from cards.alert_card import alert_text, render_alert
from cards.details import render_details
from cards.digest import digest_text, render_digest
from cards.elements import Card
from cards.forms import render_link_form, render_resolve_form, render_tag_form
from cards.help import render_welcome
from cards.history import render_history
from cards.language import ENGLISH
from cards.queue import render_queue
from cards.safe import brief, clean, clip, defang, escape, may_link, one_line
from cards.similar import render_similar
from tests.support.card_reading import strings, text, walk
from tests.unit.cards import examples

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])

POISON = (
    "[x](https://evil.example)",
    "[x](javascript:alert(1))",
    "![x](https://evil.example/beacon.png)",
    "<https://evil.example>",
    "https://evil.example/a?b=c",
    "HTTPS://EVIL.EXAMPLE",
    "h\u200bttps://evil.example",
    "http:/\u2060/evil.example",
    "www.evil.example",
    "ftp://evil.example",
    "<at>Ana</at>",
    "< at id=1>Ana</ at >",
    "<\u200bat>Ana</at>",
    "<AT>everyone</AT>",
    "{{DATE(2026-11-21T03:15:00Z, SHORT)}}",
    "{\u200b{TIME(2026-11-21T03:15:00Z)}}",
    "${$root.title}",
    "$\u2060{x}",
    "{{{{a}}}}",
    "{number} {0} {who.__class__} %s",
    "**loud** _quiet_ ~~gone~~ `code`",
    "# heading\n- list\n1. list\n> quote",
    "a\n\n---\n\n| a | b |\n|---|---|\n| 1 | 2 |",
    "invoice\u202efdp.exe",
    "\u2066hidden\u2069\u200f\u061c",
    "nul\x00 bell\x07 escape\x1b[31m",
    "half \ud800 of a character",
    "\U000e0041\U000e0042tags",
    "👩\u200d💻 family \u200d",
    "&lt;at&gt; &#60;at&#62; &amp;",
    "\\[x\\](y) \\",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    " ".join(["https://evil.example"] * 30),
    "A" * 100_000,
    "😀" * 5_000,
)

#: Where clients read Markdown, as (type, property) and as the last names of a path.
MARKED = {"TextBlock": ("text",)}


def read(marked: str) -> str:
    """What a reader of Markdown shows; fails where the text has become anything but text."""
    shown = []
    for token in MARKDOWN.parse(marked):
        assert token.type in ("paragraph_open", "paragraph_close", "inline"), token.type
        for child in token.children or ():
            assert child.type in ("text", "text_special"), child.type
            shown.append(child.content)
    return "".join(shown)


@given(st.text())
def test_an_escaped_text_reads_as_it_was(words: str) -> None:
    plain = one_line(clean(words))

    assert read(escape(plain)) == plain


@given(st.text(alphabet="\\`*_[]()<>&~|#+-.!=:1 aA\n", max_size=30))
def test_an_escaped_text_of_markup_reads_as_it_was(words: str) -> None:
    assert read(escape(words)) == one_line(words)


@given(st.text())
def test_cleaning_twice_changes_nothing_more(words: str) -> None:
    once = clean(words)

    assert clean(one_line(once)) == one_line(once) or clean(once).replace("\u2060", "") == once.replace("\u2060", "")


@given(st.text(st.characters(categories=("L", "N", "Zs"))))
def test_harmless_words_stay_as_they_are(words: str) -> None:
    assert clean(words) == words or "www" in words.lower()


@given(st.text(), st.integers(2, 50))
def test_a_clipped_text_is_short_and_says_that_it_was_cut(words: str, most: int) -> None:
    short = clip(words, most)

    assert len(short) <= most
    assert short == words or short.endswith("…")


def test_brief_looks_at_the_beginning_only() -> None:
    assert brief("a  b\n" * 1_000_000, 5) == "a b…"


@pytest.mark.parametrize(
    ("indicator", "shown"),
    [
        ("https://evil.example/a.b?c=d.e", "hxxps://evil[.]example/a.b?c=d.e"),
        ("HTTP://evil.example", "hxxp://evil[.]example"),
        ("evil.example", "evil[.]example"),
        ("203.0.113.7", "203[.]0[.]113[.]7"),
        ("2001:db8::1", "2001:db8::1"),
        ("already[.]cold", "already[.]cold"),
    ],
)
def test_indicators_cannot_be_followed(indicator: str, shown: str) -> None:
    assert defang(indicator) == shown


HOSTS = frozenset({"grafana.contoso.example:3000", "prometheus.contoso.example"})


@pytest.mark.parametrize(
    "url",
    [
        "https://security.microsoft.com/alerts/da1?tid=1",
        "https://learn.microsoft.com/x",
        "https://purview.microsoft.com/",
        "https://attack.mitre.org/techniques/T1003/001/",
        "https://grafana.contoso.example:3000/d/x",
        "https://prometheus.contoso.example/graph?g0.expr=up",
        "https://SECURITY.microsoft.com/",
    ],
)
def test_cards_may_link_to_portals_and_to_the_operators_hosts(url: str) -> None:
    assert may_link(url, HOSTS)


@pytest.mark.parametrize(
    "url",
    [
        "http://security.microsoft.com/",
        "https://security.microsoft.com.evil.example/",
        "https://evilmicrosoft.com/",
        "https://microsoft.com@evil.example/",
        "https://security.microsoft.com@evil.example/",
        "https://evil.example/?https://security.microsoft.com",
        "https://evil.example\\@security.microsoft.com/",
        "https://security.microsoft.com:8443/",
        "https://grafana.contoso.example/",
        "https://prometheus.contoso.example:99999/",
        "https://[::1/",
        "https://security.microsoft.com/\n",
        "https://security.microsoft.com/{{DATE(x)}}",
        "https://s\u0435curity.microsoft.com/",
        "https://security.microsoft.com/" + "a" * 2_000,
        "javascript:alert(1)",
        "//security.microsoft.com/",
        "",
    ],
)
def test_cards_do_not_link_anywhere_else(url: str) -> None:
    assert not may_link(url, HOSTS)


def poisoned(words: str) -> AlertView:
    people = {"a" * 36: Person("a" * 36, words)}
    alert = Alert(
        number=7, source="graph", external_id=words, revision=3, title=words,
        severity=examples.an_alert().severity, created_at=examples.NOW, first_activity=examples.NOW,
        last_activity=examples.NOW, received_at=examples.NOW, status=Status.IN_PROGRESS, assignee="a" * 36,
        incident=3, tags=(words,), source_tags=(words,), investigation_state=words, service_source=words,
        detection_source=words, category=words, alert_type=words, product=words, threat=words, threat_actor=words,
        description=words, recommended_actions=words, mitre=(words,), alert_url=words, incident_url=words,
        documentation_url=words, labels={words: words}, assets=(Asset("device", words, words),), asset_count=9,
        evidence_count=1, comment_count=1, determination=words,
    )  # fmt: skip
    incident = replace(examples.INCIDENT, name=words, number=3, url=words)
    return AlertView(alert=alert, people=people, incident=incident, last_comment=Comment(1, words, words, examples.NOW))


def cards_with(words: str) -> list[Card]:
    """Every card that shows what others wrote, with these words everywhere."""
    view = poisoned(words)
    given_: dict[str, Any] = {"lang": ENGLISH, "now": examples.NOW, "nonce": examples.NONCE, "notice": words}
    plain: dict[str, Any] = {"lang": ENGLISH, "nonce": examples.NONCE, "notice": words}
    evidence = tuple(
        Evidence(kind, words, words, (words,), words, words, (words,), {"url": words, words: words, "x": [words]})
        for kind in ("device", "url", "ip", "process", words)
    )
    person = Person("c" * 36, words)
    entries = tuple(
        examples.an_entry(number, kind, person, Change("title", words, words), Change("tags", [words], [words, "x"]),
                          Change("assignee", words, words), comment=words)
        for number, kind in enumerate(Kind, 1)
    )  # fmt: skip
    other = replace(examples.INCIDENT, name=words, number=4)
    digest = examples.a_digest(oldest_open=(7, words, examples.NOW))
    return [
        render_alert(view, **given_),
        render_details(DetailsView(view, evidence, (Comment(1, words, words, examples.NOW),)), **given_),
        render_history(HistoryView(view, entries, 0), **given_),
        render_similar(SimilarView(view, (Similar(view.alert, (Reason("host", words),)),)), **given_),
        render_queue(QueueView((view,), 1, 0, 6, 30), **given_),
        render_link_form(view, (other,), **plain),
        render_resolve_form(view, **plain),
        render_tag_form(view, **plain),
        render_welcome(ENGLISH, channel=words),
        render_digest(digest, lang=ENGLISH, now=examples.NOW, nonce=examples.NONCE),
    ]


def assert_harmless(card: Card) -> None:
    for path, value in strings(card):
        value.encode("utf-8")
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", value), path
        assert "{{" not in value, path
        assert "${" not in value, path
        assert not re.search(r"<\s*/?\s*at\b", value, re.IGNORECASE), path
        if path[-1] == "url":
            assert may_link(value, frozenset()), value
        elif path[-1] != "$schema":
            assert not re.search(r"(https?|ftp):/|\bwww\.", value, re.IGNORECASE), (path, value[:200])
    for node in walk(card):
        assert node.get("type") != "Image"
        if node.get("type") == "TextBlock":
            read(node["text"])
        if "value" in node and "title" in node and "type" not in node:
            assert not re.search(r"\]\(", node["title"])
        for fact in node.get("facts", ()):
            read(fact["title"])
            read(fact["value"])


@pytest.mark.parametrize("words", POISON, ids=range(len(POISON)))
def test_poison_does_nothing_on_any_card(words: str) -> None:
    for card in cards_with(words):
        assert_harmless(card)


@given(st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_no_words_do_anything_on_any_card(words: str) -> None:
    for card in cards_with(words):
        assert_harmless(card)


@pytest.mark.parametrize("words", POISON, ids=range(len(POISON)))
def test_texts_beside_the_card_are_harmless_too(words: str) -> None:
    digest = examples.a_digest(oldest_open=(7, words, examples.NOW))
    for said in (*alert_text(poisoned(words), ENGLISH), *digest_text(digest, ENGLISH)):
        assert_harmless({"text": said})
        assert len(said) < 400


def test_the_check_itself_finds_a_live_address() -> None:
    card = render_alert(examples.a_view(), lang=ENGLISH, now=examples.NOW, nonce="n")
    card["body"][1]["inlines"][0]["text"] = "see https://evil.example"

    with pytest.raises(AssertionError):
        assert_harmless(card)


def test_words_with_braces_are_shown_as_they_are() -> None:
    card = render_alert(poisoned("{number} {0} {who}"), lang=ENGLISH, now=examples.NOW, nonce="n")

    assert "{number} {0} {who}" in text(card)
