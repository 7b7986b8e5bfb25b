"""The screens of the condition editor beside the tree: one group, one test, a field, a piece of evidence."""

from collections.abc import Mapping

from bot.alerts.condition import And, ConditionError, Field, Op, Or, Piece, Test, tests_of
from bot.alerts.condition_checks import TEXTS
from bot.alerts.condition_editing import Editing, How
from bot.alerts.condition_fields import OPS, Sort, name_of, spec_of
from bot.alerts.condition_forms import (
    CHOSEN,
    COMBINE,
    FIELD,
    KIND,
    LINES,
    NEGATED,
    OP,
    OTHER,
    ROLE,
    VALUES,
    write_values,
)
from bot.alerts.condition_paths import children, inner_path, node_at, ungrouped, without_not, write_path
from bot.alerts.condition_vocabulary import KINDS
from cards import vocabulary
from cards.condition_lines import Steps, Tree, line_text
from cards.condition_words import field_label, kind_name, listed_fields, op_label, ops_of, ticked
from cards.elements import Action, Element, rich, run, text_block
from cards.inputs import choice, choices, text_input, toggle_input
from cards.language import Language
from cards.parts import button_rows, quiet

Typed = Mapping[str, str]

#: Characters of all values of a test, and of a field's name.
_VALUES, _NAME = 2_000, 300

#: Fields that are one press away.
_QUICK = ("severity", "host", "user", "title", "service", "tag")

#: Lines of a group that can be put together.
_GROUPED = 20


def group_screen(editing: Editing, typed: Typed, lang: Language, steps: Steps) -> list[Element]:
    """A group, or a piece of evidence: how its lines go together, and the lines."""
    node, count = without_not(node_at(editing.condition, editing.path))
    at = write_path(editing.path)
    tree = Tree(editing.condition, steps, lang, most=20)
    parts: list[Element] = [text_block(_heading(editing, lang), size="Medium", heading=True)]
    if isinstance(node, And | Or) and node.parts:
        options = [choice(lang.t("all of these must hold"), "all"), choice(lang.t("any of these is enough"), "any")]
        now = typed.get(COMBINE) or ("any" if isinstance(node, Or) else "all")
        parts.append(choices(COMBINE, options, label=lang.t("How they go together"), value=now, expanded=True))
    parts += tree.below(editing.path)
    parts.append(_negated(typed, lang, negated=bool(count % 2)))
    actions = [
        steps.button("done", lang.t("Done"), primary=True),
        steps.button(f"add:{at}", lang.t("Add filter")),
        steps.button(f"delete:{at}", lang.t("Delete all of it"), alone=True),
    ]
    if _can_ungroup(editing):
        actions.append(steps.button("ungroup", lang.t("Without the group"), alone=True))
    parts.append(button_rows([*actions, steps.button("back", lang.t("Back"), alone=True)]))
    lines = children(editing.condition, editing.path)
    if len(lines) > 2:
        offered = [
            choice(line_text(editing.condition, line, lang), str(place)) for place, line in enumerate(lines[:_GROUPED])
        ]
        parts.append(
            choices(LINES, offered, label=lang.t("Put some together"), value=typed.get(LINES, ""), several=True)
        )
        parts.append(
            button_rows(
                [steps.button("group:any", lang.t("Any of them")), steps.button("group:all", lang.t("All of them"))],
                spacing="Small",
            )
        )
    return parts


def _heading(editing: Editing, lang: Language) -> str:
    inner = node_at(editing.condition, inner_path(editing.condition, editing.path))
    return lang.t("One and the same piece of evidence") if isinstance(inner, Piece) else lang.t("A group")


def _can_ungroup(editing: Editing) -> bool:
    try:
        ungrouped(editing.condition, editing.path)
    except ConditionError:
        return False
    return True


def test_screen(editing: Editing, typed: Typed, lang: Language, steps: Steps) -> list[Element]:
    """One test: how its field is asked, and for which values."""
    field, (test, negated) = editing.asks, editing.test
    if field is None:
        return [rich(quiet(lang.t("This part is not there any more."))), button_rows([_back(lang, steps)])]
    same = test if test is not None and test.field == field else None
    op = Op(now) if (now := typed.get(OP, "")) in list(Op) else same.op if same else _usual(field)
    at = write_path(editing.path)
    actions = [steps.button("done", lang.t("Done"), primary=True)]
    if editing.how is How.CHANGE:
        actions.append(steps.button(f"or:{at}", lang.t("Or…")))
        actions.append(steps.button(f"delete:{at}", lang.t("Delete"), alone=True))
    actions += [steps.button("refield", lang.t("Another field"), alone=True), _back(lang, steps)]
    offered = [choice(op_label(field, one, lang), one.value) for one in ops_of(field, op)]
    return [
        text_block(field_label(field, lang), size="Medium", heading=True),
        rich(quiet(name_of(field)), spacing="None"),
        *([choices(OP, offered, label=lang.t("Alerts for which it"), value=op.value)] if len(offered) > 1 else []),
        *_values(field, same, typed, lang),
        _negated(typed, lang, negated=negated),
        button_rows(actions),
    ]


def _usual(field: Field) -> Op:
    """What is asked most: of a severity, at least this one."""
    sort = spec_of(field).sort
    if spec_of(field).ahead:
        return Op.BELOW
    return Op.AT_LEAST if sort is Sort.RANK else Op.ABOVE if sort is Sort.TIME else Op.IS


def _values(field: Field, test: Test | None, typed: Typed, lang: Language) -> list[Element]:
    spec = spec_of(field)
    values = test.values if test else ()
    offered = ticked(field, lang)
    if offered and set(values) <= {value for value, _ in offered}:
        options = [choice(label, value) for value, label in offered]
        chosen = typed.get(CHOSEN, ",".join(values))
        return [choices(CHOSEN, options, label=lang.t("one or more of"), value=chosen, several=True)]
    example = spec.example.rpartition(":")[2].rpartition(">")[2].rpartition("<")[2].strip('"')
    label = lang.t("this, or each on a line of its own")
    if spec.sort is Sort.TIME:
        ago = lang.t("a day or a moment (UTC), or how long ago: 7d, 2h")
        label = lang.t("a day or a moment (UTC), or how long from now: 1h, 2d") if spec.ahead else ago
    elif spec.sort is Sort.WORDS:
        label = lang.t("these words")
    made: list[Element] = [
        text_input(
            VALUES,
            label=label,
            placeholder=example,
            value=typed.get(VALUES, write_values(values)),
            max_length=_VALUES,
            multiline=spec.sort is not Sort.TIME,
        )
    ]
    if spec.sort in TEXTS and Op.IS in OPS[spec.sort]:
        word = op_label(field, Op.IS, lang)
        made.append(rich(quiet(lang.t("With “{word}”, * stands for anything: web-*", word=word)), spacing="Small"))
    return made


def _negated(typed: Typed, lang: Language, *, negated: bool) -> Element:
    on = typed.get(NEGATED, "true" if negated else "false") == "true"
    return toggle_input(NEGATED, label=lang.t("Not"), title=lang.t("the others: where this does not hold"), on=on)


def field_screen(editing: Editing, typed: Typed, lang: Language, steps: Steps) -> list[Element]:
    """What the next test asks for: the usual ones at once, the rest from a list, or by name."""
    kind = _kind_here(editing)
    listed = listed_fields(lang, kind=kind, of_evidence=editing.in_piece)
    quick = [name for name, _ in listed[:6]] if editing.in_piece else list(_QUICK)
    labels = dict(listed)
    return [
        text_block(lang.t("What shall it ask for?"), size="Medium", heading=True),
        button_rows([steps.button(f"field:{name}", labels.get(name, name), alone=True) for name in quick]),
        choices(
            FIELD,
            [choice(label, name) for name, label in listed],
            label=lang.t("Or one of these"),
            value=typed.get(FIELD, ""),
            placeholder=lang.t("Field"),
            search=True,
        ),
        text_input(
            OTHER,
            label=lang.t("Or by its name"),
            placeholder="evidence.file.fileDetails.issuer" if editing.in_piece else "label.team",
            value=typed.get(OTHER, ""),
            max_length=_NAME,
        ),
        button_rows([steps.button("field", lang.t("Next"), primary=True), _back(lang, steps)]),
    ]


def _kind_here(editing: Editing) -> str:
    """The kind of the piece of evidence in which somebody is, where it says one."""
    for end in range(len(editing.path) + 1):
        node, _ = without_not(node_at(editing.condition, editing.path[:end]))
        if isinstance(node, Piece):
            kinds = [test.values for test in tests_of(node) if test.field == Field("kind") and test.op is Op.IS]
            return kinds[0][0] if kinds and len(kinds[0]) == 1 else ""
    return ""


def evidence_screen(_editing: Editing, typed: Typed, lang: Language, steps: Steps) -> list[Element]:
    """A piece of evidence: its kind and its role. Its properties are added to it afterwards."""
    kinds = sorted(((kind_name(kind, lang), kind) for kind in KINDS), key=lambda one: one[0].casefold())
    roles = [choice(lang.term(vocabulary.ROLES, role), role) for role in vocabulary.ROLES]
    return [
        text_block(lang.t("One and the same piece of evidence"), size="Medium", heading=True),
        choices(
            KIND,
            [choice(label, kind) for label, kind in kinds],
            label=lang.t("Kind"),
            value=typed.get(KIND, ""),
            placeholder=lang.t("any"),
            search=True,
        ),
        choices(ROLE, roles, label=lang.t("Role"), value=typed.get(ROLE, ""), placeholder=lang.t("any")),
        rich(run(lang.t("Its name and properties can be added next.")), spacing="Small"),
        button_rows([steps.button("piece", lang.t("Add"), primary=True), _back(lang, steps)]),
    ]


def _back(lang: Language, steps: Steps) -> Action:
    return steps.button("back", lang.t("Back"), alone=True)
