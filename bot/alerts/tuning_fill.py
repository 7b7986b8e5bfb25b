"""Indicators out of an alert's evidence: its pieces as conditions, for the author of a rule to edit."""

from collections.abc import Iterable, Iterator

from bot.alerts.condition import (
    EVERYTHING,
    MAX_TESTS,
    MAX_VALUE,
    Condition,
    ConditionError,
    Field,
    Op,
    Piece,
    Test,
    all_of,
    any_of,
    tests_of,
)
from bot.alerts.condition_checks import make_test
from bot.alerts.condition_values import scalar_text, text_at
from bot.alerts.condition_vocabulary import PROPERTIES
from bot.alerts.evidence import TRIGGER, Evidence

#: Properties of one piece that are filled in.
MOST = 6

#: Properties that are another one each time.
_VOLATILE = frozenset({"pid", "risk", "display"})


def fill(pieces: Iterable[Evidence], *, either: bool = False, role: str = "") -> Condition:
    """All of these pieces, or any of them; each as one piece of evidence with its properties."""
    found = list(dict.fromkeys(part for piece in pieces if (part := of_piece(piece, role=role)) != EVERYTHING))
    kept: list[Condition] = []
    for part in found:
        if sum(len(list(tests_of(one))) for one in (*kept, part)) > MAX_TESTS // 2:
            break
        kept.append(part)
    if not kept:
        return EVERYTHING
    return any_of(*kept) if either else all_of(*kept)


def fill_trigger(pieces: Iterable[Evidence]) -> Condition:
    """The piece that set the alert off, as `evidence(role:trigger …)`; of none: any piece that did."""
    found = [piece for piece in pieces if TRIGGER in piece.roles]
    if not found:
        return make_test(Field("role"), Op.IS, TRIGGER)
    return fill(found, either=True, role=TRIGGER)


def of_piece(piece: Evidence, *, role: str = "") -> Condition:
    """What tells this piece from others: its known properties, else its key, else its name."""
    tests: list[Test] = [make_test(Field("role"), Op.IS, role)] if role else []
    tests += _properties(piece)
    if len(tests) == bool(role) and piece.entity:
        tests += _test(Field("entity"), piece.entity)
    if len(tests) == bool(role):
        tests += _test(Field("evidence", (piece.kind,)), piece.label)
    if not tests:
        return EVERYTHING
    return tests[0] if len(tests) == 1 else Piece(all_of(*tests))


def _properties(piece: Evidence) -> list[Test]:
    known = PROPERTIES.get(piece.kind)
    tests: list[Test] = []
    if known is not None:
        for short, path in known.items():
            value = text_at(piece.properties, path)
            if value and short not in _VOLATILE:
                tests += _test(Field("evidence", (piece.kind, *path)), value)
        return tests[:MOST]
    for name, value in piece.properties.items():
        text = scalar_text(value) if isinstance(value, str) else ""
        if text and "@" not in name and not name.endswith(("DateTime", "Id")):
            tests += _test(Field("evidence", (piece.kind, name)), text)
    return tests[:MOST]


def _test(field: Field, value: str) -> Iterator[Test]:
    """A star in the value is a star; what is too long is known by how it begins."""
    op = Op.IS if "*" not in value else Op.EQUALS
    if len(value) > MAX_VALUE:
        value, op = value[:MAX_VALUE], Op.STARTS
    try:
        yield make_test(field, op, value)
    except ConditionError:
        return
