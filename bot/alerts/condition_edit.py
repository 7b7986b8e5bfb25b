"""The steps of editing a condition, as a dialog takes them.

`edit` is a function from an Editing, a step and what was typed to the next Editing. The condition of an Editing always
holds up: it is what the same text in chat would be, and nothing of it is lost on the way there or back.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.alerts.condition import EVERYTHING, MAX_TEXT, Condition, ConditionError, Field, Op, Or, Piece, Test, all_of
from bot.alerts.condition_checks import check, check_within_piece, make_test
from bot.alerts.condition_editing import Editing, How, Screen
from bot.alerts.condition_fields import spec_of
from bot.alerts.condition_forms import (
    COMBINE,
    FIELD,
    KIND,
    LINES,
    NEGATED,
    OTHER,
    ROLE,
    TEXT,
    Typed,
    field_named,
    read_test,
)
from bot.alerts.condition_paths import (
    added,
    children,
    grouped,
    negations,
    node_at,
    read_path,
    replaced,
    turned,
    ungrouped,
    with_not,
    without_not,
)
from bot.alerts.condition_text import parse, to_text
from bot.alerts.errors import say

#: What every step's name begins with; the rest is the step, and behind a colon what it is about.
MARK = "c."


def is_edit(step: str) -> bool:
    return step.startswith(MARK)


def edit(editing: Editing, step: str, typed: Typed) -> Editing:
    """The next Editing. Raises ConditionError, which on the whole condition's screen names the place in the text.

    What was typed as text counts first; where it changed the condition, the step was about another one and is left out.
    """
    before = editing.condition
    if editing.screen is Screen.TREE:
        editing = with_text(editing, typed)
    name, _, about = step.removeprefix(MARK).partition(":")
    run = _STEPS.get(name)
    if run is None or (editing.condition != before and name in _ABOUT_PARTS):
        return editing
    after = run(editing, about, typed)
    if after.condition != editing.condition:
        _check(after.condition)
    return after


def with_text(editing: Editing, typed: Typed) -> Editing:
    """With the text form as it was typed. Raises ConditionError, which names the place."""
    text = typed.get(TEXT)
    if text is None or text.strip() == editing.state()["text"]:
        return editing
    return replace(editing, condition=parse(text))


def _check(condition: Condition) -> None:
    check(condition)
    if len(to_text(condition)) > MAX_TEXT:
        raise ConditionError("longText", say("as text, it would have more than {most} characters", most=MAX_TEXT))


def _tree(editing: Editing, condition: Condition | None = None) -> Editing:
    return Editing(editing.condition if condition is None else condition)


def _open(editing: Editing, about: str, _typed: Typed) -> Editing:
    path = read_path(about)
    inner, _ = without_not(node_at(editing.condition, path))
    return Editing(editing.condition, Screen.TEST if isinstance(inner, Test) else Screen.GROUP, path)


def _add(editing: Editing, about: str, typed: Typed) -> Editing:
    path = read_path(about)
    node_at(editing.condition, path)
    if editing.screen is Screen.GROUP:
        # What was chosen there about the group itself is not lost by going on.
        return Editing(_turned(editing, typed), Screen.FIELD, path, How.ADD)
    return Editing(editing.condition, Screen.FIELD, path, How.ADD)


def _or(editing: Editing, about: str, typed: Typed) -> Editing:
    path = read_path(about)
    node_at(editing.condition, path)
    if editing.screen is Screen.TEST and editing.how is How.CHANGE and typed and (field := editing.asks):
        # What was chosen there about the test itself is not lost by going on.
        return Editing(_changed(editing, field, typed), Screen.FIELD, path, How.OR)
    return Editing(editing.condition, Screen.FIELD, path, How.OR)


def _another_field(editing: Editing, _about: str, _typed: Typed) -> Editing:
    return replace(editing, screen=Screen.FIELD, field=None)


def _field(editing: Editing, about: str, typed: Typed) -> Editing:
    named = about or typed.get(OTHER, "").strip() or typed.get(FIELD, "")
    if not named:
        raise ConditionError("noField", say("choose what to ask for"))
    field = field_named(named)
    if editing.in_piece and not spec_of(field).of_evidence:
        check_within_piece(Test(field, Op.EXISTS))
    return replace(editing, screen=Screen.TEST, field=field)


def _done(editing: Editing, _about: str, typed: Typed) -> Editing:
    if editing.screen is Screen.GROUP:
        return _tree(editing, _turned(editing, typed))
    field = editing.asks
    if field is None:
        return _tree(editing)
    if editing.how is How.CHANGE:
        return _tree(editing, _changed(editing, field, typed))
    return _placed(editing, with_not(read_test(field, typed), int(typed.get(NEGATED) == "true")))


def _changed(editing: Editing, field: Field, typed: Typed) -> Condition:
    """With the test that is open as its form says it."""
    _, count = without_not(node_at(editing.condition, editing.path))
    new = with_not(read_test(field, typed), negations(count, negated=typed.get(NEGATED) == "true"))
    return replaced(editing.condition, editing.path, new)


def _turned(editing: Editing, typed: Typed) -> Condition:
    """What was not sent stays as it is."""
    inner, count = without_not(node_at(editing.condition, editing.path))
    combine, negated = typed.get(COMBINE), typed.get(NEGATED)
    return turned(
        editing.condition,
        editing.path,
        any_of=combine == "any" if combine else isinstance(inner, Or),
        negated=negated == "true" if negated else bool(count % 2),
    )


def _placed(editing: Editing, new: Condition) -> Editing:
    """With a new part, in the group that somebody has open, or as another way for what they have open."""
    condition, path = editing.condition, editing.path
    if editing.how is How.ADD:
        return _tree(editing, added(condition, path, new))
    around = node_at(condition, path[:-1]) if path else None
    if isinstance(around, Or):
        return _tree(editing, replaced(condition, path[:-1], Or((*around.parts, new))))
    return _tree(editing, replaced(condition, path, Or((node_at(condition, path), new))))


def _delete(editing: Editing, about: str, _typed: Typed) -> Editing:
    return _tree(editing, replaced(editing.condition, read_path(about), None))


def _group(editing: Editing, about: str, typed: Typed) -> Editing:
    places = [int(place) for place in typed.get(LINES, "").split(",") if place.isascii() and place.isdigit()]
    return _tree(editing, grouped(editing.condition, editing.path, places, any_of=about == "any"))


def _ungroup(editing: Editing, _about: str, _typed: Typed) -> Editing:
    return _tree(editing, ungrouped(editing.condition, editing.path))


def _evidence(editing: Editing, about: str, _typed: Typed) -> Editing:
    path = read_path(about)
    node_at(editing.condition, path)
    return Editing(editing.condition, Screen.EVIDENCE, path, How.ADD)


def _piece(editing: Editing, _about: str, typed: Typed) -> Editing:
    """A piece of evidence of a kind, in a role, or both. It is opened, so that what else it must have can be added."""
    asked = [
        make_test(Field(name), Op.IS, value)
        for name, value in (("kind", typed.get(KIND, "")), ("role", typed.get(ROLE, "")))
        if value
    ]
    if not asked:
        raise ConditionError("noPiece", say("choose a kind of evidence, a role, or both"))
    piece = Piece(all_of(*asked))
    condition = added(editing.condition, editing.path, piece)
    is_whole = node_at(condition, editing.path) == piece
    path = editing.path if is_whole else children(condition, editing.path)[-1]
    return Editing(condition, Screen.GROUP, path)


def _clear(editing: Editing, _about: str, _typed: Typed) -> Editing:
    return _tree(editing, EVERYTHING)


_STEPS: Mapping[str, Callable[[Editing, str, Typed], Editing]] = {
    "open": _open,
    "add": _add,
    "or": _or,
    "evidence": _evidence,
    "piece": _piece,
    "refield": _another_field,
    "field": _field,
    "done": _done,
    "delete": _delete,
    "group": _group,
    "ungroup": _ungroup,
    "clear": _clear,
    "back": lambda editing, _about, _typed: _tree(editing),
    "text": lambda editing, _about, _typed: editing,
}

#: Steps about a part of the condition, by its path.
_ABOUT_PARTS = frozenset({"open", "add", "or", "evidence", "delete"})
