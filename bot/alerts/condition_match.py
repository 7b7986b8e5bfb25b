"""Conditions as predicates. storage/conditions.py says the same in SQL, and a property test compares the two."""

import operator
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import lru_cache

from bot.alerts.alert import Alert
from bot.alerts.condition import And, Condition, Not, Op, Or, Piece, Test
from bot.alerts.condition_checks import ME, NOBODY, NONE, TEXTS, patterns_of
from bot.alerts.condition_facts import Facts, PieceFacts, Texts
from bot.alerts.condition_fields import Sort, Spec, spec_of
from bot.alerts.condition_values import fits, is_ago, span_of
from bot.alerts.evidence import Evidence
from bot.alerts.people import Person
from bot.alerts.words import Severity

#: Whether it holds for an alert at a time.
Predicate = Callable[[Facts, datetime], bool]
_PiecePredicate = Callable[[PieceFacts], bool]
_TextsPredicate = Callable[[Texts], bool]


def matches(
    condition: Condition,
    alert: Alert,
    evidence: Iterable[Evidence],
    now: datetime,
    *,
    people: Mapping[str, Person] | None = None,
    me: str | None = None,
) -> bool:
    """Whether a condition holds. `people` has at least the assignee; `me` is whom the word `me` means, by object id."""
    return predicate(condition)(Facts(alert, evidence, people=people, me=me), now)


@lru_cache(maxsize=4_096)
def predicate(condition: Condition) -> Predicate:
    """The condition made ready, for many alerts."""
    match condition:
        case Test():
            return _test(condition)
        case And(parts):
            every = tuple(map(predicate, parts))
            return lambda facts, now: all(part(facts, now) for part in every)
        case Or(parts):
            some = tuple(map(predicate, parts))
            return lambda facts, now: any(part(facts, now) for part in some)
        case Not(part):
            denied = predicate(part)
            return lambda facts, now: not denied(facts, now)
        case Piece(part):
            of_piece = _piece(part)
            return lambda facts, _: any(of_piece(piece) for piece in facts.pieces)


def severities(op: Op, values: Iterable[str]) -> frozenset[str]:
    """The severities that a test allows."""
    wanted = [Severity(value) for value in values]
    compare = _COMPARE.get(op)
    if compare is None:
        return frozenset(one.value for one in wanted)
    return frozenset(one.value for one in Severity if any(compare(one.rank, other.rank) for other in wanted))


def flags(test: Test) -> frozenset[bool]:
    """Which answers a test of yes and no allows."""
    return frozenset({True}) if test.op is Op.EXISTS else frozenset(value == "yes" for value in test.values)


def _piece(condition: Condition) -> _PiecePredicate:
    match condition:
        case Test(field, _, _):
            holds = _texts(condition)
            return lambda piece: holds(piece.texts(field))
        case And(parts):
            every = tuple(map(_piece, parts))
            return lambda piece: all(part(piece) for part in every)
        case Or(parts):
            some = tuple(map(_piece, parts))
            return lambda piece: any(part(piece) for part in some)
        case Not(part):
            denied = _piece(part)
            return lambda piece: not denied(piece)
        case Piece():
            raise ValueError("a piece of evidence has no pieces")


def _test(test: Test) -> Predicate:
    spec = spec_of(test.field)
    match spec.sort:
        case Sort.WORDS:
            return _words(test)
        case Sort.PERSON:
            return _person(test)
        case Sort.CHOICE | Sort.RANK:
            return _choice(test, spec)
        case Sort.NUMBER | Sort.FLAG:
            return _number(test, spec) if spec.sort is Sort.NUMBER else _flag(test, spec)
        case Sort.TIME:
            return _time(test, spec)
        case Sort.PROSE | Sort.WORD:
            field, holds = test.field, _texts(test)
            return lambda facts, _: holds(facts.texts(field))


def _texts(test: Test) -> _TextsPredicate:
    """Whether any of some texts fits any of the patterns."""
    if spec_of(test.field).sort not in TEXTS:
        raise ValueError(f"{test.field.name} has no texts")
    if test.op is Op.EXISTS:
        return bool
    patterns = patterns_of(test)
    whole = frozenset(segments[0] for segments in patterns if len(segments) == 1)
    parts = tuple(segments for segments in patterns if len(segments) > 1)
    if not parts:
        return lambda texts: not whole.isdisjoint(texts)
    return lambda texts: not whole.isdisjoint(texts) or any(fits(part, text) for text in texts for part in parts)


def _words(test: Test) -> Predicate:
    holds, number, field = _texts(test), number_in(test.values[0]), test.field
    return lambda facts, _: facts.alert.number == number or holds(facts.texts(field))


def number_in(word: str) -> int | None:
    """The alert's number, where a word may be one."""
    digits = word.removeprefix("#")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 15 else None


def people_in(test: Test) -> tuple[bool, bool, Test | None]:
    """What a test of somebody asks: whether it is me, whether it is nobody, and the test by name that is left."""
    if test.op not in {Op.IS, Op.EQUALS}:
        return False, False, test
    names = tuple(value for value in test.values if value not in {ME, NOBODY})
    return ME in test.values, NOBODY in test.values, Test(test.field, test.op, names) if names else None


def _person(test: Test) -> Predicate:
    me, nobody, by_name = people_in(test)
    holds: _TextsPredicate = _texts(by_name) if by_name else (lambda _: False)
    field = test.field

    def check(facts: Facts, _: datetime) -> bool:
        who = facts.alert.assignee
        if who is None:
            return nobody
        return (me and who == facts.me) or holds(facts.texts(field))

    return check


def _choice(test: Test, spec: Spec) -> Predicate:
    attribute = spec.attributes[0]
    if test.op is Op.EXISTS:
        none = spec.none
        return lambda facts, _: (getattr(facts.alert, attribute) or "") not in {"", none}
    allowed = severities(test.op, test.values) if spec.sort is Sort.RANK else frozenset(test.values)
    return lambda facts, _: getattr(facts.alert, attribute) in allowed


def _flag(test: Test, spec: Spec) -> Predicate:
    attribute, allowed = spec.attributes[0], flags(test)
    if test.field.name == "overdue":
        return lambda facts, now: ((by := facts.moment(attribute)) is not None and by <= now) in allowed
    return lambda facts, _: (getattr(facts.alert, attribute) is not None) in allowed


def _number(test: Test, spec: Spec) -> Predicate:
    attribute = spec.attributes[0]
    if test.op is Op.EXISTS:
        return lambda facts, _: getattr(facts.alert, attribute) is not None
    compare = _COMPARE.get(test.op)
    if compare is not None:
        bound = int(test.values[0])
        return lambda facts, _: (found := getattr(facts.alert, attribute)) is not None and compare(found, bound)
    allowed = frozenset(None if value == NONE else int(value) for value in test.values)
    return lambda facts, _: getattr(facts.alert, attribute) in allowed


def _time(test: Test, spec: Spec) -> Predicate:
    attribute = spec.attributes[0]
    if test.op is Op.EXISTS:
        return lambda facts, _: facts.moment(attribute) is not None
    op, values, ahead = test.op, test.values, spec.ahead

    def check(facts: Facts, now: datetime) -> bool:
        moment = facts.moment(attribute)
        return moment is not None and any(_in_time(op, moment, value, now, ahead=ahead) for value in values)

    return check


def _in_time(op: Op, moment: datetime, value: str, now: datetime, *, ahead: bool) -> bool:
    span = span_of(value, now, ahead=ahead)
    match op:
        case Op.BELOW:
            return moment < span.start
        case Op.AT_MOST:
            return moment <= span.start if span.start == span.end else moment < span.end
        case Op.ABOVE:
            return moment > span.start if span.start == span.end else moment >= span.end
        case Op.AT_LEAST:
            return moment >= span.start
        case _:
            if is_ago(value):
                return moment <= span.end if ahead else moment >= span.start
            return span.start <= moment < span.end


_COMPARE: Mapping[Op, Callable[[int, int], bool]] = {
    Op.BELOW: operator.lt,
    Op.AT_MOST: operator.le,
    Op.ABOVE: operator.gt,
    Op.AT_LEAST: operator.ge,
}
