"""A refusal is said in words, and says what to do."""

import ast
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import bot
from bot.alerts.errors import Refused
from bot.alerts.history import Change, Kind
from bot.alerts.people import Actor
from bot.alerts.words import Classification
from cards import refusals, vocabulary
from cards.buttons import Press, Verb, read_message
from cards.labels import service_label
from cards.language import ENGLISH
from cards.refusals import busy_text, failed_text, refusal_text
from tests.unit.cards import examples

TAKING = examples.an_entry(2, Kind.ASSIGNED, examples.BO, Change("assignee", None, examples.BO.object_id))


@pytest.mark.parametrize(
    ("reason", "facts", "words"),
    [
        ("changed", {"field": "assignee", "entry": TAKING, "who": "Bo", "when": examples.at(12)},
         "Bo was first: Bo took it at 03:12. This is how it is now."),
        ("changed", {"field": "status", "who": "Bo"}, "Bo was first: Bo changed “Status”. This is how it is now."),
        ("changed", {}, "Somebody was first"),
        ("alreadyAssigned", {"assignee": "a" * 36}, "Ana has it already."),
        ("alreadyUnassigned", {"assignee": None}, "Nobody has it already."),
        ("alreadyStarted", {"assignee": "a" * 36}, "It is in progress already; Ana has it."),
        ("resolved", {}, "It is resolved. Reopen it first."),
        ("open", {}, "It is open already: In progress."),
        ("emptyComment", {}, "The comment is empty."),
        ("longComment", {"limit": 30_000}, "at most 30000 characters"),
        ("alreadyClassified", {}, "It is classified so already: Not set."),
        ("badTag", {"limit": 50}, "1 to 50 characters"),
        ("manyTags", {"limit": 20}, "at most 20"),
        ("sameTags", {}, "The tags are so already."),
        ("alreadyLinked", {"incident": 28}, "It is in incident 28 already."),
        ("notLinked", {"incident": None}, "It is in no incident."),
        ("changedSince", {"field": "status"}, "This cannot be undone: “Status” has changed since."),
        ("nothingToUndo", {}, "nothing of yours to undo"),
        ("unknownPerson", {"person": "x"}, "has not met this person"),
        ("badDetermination", {"classification": Classification.FALSE_POSITIVE, "determination": "malware"},
         "“Malware” does not go with “False positive”."),
        ("badPress", {"field": "rev", "why": "x"}, "This button could not be understood (“rev”)."),
        ("badPress", {}, "This button could not be understood."),
        ("busy", {}, "Tocsin is busy."),
        ("neverHeardOf", {}, "That is not possible now."),
    ],
)  # fmt: skip
def test_each_reason_has_kind_words(reason: str, facts: dict[str, Any], words: str) -> None:
    said = refusal_text(Refused(reason, **facts), examples.taken(), ENGLISH, now=examples.NOW)

    assert words in said
    assert refusal_text(Refused(reason, **facts), None, ENGLISH)


def test_every_reason_that_the_program_gives_has_words() -> None:
    given = set()
    for path in Path(str(bot.__path__[0])).rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Refused":
                given |= {
                    node.value for node in ast.walk(call.args[0]) if isinstance(node, ast.Constant) and node.value
                }

    assert {"changed", "badDetermination", "alreadyAssigned", "alreadyUnassigned"} <= given
    assert {reason for reason in given if isinstance(reason, str)} <= set(refusals._TEXTS)


def test_where_it_is_not_known_whether_something_was_changed_that_is_what_is_said() -> None:
    assert "It may not have been saved: look at the card, then press again." in busy_text(ENGLISH)
    assert "Nothing was changed" not in busy_text(ENGLISH) + failed_text(ENGLISH)


def test_who_was_first_on_another_day_has_its_date() -> None:
    refused = Refused("changed", field="assignee", entry=TAKING, who="Bo", when=examples.at(12))
    said = refusal_text(refused, examples.taken(), ENGLISH, now=examples.NOW + timedelta(days=2))
    assert said == "Bo was first: Bo took it at 21 Nov 03:12. This is how it is now."
    assert "at 21 Nov 03:12" in refusal_text(refused, examples.taken(), ENGLISH), "without a now it has one always"


def test_a_source_that_was_first_is_called_by_its_name_and_says_what_it_changed() -> None:
    changes = (Change("severity", "low", "high"), Change("status", "new", "resolved"))
    told = replace(TAKING, kind=Kind.REPORTED, actor=Actor.source("graph"), changes=changes)
    refused = Refused("changed", field="status", entry=told, who="graph", when=examples.at(12))
    assert refusal_text(refused, examples.taken(), ENGLISH, now=examples.NOW) == (
        "Microsoft Defender XDR was first: Status: New → Resolved at 03:12. This is how it is now."
    )


def test_labels_are_the_portals() -> None:
    assert ENGLISH.term(vocabulary.DETERMINATIONS, "securityTesting") == "Security test"
    assert (
        ENGLISH.term(vocabulary.CLASSIFICATIONS, "informationalExpectedActivity") == "Informational, expected activity"
    )
    assert ENGLISH.term(vocabulary.INVESTIGATIONS, "brandNewState") == "Brand new state"


def test_a_service_that_is_not_named_is_the_product_else_the_source() -> None:
    assert service_label(examples.an_alert(service_source="unknown", product="Snort"), ENGLISH) == "Snort"
    assert service_label(examples.an_alert(service_source="", source="grafana"), ENGLISH) == "Grafana"


def test_a_message_of_an_old_client_is_a_press_with_its_verb() -> None:
    press = Press(alert=7, rev=1, nonce="n")

    assert read_message({**press.data(), "verb": "start"}) == (Verb.START, press)


@pytest.mark.parametrize(
    "value", [None, "x", [], {}, {"verb": "evil"}, {"verb": ["start"]}, {"verb": "start", "who": 1}]
)
def test_a_message_that_is_no_press_is_refused(value: Any) -> None:
    with pytest.raises(Refused, match="badPress"):
        read_message(value)
