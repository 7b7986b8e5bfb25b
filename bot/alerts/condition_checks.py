"""Tests with their values in one spelling, the patterns that they stand for, and the limits of a whole condition."""

import re
from difflib import get_close_matches
from functools import lru_cache

from bot.alerts.condition import (
    COMPARISONS,
    MAX_ALL_VALUES,
    MAX_DEPTH,
    MAX_STARS,
    MAX_TESTS,
    MAX_VALUE,
    MAX_VALUES,
    Condition,
    ConditionError,
    Field,
    Op,
    Piece,
    Test,
    depth_of,
    parts_of,
    tests_of,
)
from bot.alerts.condition_fields import OPS, Sort, Spec, canonical, name_of, spec_of
from bot.alerts.condition_values import Segments, fold, is_ago, read_time, squash
from bot.alerts.errors import say

#: Sorts whose values are texts.
TEXTS = frozenset({Sort.WORDS, Sort.PROSE, Sort.WORD, Sort.PERSON})

#: Values of `assignee` that name nobody in particular.
ME, NOBODY = "me", "nobody"

#: The value of `incident` for alerts that are in none.
NONE = "none"

_STARS = re.compile(r"\*+")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_NUMBER = re.compile(r"#?([0-9]{1,15})")


def make_test(field: Field, op: Op, *values: str) -> Test:
    """A test, with everything in its one spelling. Raises ConditionError."""
    field = canonical(field)
    spec = spec_of(field)
    _check_op(field, spec, op, len(values))
    if op is Op.EXISTS or (op is Op.IS and spec.sort is not Sort.WORDS and any(map(_is_anything, values))):
        return Test(field, Op.EXISTS)
    spelt = [one for value in values for one in spelling(field, op, value)]
    return Test(field, op, tuple(dict.fromkeys(spelt)))


def spelling(field: Field, op: Op, value: str) -> tuple[str, ...]:
    """The values that a typed value stands for. Raises ConditionError."""
    spec = spec_of(field)
    if spec.sort in TEXTS:
        return (_text(field, spec, op, value),)
    if not value.strip():
        raise _bad(spec, "noValue", say("{name} needs a value", name=name_of(field)))
    if spec.sort in {Sort.CHOICE, Sort.RANK, Sort.FLAG}:
        return _choice(field, spec, value)
    if spec.sort is Sort.NUMBER:
        return (_number(field, spec, op, value),)
    return (_time(field, spec, op, value),)


@lru_cache(maxsize=4_096)
def patterns_of(test: Test) -> tuple[Segments, ...]:
    """What a text has to fit, any of these, folded; for tests of texts."""
    spec = spec_of(test.field)
    found: list[Segments] = []
    for value in test.values:
        found.extend(_patterns(spec, test.op, value.lower() if test.field.name == "entity" else fold(value)))
    return tuple(dict.fromkeys(found))


def is_exact(test: Test) -> bool:
    """Whether a test of numbers lists the ones that it wants."""
    return test.op in {Op.IS, Op.EQUALS} and NONE not in test.values


def check(condition: Condition) -> Condition:
    """The condition itself, if it keeps the limits. Raises ConditionError."""
    if depth_of(condition) > MAX_DEPTH:
        raise ConditionError("tooDeep", say("more than {most} groups stand in each other", most=MAX_DEPTH))
    sizes = [len(test.values) for test in tests_of(condition)]
    if len(sizes) > MAX_TESTS:
        raise ConditionError("tooMany", say("more than {most} tests are too many for one condition", most=MAX_TESTS))
    if sum(sizes) > MAX_ALL_VALUES:
        raise ConditionError(
            "tooMany", say("more than {most} values are too many for one condition", most=MAX_ALL_VALUES)
        )
    _check_pieces(condition, within=False)
    return condition


def check_within_piece(test: Test) -> None:
    """Raises ConditionError where a test is not about evidence."""
    if not spec_of(test.field).of_evidence:
        message = say(
            "{name} is the alert's, not a piece of evidence's: put it outside of evidence(…)", name=name_of(test.field)
        )
        raise ConditionError("notEvidence", message, suggestion="evidence(file:mimi* role:trigger)")


def _check_pieces(condition: Condition, *, within: bool) -> None:
    if within and isinstance(condition, Piece):
        raise ConditionError("pieceInPiece", say("evidence(…) cannot stand inside of evidence(…)"))
    if within and isinstance(condition, Test):
        check_within_piece(condition)
    for part in parts_of(condition):
        _check_pieces(part, within=within or isinstance(condition, Piece))


def _check_op(field: Field, spec: Spec, op: Op, values: int) -> None:
    name = name_of(field)
    if op not in OPS[spec.sort]:
        words = {Op.IS: "is", Op.EQUALS: "=", Op.CONTAINS: "contains", Op.STARTS: "starts with", Op.EXISTS: "exists"}
        if op in words:
            raise _bad(spec, "badOp", say("{name} cannot be asked with {sign}", name=name, sign=words[op]))
        raise _bad(spec, "badOp", say("{name} cannot be asked with a comparison", name=name))
    if op is Op.EXISTS:
        return
    if not values:
        raise _bad(spec, "noValue", say("{name} needs a value", name=name))
    if values > 1 and (op in COMPARISONS or spec.sort is Sort.WORDS):
        raise _bad(spec, "oneValue", say("{name} takes one value here", name=name))
    if values > MAX_VALUES:
        raise _bad(spec, "manyValues", say("more than {most} values are too many for one list", most=MAX_VALUES))


def _is_anything(value: str) -> bool:
    return bool(value) and not value.strip("*")


def _text(field: Field, spec: Spec, op: Op, value: str) -> str:
    if field.name == "entity":
        value = value.strip().lower()
    if op is Op.IS:
        value = _STARS.sub("*", value)
        if value.count("*") > MAX_STARS:
            raise _bad(spec, "manyStars", say("more than {most} stars are too many for one value", most=MAX_STARS))
        if spec.sort is Sort.WORDS:
            value = value.strip("*")
    if not value:
        raise _bad(spec, "noValue", say("{name} needs a value", name=name_of(field)))
    if _CONTROL.search(value):
        raise _bad(spec, "noValue", say("a value has control characters"))
    if len(value) > MAX_VALUE:
        raise _bad(spec, "longValue", say("a value has more than {most} characters", most=MAX_VALUE))
    if op in {Op.IS, Op.EQUALS} and "*" not in value:
        return spec.words.get(squash(value), value)
    return value


def _choice(field: Field, spec: Spec, value: str) -> tuple[str, ...]:
    word = squash(value)
    if word in spec.sets:
        return spec.sets[word]
    if word in spec.words:
        return (spec.words[word],)
    message = say("{name} is one of {choices}", name=name_of(field), choices=", ".join(spec.choices))
    near = get_close_matches(word, spec.words, n=1, cutoff=0.6)
    suggestion = f"{name_of(field)}:{spec.words[near[0]]}" if near else spec.example
    raise ConditionError("badChoice", message, suggestion=suggestion)


def _number(field: Field, spec: Spec, op: Op, value: str) -> str:
    if field.name == "incident" and op not in COMPARISONS and fold(value.strip()) == NONE:
        return NONE
    match = _NUMBER.fullmatch(value.strip())
    if match is None:
        raise _bad(spec, "badNumber", say("{name} is a number", name=name_of(field)))
    return str(int(match[1]))


def _time(field: Field, spec: Spec, op: Op, value: str) -> str:
    low = fold(value.strip())
    spelt = low if is_ago(low) else low.upper()
    try:
        read_time(spelt)
    except (ValueError, OverflowError):
        name = name_of(field)
        message = say("{name} takes a time like 7d, 2h, 2026-11-21 or 2026-11-21T08:00 (UTC)", name=name)
        raise ConditionError("badTime", message, suggestion=spec.example if spec.ahead else f"{name}>7d") from None
    if op is Op.IS and not is_ago(spelt) and len(spelt) != len("2026-11-21"):
        raise _bad(
            spec, "badOp", say("{name} at one moment is nothing: ask for before (<) or after (>)", name=name_of(field))
        )
    return spelt


def _patterns(spec: Spec, op: Op, value: str) -> list[Segments]:
    if op is Op.EQUALS:
        return [(value,)]
    if op is Op.STARTS:
        return [(value, "")]
    if op is Op.CONTAINS or spec.sort is Sort.WORDS or (spec.sort is Sort.PROSE and "*" not in value):
        return [("", *(value.split("*") if op is Op.IS else [value]), "")]
    if "*" in value:
        return [tuple(value.split("*"))]
    loose = [tuple(template.replace("{}", value).split("*")) for template in spec.loose]
    squashed = [(short,)] if spec.squashed and (short := squash(value)) else []
    return [(value,), *loose, *squashed]


def _bad(spec: Spec, reason: str, message: str) -> ConditionError:
    return ConditionError(reason, message, suggestion=spec.example)
