"""Cards stay within what Teams takes, and keep what matters."""

import json
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerts.evidence import Asset, Evidence
from bot.alerts.history import Change, Kind
from bot.alerts.people import Person
from bot.alerts.similarity import Reason
from bot.alerts.views import AlertView, Comment, DetailsView, HistoryView, QueueView, Similar, SimilarView
from cards.alert_card import render_alert
from cards.buttons import Verb
from cards.details import render_details
from cards.elements import Card, card, rich, run
from cards.forms import render_assign_form, render_link_form, render_resolve_form, render_tag_form
from cards.history import render_history
from cards.language import ENGLISH, Language
from cards.queue import render_queue
from cards.recommendation import render_recommendation
from cards.similar import render_similar
from cards.size import LIMIT, Room, fit, size
from tests.support.card_reading import buttons, text, texts
from tests.unit.cards import examples
from tests.unit.cards.recommendation_examples import a_recommendation

TEAMS = 28_672
TIMED: dict[str, Any] = {"lang": ENGLISH, "now": examples.NOW, "nonce": examples.NONCE}

#: Four bytes in UTF-8, twelve as an escape.
WIDE = "😀"


def huge(words: str) -> AlertView:
    person = Person("a" * 36, words)
    alert = examples.an_alert(
        title=words, assignee="a" * 36, category=words, service_source=words, detection_source=words, product=words,
        investigation_state=words, tags=(words,) * 50, source_tags=(words + "x",) * 50, description=words * 3,
        recommended_actions=words * 3, mitre=(words,) * 50, threat=words, threat_actor=words, external_id=words,
        alert_type=words, assets=tuple(Asset("device", words, str(n)) for n in range(8)), asset_count=5_000,
        labels={f"{n}{words}": words for n in range(200)}, evidence_count=5_000, incident=28,
        comment_count=10_000, acknowledged_at=examples.NOW,
    )  # fmt: skip
    comment = Comment(2, words, words * 2, examples.NOW)
    incident = replace(examples.INCIDENT, name=words)
    return AlertView(alert=alert, people={"a" * 36: person}, incident=incident, last_comment=comment)


def cards_of(words: str, many: int, lang: Language = ENGLISH) -> dict[str, Card]:
    plain: dict[str, Any] = {"lang": lang, "nonce": examples.NONCE}
    timed: dict[str, Any] = {**plain, "now": examples.NOW}
    view = huge(words)
    piece = Evidence(
        "process", words, words, (words,) * 20, words, words, (words,) * 20,
        {"processCommandLine": words, "imageFile": {"filePath": words, "sha256": words}},
    )  # fmt: skip
    pieces = tuple(replace(piece, kind=kind) for kind in ("process", "device", words, "url"))[: max(1, many)]
    entry = examples.an_entry(
        3, Kind.REPORTED, Person("b" * 36, words),
        *[Change("title", words, words), Change("category", words, words)] * 10,
        comment=words,
    )  # fmt: skip
    comments = (Comment(2, words, words, examples.NOW),) * min(many, 500)
    similar = Similar(view.alert, (Reason("host", words),) * 3)
    incidents = tuple(replace(examples.INCIDENT, number=n, name=words) for n in range(100, 100 + min(many, 200)))
    return {
        "alert": render_alert(view, notice=words, **timed),
        "details": render_details(DetailsView(view, pieces * (many // 4 + 1), comments), notice=words, **timed),
        "history": render_history(HistoryView(view, (entry,) * many, 9_999), notice=words, **timed),
        "recommendation": render_recommendation(a_recommendation(words), notice=words, **timed),
        "similar": render_similar(SimilarView(view, (similar,) * min(many, 50)), notice=words, **timed),
        "queue": render_queue(QueueView((view,) * min(many, 50), 10_000, 3, 50, 30), notice=words, **timed),
        "link": render_link_form(view, incidents, notice=words, **plain),
        "assign": render_assign_form(view, notice=words, **plain),
        "resolve": render_resolve_form(view, notice=words, **plain),
        "tag": render_tag_form(view, notice=words, **plain),
    }


def assert_fits(name: str, drawn: Card) -> None:
    assert len(json.dumps(drawn, ensure_ascii=False).encode()) <= TEAMS, name
    assert size(drawn) <= LIMIT, name
    assert buttons(drawn), name
    if name != "queue":
        assert "HIGH" in texts(drawn)[0] or "HIGH" in texts(drawn)[1]
        assert "#1042" in text(drawn)


@pytest.mark.parametrize(
    "words", ["x" * 200_000, WIDE * 100_000, "word " * 50_000, "\n" * 1_000, '"\\' * 9_000, "汉" * 9_000]
)
def test_cards_with_far_too_much_fit_and_keep_what_matters(words: str) -> None:
    for name, drawn in cards_of(words, 5_000).items():
        assert_fits(name, drawn)


@given(st.text(min_size=1, max_size=2_000), st.integers(1, 60))
@settings(max_examples=25, deadline=None)
def test_cards_of_any_alert_fit_and_keep_what_matters(words: str, many: int) -> None:
    for name, drawn in cards_of(words * 5, many).items():
        assert_fits(name, drawn)


def test_the_title_is_never_cut_away() -> None:
    drawn = render_alert(huge("A title that matters. " * 10_000), **TIMED)

    assert any(line.startswith("A title that matters.") for line in texts(drawn))


def test_what_is_cut_from_the_evidence_is_counted() -> None:
    pieces = examples.EVIDENCE * 100
    alert = replace(examples.a_details().view.alert, evidence_count=5_000)
    details = DetailsView(replace(examples.a_details().view, alert=alert), pieces, ())

    drawn = render_details(details, **TIMED)

    shown = sum(line.startswith(("web-1 ·", "mimikatz.exe ·", "svc-build ·", "hxxps", "203[.]", "thing"))
                for line in texts(drawn)[6:])  # fmt: skip
    assert f"{5_000 - shown} more not shown" in texts(drawn)


def test_facts_go_before_evidence_and_evidence_before_prose() -> None:
    details = replace(examples.a_details(), evidence=examples.EVIDENCE * 6)
    alert = replace(details.view.alert, description="Long words. " * 400)
    drawn = text(render_details(replace(details, view=replace(details.view, alert=alert)), **TIMED))

    assert "Long words. " * 300 in drawn
    assert "Malicious" in drawn


def test_a_smaller_limit_is_kept_too() -> None:
    drawn = render_alert(examples.taken(), limit=9_000, **TIMED)

    assert size(drawn) <= 9_000


def test_fit_takes_the_first_that_fits_and_asks_no_further() -> None:
    rooms: list[Room] = []

    def build(room: Room) -> Card:
        rooms.append(room)
        return card([rich(run("x" * room.text))])

    fit(build)

    assert rooms == [Room()]


def test_fit_makes_room_in_the_same_order_every_time() -> None:
    rooms: list[Room] = []

    def build(room: Room) -> Card:
        rooms.append(room)
        return card([rich(run("x" * 2 * LIMIT))])

    fit(build)

    assert rooms[0] == Room()
    assert rooms[-1].facts == rooms[-1].evidence == 0
    assert rooms[-1].text > 0
    for before, after in pairwise(rooms):
        assert (after.facts, after.evidence, after.entries, after.text) < (
            before.facts, before.evidence, before.entries, before.text,
        )  # fmt: skip


def test_a_long_history_says_how_much_is_older() -> None:
    entry = examples.an_entry(3, Kind.COMMENTED, examples.BO, comment="words " * 90)
    drawn = render_history(HistoryView(examples.taken(), (entry,) * 40, older=100), **TIMED)

    shown = sum(line.startswith("Bo commented") for line in texts(drawn))
    assert 0 < shown < 40
    assert f"{140 - shown} more not shown" in texts(drawn)


def test_the_buttons_of_a_huge_alert_are_those_of_a_small_one() -> None:
    small = render_alert(examples.a_view(examples.an_alert(assignee=examples.ANA.object_id, incident=28)), **TIMED)

    assert [b.title for b in buttons(render_alert(huge(WIDE * 9_000), **TIMED))] == [b.title for b in buttons(small)]
    assert Verb.UNDO in {b.verb for b in buttons(small)}


def test_hours_do_not_make_a_card_differ_in_size_by_much() -> None:
    later = render_alert(examples.taken(), lang=ENGLISH, now=examples.NOW + timedelta(days=400), nonce=examples.NONCE)

    assert abs(size(later) - size(render_alert(examples.taken(), **TIMED))) < 100
