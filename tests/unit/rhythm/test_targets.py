"""Service targets: what alerts are due by, in working hours and over changes of the clock, and how settings say so."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts import alert as verbs
from bot.alerts.alert import Alert, apply
from bot.alerts.due import due_at, is_due_soon, is_overdue
from bot.alerts.history import Entry
from bot.alerts.people import Actor, ActorKind, Way
from bot.alerts.targets import Goal, Target, Targets, WorkingHours, read_hours, read_target, with_targets, worsened
from bot.alerts.words import Severity, Status
from bot.settings import Settings, SettingsError
from tests.unit.storage.made import NOW, alert

MINIMAL = {"MicrosoftAppId": "app", "MicrosoftAppPassword": "secret", "MicrosoftAppTenantId": "tenant"}
HIGH = Targets({Severity.HIGH: Target(timedelta(minutes=15), timedelta(hours=4))})
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ZONES = [ZoneInfo(name) for name in (
    "Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Santiago",
)]  # fmt: skip


def done(before: Alert, decision: verbs.Decision, at: datetime, kind: ActorKind = ActorKind.PERSON) -> Alert:
    entry = Entry(
        alert=before.number, revision=before.revision + 1, at=at, actor=Actor(kind, "ana", "Ana"), way=Way.CHAT,
        kind=decision.kind, changes=decision.changes,
    )  # fmt: skip
    return apply(before, entry)


def test_first_the_answer_is_due_then_the_end_and_then_nothing() -> None:
    new = with_targets(alert(1), HIGH)
    assert due_at(new) == NOW + 15 * MINUTE
    assert not is_due_soon(new, NOW + 11 * MINUTE)
    assert is_due_soon(new, NOW + 12 * MINUTE)
    assert not is_overdue(new, NOW + 14 * MINUTE)
    assert is_overdue(new, NOW + 15 * MINUTE)
    taken = done(new, verbs.assign(new, "ana"), NOW + 20 * MINUTE)
    assert due_at(taken) == NOW + 4 * HOUR
    resolved = done(taken, verbs.resolve(taken), NOW + HOUR)
    assert due_at(resolved) is None
    assert not is_overdue(resolved, NOW + 9 * HOUR)


def test_the_clock_stands_still_while_it_is_resolved() -> None:
    new = with_targets(alert(1), HIGH)
    resolved = done(new, verbs.resolve(new), NOW + HOUR)
    again = done(resolved, verbs.reopen(resolved), NOW + 49 * HOUR)
    assert due_at(again) == NOW + 52 * HOUR


def test_a_rule_is_no_answer_and_an_answer_at_the_source_is_one() -> None:
    new = with_targets(alert(1), HIGH)
    by_rule = done(new, verbs.assign(new, "ana"), NOW + MINUTE, ActorKind.RULE)
    assert due_at(by_rule) == NOW + 15 * MINUTE
    there = done(new, verbs.start(new, "ana"), NOW + MINUTE, ActorKind.SOURCE)
    assert due_at(there) == NOW + 4 * HOUR


def test_what_is_old_or_over_or_hidden_or_of_another_severity_is_not_due() -> None:
    assert due_at(with_targets(alert(1, created_at=NOW - timedelta(days=2)), HIGH)) is None
    assert due_at(with_targets(alert(1, status=Status.RESOLVED), HIGH)) is None
    assert due_at(with_targets(alert(1, severity=Severity.LOW), HIGH)) is None
    assert due_at(replace(with_targets(alert(1), HIGH), hidden="tuning:1")) is None
    assert due_at(with_targets(alert(1, status=Status.IN_PROGRESS), HIGH)) == NOW + 4 * HOUR


def test_what_becomes_worse_is_due_sooner_from_then_on_and_what_becomes_better_later() -> None:
    both = Targets({**HIGH.of, Severity.LOW: Target(timedelta(hours=2), timedelta(hours=24))})
    low = with_targets(alert(1, severity=Severity.LOW), both)
    worse = worsened(replace(low, severity=Severity.HIGH), Severity.LOW, both, NOW + HOUR)
    assert worse == {"acknowledge_by": NOW + HOUR + 15 * MINUTE, "resolve_by": NOW + 5 * HOUR}
    high = with_targets(alert(1), both)
    better = worsened(replace(high, severity=Severity.LOW), Severity.HIGH, both, NOW + MINUTE)
    assert better == {"acknowledge_by": NOW + 2 * HOUR, "resolve_by": NOW + 24 * HOUR}
    late = worsened(replace(high, severity=Severity.LOW), Severity.HIGH, both, NOW + HOUR)
    assert late == {"resolve_by": NOW + 24 * HOUR}


@given(
    minutes=st.integers(0, 366 * 24 * 60),
    zone=st.sampled_from(ZONES),
    worked=st.integers(1, 100 * 60),
    days=st.sets(st.integers(0, 6), min_size=1),
)
def test_working_time_goes_by_in_working_hours_only(minutes: int, zone: ZoneInfo, worked: int, days: set[int]) -> None:
    """Counted minute by minute would take too long: the days between are whole ones."""
    hours = WorkingHours(frozenset(days), time(8), time(18), zone)
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    end = hours.after(start, worked * MINUTE)
    local = end.astimezone(zone)
    assert local.weekday() in days
    assert time(8) < local.time() <= time(18)
    gone, day = timedelta(), start.astimezone(zone).date()
    while day <= local.date():
        if day.weekday() in days:
            begin, stop = (datetime.combine(day, at, tzinfo=zone).astimezone(UTC) for at in (time(8), time(18)))
            gone += max(timedelta(), min(stop, end) - max(begin, start))
        day += timedelta(days=1)
    assert gone == worked * MINUTE


def test_settings_say_it_in_words() -> None:
    kept = Settings.from_environment(
        {
            **MINIMAL,
            "TOCSIN_TARGETS_HIGH": "acknowledge 15m, resolve 4h",
            "TOCSIN_TARGETS_LOW": "Resolve 16h in working hours",
            "TOCSIN_WORKING_HOURS": "sun-thu 7:00-15:30",
            "TOCSIN_ZONE": "Europe/Madrid",
        }
    ).targets
    assert kept.of[Severity.HIGH] == HIGH.of[Severity.HIGH]
    assert kept.of[Severity.LOW] == Target(None, timedelta(hours=16), working=True)
    assert kept.hours == WorkingHours(frozenset({6, 0, 1, 2, 3}), time(7), time(15, 30), ZoneInfo("Europe/Madrid"))
    assert kept.due(Severity.LOW, Goal.ACKNOWLEDGE, NOW) is None
    assert not Settings.from_environment(MINIMAL).targets


@pytest.mark.parametrize(
    ("setting", "text", "words"),
    [
        ("TOCSIN_TARGETS_HIGH", "15m", "TOCSIN_TARGETS_HIGH: “15m” is not understood; say “acknowledge 15m"),
        ("TOCSIN_TARGETS_HIGH", "acknowledge 15", "“acknowledge 15” is not understood"),
        ("TOCSIN_TARGETS_HIGH", "resolve 4h, resolve 5h", "“resolve 5h” is not understood"),
        ("TOCSIN_TARGETS_HIGH", "resolve 91d", "more than 90 days"),
        ("TOCSIN_TARGETS_CRITICAL", "resolve 4h", "TOCSIN_TARGETS_CRITICAL: there is no such severity; there are"),
        ("TOCSIN_WORKING_HOURS", "8-18", "TOCSIN_WORKING_HOURS: “8-18” is not understood; say “mon-fri"),
        ("TOCSIN_WORKING_HOURS", "mon-fro 08:00-18:00", "has no such day or time"),
        ("TOCSIN_WORKING_HOURS", "18:00-08:00", "ends before it begins"),
        ("TOCSIN_WORKING_HOURS", "25:00-26:00", "has no such day or time"),
    ],
)
def test_what_makes_no_sense_is_named_with_words_that_do(setting: str, text: str, words: str) -> None:
    with pytest.raises(SettingsError) as wrong:
        Settings.from_environment({**MINIMAL, setting: text})
    assert words in str(wrong.value)


@given(st.text("acknowledgeresolve 0123456789mhdw,-:inworkinghours", max_size=40))
def test_no_words_are_too_much(text: str) -> None:
    for read in (read_target, lambda words: read_hours(words, ZONES[0])):
        with suppress(ValueError):
            assert read(text) is not None
