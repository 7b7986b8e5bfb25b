"""A test as a form asks for it: the names of the inputs, and what was typed into them as a test, both ways."""

import re
from collections.abc import Mapping

from bot.alerts.condition import ConditionError, Field, Op, Test
from bot.alerts.condition_checks import make_test
from bot.alerts.condition_fields import OPS, find_field, name_of, spec_of
from bot.alerts.condition_paths import without_not
from bot.alerts.condition_text import parse
from bot.alerts.errors import say

#: The names of what is typed; a step says where.
TEXT, OP, VALUES, CHOSEN, NEGATED = "c_text", "c_op", "c_values", "c_chosen", "c_not"
FIELD, OTHER, COMBINE, LINES = "c_field", "c_other", "c_combine", "c_lines"
KIND, ROLE = "c_kind", "c_role"

#: What was typed, by the input's name.
Typed = Mapping[str, str]


def read_test(field: Field, typed: Typed) -> Test:
    """The test as a form says it. Raises ConditionError."""
    try:
        op = Op(typed.get(OP) or Op.IS)
    except ValueError:
        raise ConditionError("badOp", say("{name} cannot be asked so", name=name_of(field))) from None
    if op not in OPS[spec_of(field).sort]:
        make_test(field, op)
    if op is Op.EXISTS:
        return make_test(field, op)
    chosen = [value for value in typed.get(CHOSEN, "").split(",") if value]
    return make_test(field, op, *(chosen or read_values(typed.get(VALUES, ""))))


#: A value in quotes, in which two quotes are one, or a line.
_LINE = re.compile(r'[ \t]*(?:"((?:[^"]|"")*)"[ \t]*(?=\n|$)|([^\n]*))(?:\n|$)')


def read_values(text: str) -> list[str]:
    """Values as a form has them: one on each line. Quotes keep blanks at the ends, and line ends."""
    values, at = [], 0
    while at < len(text):
        line = _LINE.match(text, at)
        if line is None or line.end() == at:
            break
        at = line.end()
        value = line[1].replace('""', '"') if line[1] is not None else line[2].strip()
        if value or line[1] is not None:
            values.append(value)
    return values


def write_values(values: tuple[str, ...]) -> str:
    return "\n".join(_quoted(value) if _needs_quotes(value) else value for value in values)


def _needs_quotes(value: str) -> bool:
    return value != value.strip() or "\n" in value or value.startswith('"') or not value


def _quoted(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'


def field_named(name: str) -> Field:
    """The field that a name means in the text form. Raises ConditionError."""
    if name == "words":
        return Field("words")
    test, _ = without_not(parse(f"{name}:*"))
    if not isinstance(test, Test):
        return find_field((name,))
    return test.field
