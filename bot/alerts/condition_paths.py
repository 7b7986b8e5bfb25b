"""Conditions as trees that somebody walks about in: what stands where, and the same with one thing changed.

A path is the way down from the top, by place among `parts_of`. What people see as one line, with all the `not`s around
it, is named by the path of the outermost of them.
"""

import re
from collections.abc import Sequence

from bot.alerts.condition import EVERYTHING, And, Condition, ConditionError, Not, Or, Piece, all_of, parts_of
from bot.alerts.errors import say

Path = tuple[int, ...]


def node_at(condition: Condition, path: Path) -> Condition:
    """Raises ConditionError where nothing is there."""
    for place in path:
        parts = parts_of(condition)
        if not 0 <= place < len(parts):
            raise ConditionError("noPart", say("this part is not there any more"))
        condition = parts[place]
    return condition


def without_not(condition: Condition) -> tuple[Condition, int]:
    """What stands inside of so many negations."""
    count = 0
    while isinstance(condition, Not):
        condition, count = condition.part, count + 1
    return condition, count


def with_not(condition: Condition, count: int) -> Condition:
    for _ in range(count):
        condition = Not(condition)
    return condition


def replaced(condition: Condition, path: Path, new: Condition | None) -> Condition:
    """The same with another thing in that place, or with nothing: then what was around it alone goes, too."""
    return _replaced(condition, path, new) or EVERYTHING


def _replaced(condition: Condition, path: Path, new: Condition | None) -> Condition | None:
    if not path:
        return new
    place, rest = path[0], path[1:]
    changed = _replaced(node_at(condition, (place,)), rest, new)
    match condition:
        case And(parts) | Or(parts):
            middle = () if changed is None else (changed,)
            return _joined(condition, (*parts[:place], *middle, *parts[place + 1 :]))
        case Not() if changed is not None:
            return Not(changed)
        case Piece() if changed is not None:
            return Piece(changed)
        case _:
            return None


def _joined(like: And | Or, parts: tuple[Condition, ...]) -> Condition | None:
    """Parts in a group of the same kind; one alone needs none."""
    if len(parts) < 2:
        return parts[0] if parts else None
    return And(parts) if isinstance(like, And) else Or(parts)


def inner_path(condition: Condition, path: Path) -> Path:
    """The path of what stands inside of the negations there."""
    _, count = without_not(node_at(condition, path))
    return path + (0,) * count


def children(condition: Condition, path: Path) -> list[Path]:
    """The paths of the lines of a group. A piece of evidence is the group of what it must have."""
    here = inner_path(condition, path)
    node = node_at(condition, here)
    if isinstance(node, Piece):
        here = (*here, 0)
        if not isinstance(node.part, And) or node.part == EVERYTHING:
            return [here]
        node = node.part
    return [(*here, place) for place in range(len(parts_of(node)))] if isinstance(node, And | Or) else []


def added(condition: Condition, path: Path, new: Condition) -> Condition:
    """One more line in a group; where no group is, it and the new one must both hold. Nothing to everything is all."""
    here = inner_path(condition, path)
    node = node_at(condition, here)
    match node:
        case Piece(part):
            grown: Condition = Piece(_more(part, new))
        case Or(parts):
            # At the top, what is added narrows down; inside, it is one choice more.
            grown = Or((*parts, new)) if path else And((node, new))
        case _:
            grown = _more(node, new)
    if not path and here:
        # The whole is negated: the new one stands beside it, not inside.
        return And((condition, new))
    return replaced(condition, here, grown)


def _more(node: Condition, new: Condition) -> Condition:
    if node == EVERYTHING:
        return new
    return And((*node.parts, new)) if isinstance(node, And) else And((node, new))


def grouped(condition: Condition, path: Path, places: Sequence[int], *, any_of: bool) -> Condition:
    """Some lines of a group put into a group of their own, where the first of them stood. Raises ConditionError."""
    lines = children(condition, path)
    chosen = sorted({place for place in places if 0 <= place < len(lines)})
    if len(chosen) < 2:
        raise ConditionError("fewParts", say("choose two lines or more"))
    parts = tuple(node_at(condition, lines[place]) for place in chosen)
    group: Condition = Or(parts) if any_of else And(parts)
    if len(chosen) == len(lines):
        return replaced(condition, lines[0][:-1], group)
    for place in reversed(chosen[1:]):
        condition = replaced(condition, lines[place], None)
    return replaced(condition, lines[chosen[0]], group)


def ungrouped(condition: Condition, path: Path) -> Condition:
    """A group's lines as lines of the group around it. Raises ConditionError where that would mean something else."""
    node = node_at(condition, path)
    around = node_at(condition, path[:-1]) if path else None
    if isinstance(node, And | Or) and isinstance(around, And | Or) and type(node) is type(around):
        parts = (*around.parts[: path[-1]], *node.parts, *around.parts[path[-1] + 1 :])
        return replaced(condition, path[:-1], _joined(around, parts))
    raise ConditionError("noUngroup", say("without this group the condition would mean something else"))


def turned(condition: Condition, path: Path, *, any_of: bool, negated: bool) -> Condition:
    """A group with its lines combined the other way, or the opposite of it."""
    node, count = without_not(node_at(condition, path))
    if isinstance(node, And | Or) and node.parts:
        node = Or(node.parts) if any_of else all_of(*node.parts)
    return replaced(condition, path, with_not(node, negations(count, negated=negated)))


def negations(count: int, *, negated: bool) -> int:
    """How many negations there shall be, where there are so many: as few changed as will do."""
    if negated == bool(count % 2):
        return count
    return count + 1 if negated else count - 1


def write_path(path: Path) -> str:
    return ".".join(map(str, path))


def read_path(text: str) -> Path:
    """Raises ConditionError."""
    if not re.fullmatch(r"(?:[0-9]{1,3}(?:\.[0-9]{1,3}){0,40})?", text):
        raise ConditionError("noPart", say("this part is not there any more"))
    return tuple(int(place) for place in text.split(".")) if text else ()
