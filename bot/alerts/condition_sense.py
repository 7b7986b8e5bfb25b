"""Conditions that say too much or nothing, as far as that is plain to see. Nothing here finds all of them."""

from collections.abc import Iterable, Sequence

from bot.alerts.condition import EVERYTHING, And, Condition, Field, Not, Op, Or, Piece, Test
from bot.alerts.condition_checks import is_exact, patterns_of
from bot.alerts.condition_fields import Sort, spec_of
from bot.alerts.condition_match import severities
from bot.alerts.condition_values import fits

#: Fields of texts of which an alert has at most one value.
_SINGLE = frozenset(
    {"source", "external", "service", "detection", "investigation", "category", "type", "product", "threat", "actor"}
)

#: Fields that always have one of their choices.
_COMPLETE = frozenset({"severity", "status", "classification", "hidden"})


def is_everything(condition: Condition) -> bool:
    """Plainly holds for every alert: `*`, or `severity:high or severity<high`."""
    match condition:
        case And(parts):
            return all(map(is_everything, parts))
        case Or(parts):
            return any(map(is_everything, parts)) or _clash([_denied(part) for part in parts])
        case Not(part):
            return is_contradiction(part)
        case Test(field, Op.EXISTS, _):
            return field.name in {"number", "severity", "status", "created", "first", "last", "received", "source"}
        case Test():
            return _allowed(condition, denied=True) == frozenset()
        case _:
            return False


def is_contradiction(condition: Condition) -> bool:
    """Plainly holds for no alert: `severity:high severity:low`, `tag:a not tag:a`."""
    match condition:
        case And(parts):
            return any(map(is_contradiction, parts)) or _clash(_flat(parts))
        case Or(parts):
            return all(map(is_contradiction, parts))
        case Not(part):
            return is_everything(part)
        case Piece(part):
            return is_contradiction(part)
        case Test():
            return _allowed(condition) == frozenset()


def _clash(parts: Sequence[Condition]) -> bool:
    """Whether two of them, or all that are about one field, cannot hold at once."""
    if any(Not(part) in parts for part in parts):
        return True
    allowed: dict[Field, frozenset[str]] = {}
    for part in parts:
        values = _allowed(part.part, denied=True) if isinstance(part, Not) else _allowed(part)
        if values is None:
            continue
        field = part.part.field if isinstance(part, Not) and isinstance(part.part, Test) else None
        field = part.field if isinstance(part, Test) else field
        if field is not None:
            allowed[field] = allowed.get(field, values) & values
    return any(not values for values in allowed.values())


def _flat(parts: Iterable[Condition]) -> list[Condition]:
    """With the parts of what is an `and` itself."""
    flat: list[Condition] = []
    for part in parts:
        flat.extend(_flat(part.parts) if isinstance(part, And) and part != EVERYTHING else (part,))
    return flat


def _denied(condition: Condition) -> Condition:
    return condition.part if isinstance(condition, Not) else Not(condition)


def _allowed(condition: Condition, *, denied: bool = False) -> frozenset[str] | None:
    """The values that a test of a field with one value allows; None where they cannot be listed."""
    if not isinstance(condition, Test) or condition.op is Op.EXISTS:
        return None
    spec = spec_of(condition.field)
    values: frozenset[str] | None = None
    if spec.sort is Sort.RANK:
        values = severities(condition.op, condition.values)
    elif spec.sort in {Sort.CHOICE, Sort.FLAG} or (spec.sort is Sort.NUMBER and is_exact(condition)):
        values = frozenset(condition.values)
    elif condition.field.name in _SINGLE and all(len(segments) == 1 for segments in patterns_of(condition)):
        values = frozenset(segments[0] for segments in patterns_of(condition))
    if denied:
        return frozenset(spec.choices) - values if values is not None and condition.field.name in _COMPLETE else None
    return values


def covers(wide: Condition, narrow: Condition) -> bool:
    """Plainly, whatever `narrow` holds for, `wide` holds for as well. Nothing here finds all such pairs."""
    if wide == narrow or is_everything(wide):
        return True
    if isinstance(wide, And):
        return all(covers(part, narrow) for part in wide.parts)
    if isinstance(narrow, Or):
        return all(covers(wide, part) for part in narrow.parts)
    if isinstance(wide, Or) and any(covers(part, narrow) for part in wide.parts):
        return True
    return _covers_whole(wide, narrow)


def _covers_whole(wide: Condition, narrow: Condition) -> bool:
    """The same where neither is to be taken apart on the other's behalf."""
    match narrow:
        case And(parts):
            return any(covers(wide, part) for part in _flat(parts))
        case Piece(inner) if isinstance(wide, Test):
            return spec_of(wide.field).of_evidence and covers(wide, inner)
        case Piece(inner):
            return isinstance(wide, Piece) and covers(wide.part, inner)
        case Test():
            return isinstance(wide, Test) and wide.field == narrow.field and _test_covers(wide, narrow)
        case _:
            return False


def _test_covers(wide: Test, narrow: Test) -> bool:
    """Of two tests of one field."""
    if wide.op is Op.EXISTS:
        return spec_of(wide.field).sort in {Sort.WORD, Sort.PROSE}
    if narrow.op is Op.EXISTS:
        return False
    within, around = _allowed(narrow), _allowed(wide)
    if within is not None and around is not None:
        return within <= around
    if spec_of(wide.field).sort not in {Sort.WORD, Sort.PROSE}:
        return False
    known = patterns_of(wide)
    # A star of the narrow one stands for a letter that is in no text, so only a star of the wide one fits it.
    return all(any(fits(other, "\0".join(segments)) for other in known) for segments in patterns_of(narrow))
