"""Which rules make sense, which one covers another, and how indicators come out of evidence."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.alerts.condition_sense import covers
from bot.alerts.condition_text import parse, to_text
from bot.alerts.errors import Refused
from bot.alerts.evidence import TRIGGER, Evidence, with_trigger
from bot.alerts.tuning import (
    Action,
    Caught,
    Lookback,
    Terms,
    WhyApproval,
    check_terms,
    condition_of,
    rule_of,
    why_approval,
)
from bot.alerts.tuning_fill import fill, fill_trigger
from bot.alerts.words import Classification

NOW = datetime(2026, 11, 21, 3, 2, tzinfo=UTC)
FILE = {"fileDetails": {"fileName": "scan.exe", "filePath": "C:\\tools", "sha256": "ab" * 32}}


def terms(indicators: str = "host:web-*", **changes: object) -> Terms:
    fields: dict[str, object] = {"name": "Nightly scan", "action": Action.HIDE, "alert_type": "t1"}
    return Terms(**(fields | {"indicators": parse(indicators)} | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ("host:web-*", "host:web-1"),
        ("host:web-*", "host:web-1 severity:low"),
        ("host:web-1,web-2", "host:web-2"),
        ("severity<=medium", "severity:low"),
        ("type:a", "type:a (host:x or host:y)"),
        ("host:x or host:y", "host:y user:ana"),
        ("host:x", "(host:x user:ana) or (host:x user:bo)"),
        ("file.name:mimi*", "evidence(file.name:mimikatz.exe role:trigger)"),
        ("evidence(file.name:a role:trigger)", "evidence(file.name:a file.path:b role:trigger)"),
        ("file.name:a role:trigger", "evidence(file.name:a role:trigger)"),
        ("tag:*", "tag:vip"),
        ("service:endpoint", "service:endpoint type:t1"),
    ],
)
def test_a_wide_condition_covers_a_narrow_one(wide: str, narrow: str) -> None:
    assert covers(parse(wide), parse(narrow))
    assert not covers(parse(narrow), parse(wide))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("host:web-1", "host:web-2"),
        ("host:web-1", "user:web-1"),
        ("not host:web-1", "host:web-2"),
        ("last>7d", "last>6d"),
        ("severity>=medium", "severity<=medium"),
    ],
)
def test_what_is_not_plain_is_not_claimed(one: str, other: str) -> None:
    assert not covers(parse(one), parse(other))
    assert not covers(parse(other), parse(one))


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (terms(""), "noIndicator"),
        (terms("severity:low"), "noIndicator"),
        (terms("", any_indicator=True, alert_type=""), "anyIndicator"),
        (terms("host:a type:t2"), "emptyRule"),
        (terms("host:a severity:low severity:high"), "emptyRule"),
        (terms(name=" "), "noRuleName"),
        (terms(name="x" * 200), "longRule"),
        (terms(expires_at=NOW - timedelta(seconds=1)), "expired"),
        (terms("host:a assignee:me"), "nobodysFilter"),
        (terms(users=("ana",) * 60), "manyNamed"),
        (terms("host:* or not host:*", alert_type=""), "wholeRule"),
        (
            terms(action=Action.RESOLVE, classification=Classification.FALSE_POSITIVE, determination="malware"),
            "badDetermination",
        ),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(wrong: Terms, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        check_terms(wrong, NOW)
    assert refused.value.reason == reason


def test_any_indicator_goes_with_one_alert_type() -> None:
    check_terms(terms("", any_indicator=True), NOW)
    assert to_text(condition_of(terms("", any_indicator=True))) == "type=t1"


def test_devices_and_groups_are_alternatives_and_users_narrow_them() -> None:
    made = terms("file.name:scan.exe", devices=("web-1",), groups=("Servers",), users=("ana",), services=("source:x",))
    assert to_text(condition_of(made)) == (
        "source=x type=t1 (host:web-1 or host.group:Servers) user:ana file.name:scan.exe"
    )
    assert not made.needs_administrator
    assert terms(users=("ana",)).needs_administrator
    assert terms().needs_administrator


def test_all_pieces_or_any_of_them_become_conditions_with_their_properties() -> None:
    pieces = [
        Evidence("file", "file:ab", "scan.exe", properties=FILE),
        Evidence("amsiScript", "", "x", properties={"content": "iex *", "createdDateTime": "2026"}),
        Evidence("process", "process:1", "p", properties={"processId": "7", "processCommandLine": "x" * 300}),
        Evidence("wmiEvent", "wmievent:9", "w"),
    ]
    assert to_text(fill(pieces)) == (
        f'evidence(file.name:scan.exe file.path:C:\\tools file.sha256:{"ab" * 32}) script.content="iex *"'
        f" process.commandline^{'x' * 256} entity:wmievent:9"
    )
    assert to_text(fill(pieces[2:], either=True)).count(" or ") == 1
    assert to_text(fill([Evidence("wmiEvent", "", "w")])) == "wmi:w"
    assert parse(to_text(fill(pieces))) == fill(pieces)


def test_the_trigger_fills_a_subgroup_with_its_properties() -> None:
    pieces = [Evidence("device", "device:1", "web-1"), Evidence("file", "file:ab", "s", (TRIGGER,), properties=FILE)]
    assert to_text(fill_trigger(pieces)) == (
        f"evidence(role:trigger file.name:scan.exe file.path:C:\\tools file.sha256:{'ab' * 32})"
    )
    assert to_text(fill_trigger(pieces[:1])) == "role:trigger"


@pytest.mark.parametrize(
    ("pieces", "chosen"),
    [
        ([Evidence("device", "", "d"), Evidence("file", "", "f", properties={"detectionStatus": "detected"})], 1),
        ([Evidence("ip", "", "i"), Evidence("url", "", "u", verdict="malicious")], 1),
        ([Evidence("user", "", "u"), Evidence("ip", "", "i")], 1),
        ([Evidence("device", "", "d"), Evidence("user", "", "u")], 0),
        ([Evidence("ip", "", "i"), Evidence("process", "", "p", ("trigger",))], 1),
    ],
)
def test_one_piece_is_what_set_the_alert_off(pieces: list[Evidence], chosen: int) -> None:
    marked = with_trigger(pieces)
    assert [place for place, piece in enumerate(marked) if TRIGGER in piece.roles] == [chosen]
    assert with_trigger(marked) == marked


def test_a_true_positive_or_a_large_share_needs_a_second_person() -> None:
    base = Lookback(since=NOW - timedelta(days=30), until=NOW)
    some = base.plus(Caught(total=100, verdicts={Classification.FALSE_POSITIVE: 5}), done=1)
    assert why_approval(some, 0.1) is None
    assert why_approval(some, 0.04) is WhyApproval.SHARE
    worse = some.plus(Caught(total=1, verdicts={Classification.TRUE_POSITIVE: 1}, true_positives=(7,)), done=1)
    assert why_approval(worse, 0.5) is WhyApproval.TRUE_POSITIVE
    assert (worse.caught, worse.total, worse.true_positives) == (6, 101, (7,))


def test_keys_of_other_rules_are_none_of_ours() -> None:
    assert (rule_of("tuning:3"), rule_of("triage:3"), rule_of(None), rule_of("tuning:x")) == (3, None, None, None)
