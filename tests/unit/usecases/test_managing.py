"""Several changes of an alert at once: what they are called, what they touch, and all of them taken back."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.alerts import alert as alerts
from bot.alerts.alert import Alert
from bot.alerts.errors import Refused
from bot.alerts.history import Entry, Kind
from bot.alerts.managing import Plan, manage
from bot.alerts.people import Actor, Person, Way
from bot.alerts.words import Classification, Status
from tests.unit.cards.examples import an_alert

ANA = Actor.person(Person("ana-id", "Ana"))
AT = datetime(2026, 11, 21, 3, 15, tzinfo=UTC)
FP = (Classification.FALSE_POSITIVE, "notMalicious")


def carried_out(alert: Alert, plan: Plan) -> tuple[Alert, Entry]:
    decision = manage(alert, plan)
    entry = Entry(
        alert=alert.number,
        revision=alert.revision + 1,
        at=AT,
        actor=ANA,
        way=Way.CHAT,
        kind=decision.kind,
        changes=decision.changes,
        comment=decision.comment,
    )
    return alerts.apply(alert, entry), entry


@pytest.mark.parametrize(
    ("plan", "kind"),
    [
        (Plan(status=Status.RESOLVED), Kind.RESOLVED),
        (Plan(status=Status.RESOLVED, verdict=FP, add_tags=("vip",), comment="x"), Kind.RESOLVED),
        (Plan(status=Status.IN_PROGRESS), Kind.STARTED),
        (Plan(status=Status.IN_PROGRESS, assignee=("bo-id",)), Kind.MANAGED),
        (Plan(assignee=("bo-id",)), Kind.ASSIGNED),
        (Plan(verdict=FP), Kind.CLASSIFIED),
        (Plan(verdict=FP, comment="x"), Kind.CLASSIFIED),
        (Plan(incident=(28,)), Kind.LINKED),
        (Plan(add_tags=("vip",)), Kind.TAGGED),
        (Plan(comment="x"), Kind.COMMENTED),
        (Plan(assignee=("bo-id",), add_tags=("vip",)), Kind.MANAGED),
    ],
)
def test_the_entry_is_called_what_it_mostly_was(plan: Plan, kind: Kind) -> None:
    assert carried_out(an_alert(), plan)[1].kind is kind


def test_what_was_resolved_is_reopened_whatever_else_is_done() -> None:
    resolved = an_alert(status=Status.RESOLVED)
    assert manage(resolved, Plan(status=Status.NEW, add_tags=("vip",))).kind is Kind.REOPENED


def test_all_of_it_is_taken_back_by_one_undo() -> None:
    before = an_alert(tags=("lab",), assignee="bo-id")
    plan = Plan(
        status=Status.RESOLVED,
        assignee=(None,),
        verdict=FP,
        incident=(28,),
        add_tags=("vip",),
        remove_tags=("LAB",),
        comment="x",
    )
    after, entry = carried_out(before, plan)
    assert (after.status, after.assignee, after.determination) == (Status.RESOLVED, None, "notMalicious")
    assert (after.incident, after.tags, after.comment_count) == (28, ("vip",), before.comment_count + 1)
    undone = alerts.undo(after, entry)
    assert {change.field: change.new for change in undone.changes} == {
        change.field: change.old for change in entry.changes
    }
    assert undone.withdraws


@pytest.mark.parametrize(
    ("given", "plan", "reason"),
    [
        ({}, Plan(), "nothingChanged"),
        ({"tags": ("vip",)}, Plan(status=Status.NEW, add_tags=("VIP",), remove_tags=("lab",)), "nothingChanged"),
        ({}, Plan(verdict=(Classification.FALSE_POSITIVE, "malware")), "badDetermination"),
        ({}, Plan(comment="x" * 30_001), "longComment"),
        ({}, Plan(add_tags=("x" * 51,)), "badTag"),
        ({}, Plan(status=Status.RESOLVED, add_tags=tuple(map(str, range(21)))), "manyTags"),
    ],
)
def test_one_part_that_cannot_be_is_enough_to_refuse_all(given: dict[str, Any], plan: Plan, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        manage(an_alert(**given), plan)
    assert refused.value.reason == reason


def test_only_what_two_people_cannot_both_change_is_touched() -> None:
    assert Plan(add_tags=("vip",), comment="x").touches == frozenset()
    assert Plan(verdict=FP, status=Status.NEW).touches == {"classification", "determination", "status"}
    assert Plan(assignee=(None,), incident=(None,)).touches == {"assignee", "incident"}
