"""The condition language: a tree of and, or, not over tests of an alert's fields and of its evidence.

Queue filters, routes, tuning rules, triage rules and search all use it. This is the tree alone; around it:
condition_fields (which fields there are, and what may be asked of them), condition_text (as people type it),
condition_json (as it is stored), condition_match (the predicate), condition_index (many conditions at once),
condition_sense (conditions that say too much or nothing), and storage/conditions.py (the same as SQL).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.alerts.errors import TocsinError

#: Limits of one condition. Depth counts the groups and negations around a test.
MAX_TEXT, MAX_DEPTH, MAX_TESTS = 2_000, 16, 100

#: Limits of values: characters and stars of one, how many in a list, how many in a condition.
MAX_VALUE, MAX_STARS, MAX_VALUES, MAX_ALL_VALUES = 256, 8, 50, 500


class Op(StrEnum):
    """How a field is tested. A list of values means any of them."""

    #: What the field naturally means: prose contains it, a name is it; a star stands for any characters.
    IS = "is"
    #: Exactly this, but for case; a star is a star here and in the next two.
    EQUALS = "equals"
    CONTAINS = "contains"
    STARTS = "starts"
    BELOW = "below"
    AT_MOST = "atMost"
    ABOVE = "above"
    AT_LEAST = "atLeast"
    #: Has any value at all.
    EXISTS = "exists"


#: The comparisons: of numbers, times (below is before) and severities.
COMPARISONS = frozenset({Op.BELOW, Op.AT_MOST, Op.ABOVE, Op.AT_LEAST})


@dataclass(frozen=True, slots=True)
class Field:
    """Which field, by its name in condition_fields.

    `label` has the label's name as its path. `evidence` has a kind, or ANY_KIND, and perhaps the path of a property;
    with no path it is what a piece of any kind is called.
    """

    name: str
    path: tuple[str, ...] = ()


#: Pieces of evidence of whatever kind, where a property is asked for.
ANY_KIND = "*"


@dataclass(frozen=True, slots=True)
class Test:
    """One test. Made by `condition_fields.make_test`, which puts the values into their one spelling."""

    #: pytest is not to take it for a class of tests.
    __test__ = False

    field: Field
    op: Op
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more; with no parts at all it is EVERYTHING."""

    parts: "tuple[Condition, ...]" = ()

    def __post_init__(self) -> None:
        if len(self.parts) == 1:
            raise ValueError("one part alone is no group")


@dataclass(frozen=True, slots=True)
class Or:
    """Any of two or more."""

    parts: "tuple[Condition, ...]"

    def __post_init__(self) -> None:
        if len(self.parts) < 2:
            raise ValueError("a choice needs two parts")


@dataclass(frozen=True, slots=True)
class Not:
    part: "Condition"


@dataclass(frozen=True, slots=True)
class Piece:
    """The alert has a piece of evidence for which all of this holds. Outside of it, each test finds its own piece."""

    part: "Condition"


Condition = Test | And | Or | Not | Piece

EVERYTHING = And()


class ConditionError(TocsinError):
    """A condition is not right. `reason` is stable and for code.

    `position` and `length` are the place in the text, in characters; `suggestion` is what may have been meant, an
    example of what would do, or empty.
    """

    def __init__(self, reason: str, message: str, *, position: int = 0, length: int = 0, suggestion: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.position = position
        self.length = length
        self.suggestion = suggestion

    def at(self, position: int, length: int) -> "ConditionError":
        """The same, with its place."""
        return ConditionError(self.reason, self.message, position=position, length=length, suggestion=self.suggestion)


def all_of(*parts: Condition) -> Condition:
    """All of any number of conditions; of none: everything."""
    return parts[0] if len(parts) == 1 else And(parts)


def any_of(first: Condition, *others: Condition) -> Condition:
    return Or((first, *others)) if others else first


def parts_of(condition: Condition) -> tuple[Condition, ...]:
    """What stands directly under it."""
    match condition:
        case And(parts) | Or(parts):
            return parts
        case Not(part) | Piece(part):
            return (part,)
        case _:
            return ()


def tests_of(condition: Condition) -> Iterator[Test]:
    """Every test in it, in order."""
    if isinstance(condition, Test):
        yield condition
    for part in parts_of(condition):
        yield from tests_of(part)


def depth_of(condition: Condition) -> int:
    """How many groups and negations are around its deepest test."""
    if isinstance(condition, Test):
        return 0
    return 1 + max((depth_of(part) for part in parts_of(condition)), default=0)
