"""Conditions as text and as JSON: both ways without loss, and errors that name the place."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.alerts.condition import (
    EVERYTHING,
    MAX_DEPTH,
    MAX_STARS,
    MAX_TESTS,
    MAX_TEXT,
    MAX_VALUE,
    MAX_VALUES,
    And,
    Condition,
    ConditionError,
    Field,
    Not,
    Op,
    Or,
    Piece,
)
from bot.alerts.condition import Test as One
from bot.alerts.condition_checks import make_test
from bot.alerts.condition_fields import FIELDS
from bot.alerts.condition_json import from_json, to_json
from bot.alerts.condition_text import parse, to_text
from tests.support import conditions as made

_SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@_SLOW
@given(condition=made.conditions())
def test_what_is_written_is_read_again_as_the_same(condition: Condition) -> None:
    assert parse(to_text(condition), limit=100_000) == condition


@_SLOW
@given(condition=made.conditions())
def test_what_is_stored_is_loaded_again_as_the_same(condition: Condition) -> None:
    assert from_json(json.loads(json.dumps(to_json(condition)))) == condition


@_SLOW
@given(
    text=st.text(made.LETTERS + ":,()|", max_size=40)
    | st.lists(
        st.sampled_from(
            ("(", ")", "not", "or", "and", "-", "tag:a", "evidence(", '"', "severity:high", "*", ",", "last>7d", "x")
        ),
        max_size=12,
    ).map(" ".join)
)
def test_any_text_is_a_condition_or_an_error_with_its_place(text: str) -> None:
    condition, error = None, None
    try:
        condition = parse(text)
    except ConditionError as caught:
        error = caught
    if error is not None:
        assert 0 <= error.position <= len(text)
        assert error.length >= 1
        assert error.message
    if condition is not None:
        assert parse(to_text(condition), limit=100_000) == condition


def test_the_sentence_of_the_documentation_is_read() -> None:
    text = (
        'severity:high service:endpoint host:web-* not tag:lab (user:ana or user:bo) title:"password spray" '
        "last>7d severity>=medium tag:vip,crown"
    )
    user = Field("evidence", ("user",))
    assert parse(text) == And(
        (
            One(Field("severity"), Op.IS, ("high",)),
            One(Field("service"), Op.IS, ("microsoftDefenderForEndpoint",)),
            One(Field("evidence", ("device",)), Op.IS, ("web-*",)),
            Not(One(Field("tag"), Op.IS, ("lab",))),
            Or((One(user, Op.IS, ("ana",)), One(user, Op.IS, ("bo",)))),
            One(Field("title"), Op.IS, ("password spray",)),
            One(Field("last"), Op.ABOVE, ("7d",)),
            One(Field("severity"), Op.AT_LEAST, ("medium",)),
            One(Field("tag"), Op.IS, ("vip", "crown")),
        )
    )
    assert to_text(parse(text)) == text


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("", "*"),
        ("  ", "*"),
        ("a OR b AND c", "a or (b c)"),
        ("-tag:lab -(a or b)", "not tag:lab not (a or b)"),
        ("severity!=high", "not severity=high"),
        ("Severity:HIGH", "severity:high"),
        ("status:open", "status:new,inProgress"),
        ('classification:"False positive",tp', "classification:falsePositive,truePositive"),
        ('service:"Microsoft Defender for Office 365"', "service:office"),
        ("machine:web-1", "host:web-1"),
        ("evidence.device.deviceDnsName:x", "host.name:x"),
        ("device.Group:x", "host.group:x"),
        ("alertname:X detector:Y", "type:X type:Y"),
        ("label.app.kubernetes.io/name:x", "label.app.kubernetes.io/name:x"),
        ('label."my team":x', 'label."my team":x'),
        ('file."@odata.type":x', 'file."@odata.type":x'),
        ("tag:“crown jewels”", 'tag:"crown jewels"'),
        ('title:"say ""hi"""', 'title:"say ""hi"""'),
        (r"file.path:C:\Temp\*", r"file.path:C:\Temp\*"),
        ('"or" "not" "-x"', '"or" "not" "-x"'),
        ("tag:**", "tag:*"),
        ("host:web**1", "host:web*1"),
        ("*mimi*katz*", "mimi*katz"),
        ("number:#1042", "number:1042"),
        ("last>7D created:2026-11-21 first<2026-11-21t08:00z", "last>7d created:2026-11-21 first<2026-11-21T08:00Z"),
        (
            "evidence(file:mimi* (role:trigger or kind:file))",
            "evidence(file:mimi* (role:trigger or kind:file))",
        ),
        ("assignee:none", "assignee:nobody"),
    ],
)
def test_people_may_type_it_in_more_ways_than_one(typed: str, written: str) -> None:
    assert to_text(parse(typed)) == written
    assert parse(written) == parse(typed)


@pytest.mark.parametrize(
    ("text", "reason", "place", "suggestion"),
    [
        ("tag:a sevrity:high", "unknownField", "sevrity", "severity"),
        ("https://x.y/z is bad", "unknownField", "https://x.y/z", '"https://x.y/z"'),
        ("tag:a severity:hihg", "badChoice", "hihg", "severity:high"),
        ("tag:a,b severity:purple", "badChoice", "purple", "severity>=medium"),
        ("tag:", "noValue", "", "tag:vip"),
        ("tag:a, b", "noValue", " ", "tag:vip"),
        ("(a or b", "unclosed", "(", ""),
        ("a or b)", "unopened", ")", ""),
        ("a or or b", "noTest", "or", "severity:high"),
        ("a not", "noTest", "", "severity:high"),
        ("()", "noTest", ")", "severity:high"),
        ('title:"x', "unclosedQuote", '"x', ""),
        ('tag:a"b"', "noBlank", '"', 'title:"a, b (c)"'),
        ("last>7x", "badTime", "7x", "last>7d"),
        ("last>2026-13-01", "badTime", "2026-13-01", "last>7d"),
        ("created:2026-11-21T08:00", "badOp", "2026-11-21T08:00", "created:2026-11-21"),
        ("number:abc", "badNumber", "abc", "number:1042"),
        ("title>5", "badOp", "title>5", 'title:"password spray"'),
        ("status~new", "badOp", "status~new", "status:new"),
        ("created>2026-11-21,2026-11-22", "oneValue", "created>2026-11-21,2026-11-22", "created:2026-11-21"),
        ("evidence(title:x)", "notEvidence", "title:x", "evidence(file:mimi* role:trigger)"),
        ("evidence(evidence(file:x))", "pieceInPiece", "evidence(", ""),
        ("label:x", "noLabel", "label", "label.team:payments"),
        ("severity.x:high", "unknownField", "severity.x", "severity"),
    ],
)
def test_an_error_names_the_place_and_what_would_do(text: str, reason: str, place: str, suggestion: str) -> None:
    with pytest.raises(ConditionError) as caught:
        parse(text)
    error = caught.value
    assert (error.reason, text[error.position : error.position + error.length]) == (reason, place)
    assert error.suggestion == suggestion
    assert error.message


def test_every_field_has_an_example_that_works() -> None:
    for name, spec in FIELDS.items():
        asked = parse(spec.example)
        test = asked.part if isinstance(asked, Not) else asked
        assert isinstance(test, One)
        assert test.field.name == name


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x" * (MAX_TEXT + 1), "longText"),
        ("(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1), "tooDeep"),
        ("not " * (MAX_DEPTH + 1) + "a", "tooDeep"),
        ("-" * (MAX_DEPTH + 1) + "a", "tooDeep"),
        ("a " * (MAX_TESTS + 1), "tooMany"),
        ("tag:" + "x" * (MAX_VALUE + 1), "longValue"),
        ("tag:" + "a*" * (MAX_STARS + 1), "manyStars"),
        ("tag:" + ",".join(map(str, range(MAX_VALUES + 1))), "manyValues"),
        (" ".join("tag:" + ",".join(map(str, range(MAX_VALUES))) for _ in range(11)), "tooMany"),
        ("tag:a\x00b", "noValue"),
    ],
)
def test_what_is_too_much_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ConditionError) as caught:
        parse(text)
    assert caught.value.reason == reason


def test_what_just_keeps_the_limits_is_taken() -> None:
    assert parse("not " * MAX_DEPTH + "a")
    assert parse("a " * MAX_TESTS)
    assert parse("tag:" + "a*" * MAX_STARS)


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"and": [{"field": ["tag"], "op": "is", "values": ["a"]}]},
        {"or": []},
        {"not": None},
        {"field": ["nothing"], "op": "is", "values": ["a"]},
        {"field": ["tag"], "op": "like", "values": ["a"]},
        {"field": ["tag"], "op": "is", "values": [1]},
        {"field": ["label"], "op": "is", "values": ["a"]},
        {"field": ["severity", "x"], "op": "is", "values": ["high"]},
        {"field": ["evidence", "*"], "op": "is", "values": ["a"]},
        {"field": ["evidence", ""], "op": "is", "values": ["a"]},
        {"piece": {"field": ["tag"], "op": "is", "values": ["a"]}},
        {"piece": {"piece": {"field": ["kind"], "op": "is", "values": ["file"]}}},
    ],
)
def test_what_was_not_stored_by_us_is_refused(stored: dict[str, object]) -> None:
    with pytest.raises(ConditionError):
        from_json(stored)


def test_stored_conditions_may_not_nest_without_end() -> None:
    stored: dict[str, object] = to_json(EVERYTHING)
    for _ in range(5_000):
        stored = {"not": stored}
    with pytest.raises(ConditionError):
        from_json(stored)


def test_a_condition_can_be_made_in_code() -> None:
    name = make_test(Field("evidence", ("file", "name")), Op.IS, "mimi*")
    assert to_text(Piece(And((name, make_test(Field("role"), Op.IS, "trigger"))))) == (
        "evidence(file.name:mimi* role:trigger)"
    )
