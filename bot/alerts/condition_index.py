"""Many conditions against one alert: most need something that the alert would have to have, and are found by that."""

import re
from collections.abc import Hashable, Iterator, Mapping
from datetime import datetime
from typing import Generic, TypeVar

from bot.alerts.condition import And, Condition, Field, Not, Op, Or, Piece, Test
from bot.alerts.condition_checks import is_exact, patterns_of
from bot.alerts.condition_facts import Facts
from bot.alerts.condition_fields import Sort, spec_of
from bot.alerts.condition_match import Predicate, predicate, severities

K = TypeVar("K", bound=Hashable)

#: A value that an alert has in a field, or a part of one.
Key = tuple[Field, str]

#: Values are cut here where a test takes a part for the whole: `web-1` for `web-1.contoso.com`.
_CUTS = re.compile(r"[.@\\ ]+")

#: Fields whose values many alerts share, so that they tell little; the others tell more.
_COMMON = {"severity": 9, "status": 9, "signal": 9, "source": 8, "service": 7, "kind": 7, "role": 7, "verdict": 7}
_COMMON |= {"classification": 7, "remediation": 7, "determination": 6, "detection": 5, "category": 4, "product": 4}
_COMMON |= {"investigation": 4, "tag": 2, "evidencetag": 2, "mitre": 2, "label": 1}


class ConditionIndex(Generic[K]):
    """Conditions by name, in their order. `unindexed` counts those that every alert has to be tried on."""

    def __init__(self, conditions: Mapping[K, Condition]) -> None:
        self._names = list(conditions)
        self._predicates: list[Predicate] = []
        self._by_key: dict[Field, dict[str, list[int]]] = {}
        self._always: list[int] = []
        for place, condition in enumerate(conditions.values()):
            self._predicates.append(predicate(condition))
            keys = needed(condition)
            if keys is None:
                self._always.append(place)
            for field, value in keys or ():
                self._by_key.setdefault(field, {}).setdefault(value, []).append(place)

    @property
    def unindexed(self) -> int:
        return len(self._always)

    def candidates(self, facts: Facts) -> list[K]:
        """Those that may hold, in their order: all that do are among them."""
        return [self._names[place] for place in self._places(facts)]

    def matching(self, facts: Facts, now: datetime) -> Iterator[K]:
        """Those that hold, in their order."""
        for place in self._places(facts):
            if self._predicates[place](facts, now):
                yield self._names[place]

    def _places(self, facts: Facts) -> list[int]:
        found = set(self._always)
        for field, by_value in self._by_key.items():
            for value in _has(facts, field):
                found.update(by_value.get(value, ()))
        return sorted(found)


def needed(condition: Condition) -> frozenset[Key] | None:
    """An alert for which this holds has at least one of these; None where no such thing can be said."""
    match condition:
        case Test():
            return _of_test(condition)
        case And(parts):
            known = [keys for part in parts if (keys := needed(part)) is not None]
            return min(known, key=_cost, default=None)
        case Or(parts):
            each = [needed(part) for part in parts]
            return frozenset(key for keys in each for key in keys or ()) if None not in each else None
        case Piece(part):
            return needed(part)
        case Not():
            return None


def _of_test(test: Test) -> frozenset[Key] | None:
    if test.op is Op.EXISTS:
        return None
    spec = spec_of(test.field)
    if spec.sort is Sort.WORD or spec.sort is Sort.PROSE:
        return _of_texts(test, parted=bool(spec.loose) and test.op is Op.IS)
    values: frozenset[str] = frozenset()
    if spec.sort is Sort.RANK:
        values = severities(test.op, test.values)
        values = values if len(values) < len(spec.choices) else frozenset()
    elif spec.sort is Sort.CHOICE or (spec.sort is Sort.NUMBER and is_exact(test)):
        values = frozenset(test.values)
    return frozenset((test.field, value) for value in values) or None


def _of_texts(test: Test, *, parted: bool) -> frozenset[Key] | None:
    """Only whole texts are looked up; where parts do too, by the longest of the value's own parts."""
    if parted:
        if any("*" in value for value in test.values):
            return None
        parts = [
            max(_CUTS.split(value), key=len)
            for segments in patterns_of(test)
            if len(segments) == 1
            for value in segments
        ]
        return frozenset((_parted(test.field), part) for part in parts) if all(parts) else None
    patterns = patterns_of(test)
    if any(len(segments) > 1 for segments in patterns):
        return None
    return frozenset((test.field, segments[0]) for segments in patterns)


#: Marks a field whose values are looked up by their parts.
_PARTS = "\0parts"


def _parted(field: Field) -> Field:
    return Field(field.name, (*field.path, _PARTS))


def _has(facts: Facts, field: Field) -> Iterator[str]:
    """The alert's values of a field, as keys."""
    if field.path and field.path[-1] == _PARTS:
        for text in facts.texts(Field(field.name, field.path[:-1])):
            yield from _CUTS.split(text)
        return
    spec = spec_of(field)
    if spec.sort in {Sort.RANK, Sort.CHOICE, Sort.NUMBER}:
        value = getattr(facts.alert, spec.attributes[0])
        if value is not None:
            yield str(value)
        return
    yield from facts.texts(field)


def _cost(keys: frozenset[Key]) -> tuple[int, int]:
    """What tells much first, then what is short."""
    return max((_COMMON.get(field.name, 0) for field, _ in keys), default=0), len(keys)


def is_indexed(condition: Condition) -> bool:
    """Whether the database finds what fits by an index of its own: by alert type or by whole entities."""
    match condition:
        case And(parts):
            return any(map(is_indexed, parts))
        case Or(parts):
            return all(map(is_indexed, parts))
        case Piece(part):
            return is_indexed(part)
        case Test(Field("type")):
            return condition.op is not Op.EXISTS
        case Test(Field("entity")):
            return needed(condition) is not None
        case _:
            return False
