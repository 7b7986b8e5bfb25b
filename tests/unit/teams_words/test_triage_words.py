"""Triage rules as people type them."""

from types import SimpleNamespace
from typing import Any

import pytest

from bot.alerts.condition_text import to_text
from bot.alerts.errors import Refused
from bot.alerts.people import Person
from bot.alerts.triage import Asked, Lookup, Step, StepKind
from bot.alerts.words import Classification
from bot.teams.triage_words import read_rule
from bot.usecases.triage_rules import Draft

PEOPLE = {"ana": [Person("id-ana", "Ana")], "a": [Person("id-ana", "Ana"), Person("id-al", "Al")]}
UOW: Any = SimpleNamespace(people=SimpleNamespace(by_name=lambda name: PEOPLE.get(name, [])))


def read(text: str) -> Draft:
    return read_rule(UOW, text)


def test_the_example_reads_as_it_is_written() -> None:
    draft = read(
        "“Legitimate travel” when title:“impossible travel” if away and not high risk then"
        " resolve expected confirmed activity, comment legitimate travel, post"
    )
    assert draft.name == "Legitimate travel"
    assert to_text(draft.wants) == 'title:"impossible travel"'
    assert draft.asked == (Asked(Lookup.AWAY, wanted=True), Asked(Lookup.HIGH_RISK, wanted=False))
    assert draft.steps == (
        Step(
            kind=StepKind.RESOLVE,
            classification=Classification.EXPECTED,
            determination="confirmedActivity",
            text="legitimate travel",
        ),
        Step(kind=StepKind.POST),
    )


def test_commas_and_words_of_ours_within_quotes_are_somebodys() -> None:
    draft = read('"when, then" when title:"if it then" then comment "one, then two", tag +a -b, assign ana')
    assert draft.name == "when, then"
    assert to_text(draft.wants) == 'title:"if it then"'
    assert draft.steps == (
        Step(kind=StepKind.COMMENT, text="one, then two"),
        Step(kind=StepKind.TAG, add=("a",), remove=("b",)),
        Step(kind=StepKind.ASSIGN, to="id-ana"),
    )


def test_a_comment_without_quotes_keeps_its_commas_up_to_the_next_step() -> None:
    steps = read("x when host:a then comment well, that is so, resolve, comment over").steps
    assert steps == (Step(kind=StepKind.COMMENT, text="well, that is so"), Step(kind=StepKind.RESOLVE, text="over"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "ruleWords"),
        ("x then tag +y", "ruleWords"),
        ("x when host:a", "ruleWords"),
        ("when host:a then tag +y", "ruleWords"),
        ("x when severty:high then tag +y", "badFilter"),
        ("x when host:a if sleepy then tag +y", "ruleLookup"),
        ("x when host:a then fly", "ruleStep"),
        ("x when host:a then tag", "ruleStep"),
        ("x when host:a then classify nonsense", "ruleStep"),
        ("x when host:a then resolve nonsense", "ruleStep"),
        ("x when host:a then assign a", "ruleWhom"),
        ("x when host:a then assign nora", "ruleStep"),
        (f"x when host:a then tag +{'t' * 99}", "ruleStep"),
    ],
)
def test_what_is_not_understood_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        read(text)
    assert refused.value.reason == reason
