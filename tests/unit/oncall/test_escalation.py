"""Plans of escalation as they are written, and what answers a page."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.escalation import (
    EXAMPLE,
    PLANS,
    Ask,
    Escalation,
    State,
    Step,
    after_step,
    is_answer,
    is_over,
    read_plan,
)
from bot.alerts.history import Change, Entry, Kind
from bot.alerts.people import Actor, ActorKind, Person, Way
from bot.alerts.words import Severity
from bot.settings import Settings, SettingsError

NOW = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MINIMAL = {"MicrosoftAppId": "a", "MicrosoftAppPassword": "p", "MicrosoftAppTenantId": "t"}
ANA = Actor.person(Person("a" * 36, "Ana"))


def test_a_plan_is_read_as_it_is_written() -> None:
    assert read_plan(EXAMPLE) == (
        Step(timedelta(), Ask.PAGE),
        Step(5 * MINUTE, Ask.REMIND),
        Step(10 * MINUTE, Ask.NEXT),
        Step(20 * MINUTE, Ask.CHANNEL),
    )
    assert read_plan("30s page on-call, 1h next\n2d channel")[-1] == Step(timedelta(days=2), Ask.CHANNEL)
    assert read_plan("off") == read_plan("") == ()
    assert set(PLANS) == {Severity.HIGH}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("page oncall; 5m shout", "“5m shout” is no step"),
        ("remind", "nobody is paged yet"),
        ("page oncall; 10m page next; 5m remind", "before the step that stands before it"),
        ("page oncall; 9d page next", "later than 7 days"),
        ("page oncall;" * 30, "30 steps"),
        ("5", "is no step"),
    ],
)
def test_what_makes_no_sense_is_answered_with_what_was_understood(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_plan(text)
    with pytest.raises(SettingsError, match="TOCSIN_ESCALATION_HIGH"):
        Settings.from_environment({**MINIMAL, "TOCSIN_ESCALATION_HIGH": text})


def test_the_settings_say_what_is_done_for_each_severity() -> None:
    given = Settings.from_environment({**MINIMAL, "TOCSIN_ESCALATION_MEDIUM": "page oncall"}).escalation
    assert given == {"high": EXAMPLE, "medium": "page oncall"}
    assert Settings.from_environment({**MINIMAL, "TOCSIN_ESCALATION_HIGH": "off"}).escalation == {"high": "off"}
    with pytest.raises(SettingsError, match="there are informational, low, medium, high"):
        Settings.from_environment({**MINIMAL, "TOCSIN_ESCALATION_CRITICAL": "page oncall"})


@given(st.text(max_size=80))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    with suppress(ValueError):
        read_plan(text)


def test_gaps_stay_however_late_a_step_is() -> None:
    one = Escalation(alert=1, rota="", plan=EXAMPLE, state=State.RUNNING, started_at=NOW, next=1, due_at=NOW)
    late = NOW + timedelta(hours=9)
    assert after_step(one, late) == (2, late + 5 * MINUTE)
    assert one.asks_others_at == NOW + 5 * MINUTE
    last = Escalation(alert=1, rota="", plan=EXAMPLE, state=State.RUNNING, started_at=NOW, next=3, due_at=NOW)
    assert after_step(last, late) == (4, None)


def entry(kind: Kind, actor: Actor, *changes: Change, comment: str = "") -> Entry:
    return Entry(alert=1, revision=2, at=NOW, actor=actor, way=Way.CHAT, kind=kind, changes=changes, comment=comment)


SOURCE, IN_THE_PORTAL = Actor.source("graph"), Actor.source("graph", "Bo Berg")
RULE = Actor(ActorKind.RULE, "tuning:3", "Lab")


@pytest.mark.parametrize(
    ("what", "answers", "nobodys"),
    [
        (entry(Kind.COMMENTED, ANA, comment="x"), True, False),
        (entry(Kind.TAGGED, ANA, Change("tags", [], ["x"])), True, False),
        (entry(Kind.RESOLVED, Actor(ActorKind.API, "soar", "soar"), Change("status", "new", "resolved")), True, False),
        (entry(Kind.REPORTED, SOURCE, Change("assignee", None, "bo@x")), True, False),
        (entry(Kind.COMMENTED, IN_THE_PORTAL, comment="x"), True, False),
        (entry(Kind.COMMENTED, SOURCE, comment="a note by the source itself"), False, True),
        (entry(Kind.REPORTED, SOURCE, Change("status", "new", "resolved")), True, True),
        (entry(Kind.REPORTED, SOURCE, Change("severity", "low", "high")), False, True),
        (entry(Kind.HIDDEN, RULE, Change("hidden", None, "tuning:3")), True, True),
        (entry(Kind.TAGGED, RULE, Change("tags", [], ["x"])), False, True),
        (entry(Kind.ESCALATED, ANA), False, False),
        (entry(Kind.PAGED, Actor(ActorKind.SCHEDULE, "escalation", "Tocsin"), Change("paged", [], ["a"])), False, True),
    ],
)
def test_what_somebody_does_answers_and_what_happens_by_itself_only_ends(
    what: Entry, answers: bool, nobodys: bool
) -> None:
    assert is_answer(what) is answers
    assert is_over(what) is nobodys
