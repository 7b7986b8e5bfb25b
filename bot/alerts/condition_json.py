"""Conditions as they are stored: plain JSON, in words that stay when the text form gets new ones."""

from collections.abc import Mapping
from typing import Any

from bot.alerts.condition import MAX_DEPTH, And, Condition, ConditionError, Field, Not, Op, Or, Piece, Test
from bot.alerts.condition_checks import check, make_test
from bot.alerts.errors import say


def to_json(condition: Condition) -> dict[str, Any]:
    match condition:
        case Test(field, op, values):
            return {"field": [field.name, *field.path], "op": op.value, "values": list(values)}
        case And(parts):
            return {"and": [to_json(part) for part in parts]}
        case Or(parts):
            return {"or": [to_json(part) for part in parts]}
        case Not(part):
            return {"not": to_json(part)}
        case Piece(part):
            return {"piece": to_json(part)}


def from_json(stored: Mapping[str, Any]) -> Condition:
    """The condition again. Raises ConditionError for anything that `to_json` would not have written."""
    return check(_read(stored, MAX_DEPTH))


def _read(stored: Any, depth: int) -> Condition:  # noqa: ANN401 - any JSON value
    if depth < 0:
        raise ConditionError("tooDeep", say("more than {most} groups stand in each other", most=MAX_DEPTH))
    match stored:
        case {"field": [str(name), *path], "op": str(op), "values": [*values]}:
            if not all(isinstance(text, str) for text in (*path, *values)) or op not in list(Op):
                raise _not_ours()
            return make_test(Field(name, tuple(path)), Op(op), *values)
        case {"and": [*parts]} if len(parts) != 1:
            return And(tuple(_read(part, depth - 1) for part in parts))
        case {"or": [*parts]} if len(parts) > 1:
            return Or(tuple(_read(part, depth - 1) for part in parts))
        case {"not": part}:
            return Not(_read(part, depth - 1))
        case {"piece": part}:
            return Piece(_read(part, depth - 1))
        case _:
            raise _not_ours()


def _not_ours() -> ConditionError:
    return ConditionError("badJson", say("this is not a condition"))
