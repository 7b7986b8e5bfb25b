"""Conditions as people type them: `severity>=medium service:endpoint (user:ana or user:bo) not tag:lab`.

Tests side by side must all hold; `or` binds weaker, `not` and a leading minus stronger. A value stands in quotes where
it has blanks, brackets or commas; two quotes inside of quotes are one, a backslash is a backslash.
"""

import re
from collections.abc import Callable

from bot.alerts.condition import (
    EVERYTHING,
    MAX_DEPTH,
    MAX_TEXT,
    And,
    Condition,
    ConditionError,
    Field,
    Not,
    Op,
    Or,
    Piece,
    Test,
    all_of,
    any_of,
)
from bot.alerts.condition_checks import check, check_within_piece, make_test, spelling
from bot.alerts.condition_fields import Sort, canonical, find_field, name_of, spec_of
from bot.alerts.condition_values import fold
from bot.alerts.errors import say

_SIGNS = {
    ":": Op.IS,
    "=": Op.EQUALS,
    "~": Op.CONTAINS,
    "^": Op.STARTS,
    "<": Op.BELOW,
    "<=": Op.AT_MOST,
    ">": Op.ABOVE,
    ">=": Op.AT_LEAST,
}
_SIGN_OF = {op: sign for sign, op in _SIGNS.items()}

#: Phones make straight quotes curly.
_CURLY = "“”„"
_QUOTES = frozenset('"' + _CURLY)
_STEP = r"(?:[\w@$/-]+|\*|\"(?:[^\"]|\"\")*\")"
_FIELD = re.compile(rf"([^\W\d][\w-]*)((?:\.{_STEP})*)(!=|<=|>=|[:=~^<>])")
_STEPS = re.compile(rf"\.({_STEP})")
_VALUE = re.compile(rf"[^\s(),\"{_CURLY}]+")
_WORD = re.compile(rf"[^\s()\"{_CURLY}]+")
_KEYWORDS = {"and", "or", "not"}

#: Bare words that need no quotes when they are written.
_PLAIN_WORD = re.compile(r"#?\w[\w./\\*-]*")


def parse(text: str, *, limit: int = MAX_TEXT) -> Condition:
    """The condition that a text says; an empty one says everything. Raises ConditionError, which names the place."""
    if len(text) > limit:
        message = say("a condition has at most {most} characters", most=limit)
        raise ConditionError("longText", message, position=limit, length=len(text) - limit)
    return check(_Parser(text).whole())


def to_text(condition: Condition) -> str:
    """How a condition is typed; `parse` gives the same one again."""
    match condition:
        case Test():
            return _test_text(condition)
        case And(parts):
            return " ".join(_grouped(part) for part in parts) if parts else "*"
        case Or(parts):
            return " or ".join(_grouped(part) for part in parts)
        case Not(part):
            return f"not {_grouped(part)}"
        case Piece(part):
            return f"evidence({to_text(part)})"


def _grouped(part: Condition) -> str:
    return f"({to_text(part)})" if isinstance(part, And | Or) and part != EVERYTHING else to_text(part)


def _test_text(test: Test) -> str:
    spec = spec_of(test.field)
    if spec.sort is Sort.WORDS:
        value = test.values[0]
        plain = _PLAIN_WORD.fullmatch(value) and fold(value) not in _KEYWORDS
        return value if plain else _quoted(value)
    name = name_of(test.field)
    if test.op is Op.EXISTS:
        return f"{name}:*"
    shown: dict[str, str] = {}
    if test.op in {Op.IS, Op.EQUALS} and not spec.choices:
        for word, value in spec.words.items():
            shown.setdefault(value, word)
    values = (shown.get(value, value) for value in test.values)
    written = ",".join(value if _VALUE.fullmatch(value) else _quoted(value) for value in values)
    return f"{name}{_SIGN_OF[test.op]}{written}"


def _quoted(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'


class _Parser:
    """Goes through a text once, from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._nested = 0
        self._in_piece = False

    def whole(self) -> Condition:
        self._blanks()
        if not self._ahead():
            return EVERYTHING
        condition = self._either()
        if self._ahead():
            raise _error("unopened", say("this bracket closes nothing"), self._at, 1)
        return condition

    def _either(self) -> Condition:
        parts = [self._all()]
        while self._keyword("or"):
            parts.append(self._all())
        return any_of(*parts)

    def _all(self) -> Condition:
        parts = [self._one()]
        while self._ahead() not in {"", ")"} and not self._sees("or"):
            self._keyword("and")
            parts.append(self._one())
        return all_of(*parts)

    def _one(self) -> Condition:
        start = self._at
        if self._ahead() in {"", ")"} or self._sees("or") or self._sees("and"):
            found = _WORD.match(self._text, start)
            length = found.end() - start if found else 1
            raise _error("noTest", say("a condition is missing here"), start, length, "severity:high")
        minus = self._takes("-")
        if minus and not self._ahead().strip():
            raise _error("noTest", say("a condition is missing here"), start, 1, "-tag:lab")
        if minus or self._keyword("not"):
            return Not(self._inside(self._one, start))
        if self._text.startswith("(", start):
            return self._bracket(start, 1)
        if fold(self._text[start : start + len("evidence(")]) == "evidence(":
            return self._piece(start)
        return self._test(start)

    def _piece(self, start: int) -> Condition:
        if self._in_piece:
            raise _error("pieceInPiece", say("evidence(…) cannot stand inside of evidence(…)"), start, len("evidence("))
        self._in_piece = True
        part = self._bracket(start, len("evidence("))
        self._in_piece = False
        return Piece(part)

    def _bracket(self, start: int, length: int) -> Condition:
        self._at = start + length
        self._blanks()
        condition = self._inside(self._either, start)
        if not self._ahead():
            raise _error("unclosed", say("this bracket is not closed"), start, length)
        self._at += 1
        self._blanks()
        return condition

    def _inside(self, read: Callable[[], Condition], start: int) -> Condition:
        self._nested += 1
        if self._nested > MAX_DEPTH:
            raise _error("tooDeep", say("more than {most} groups stand in each other", most=MAX_DEPTH), start, 1)
        condition = read()
        self._nested -= 1
        return condition

    def _test(self, start: int) -> Condition:
        match = _FIELD.match(self._text, start)
        if match is None:
            return self._words(start)
        steps = (match[1], *(_step(step[1]) for step in _STEPS.finditer(match[2])))
        try:
            field = canonical(find_field(steps))
        except ConditionError as error:
            raise self._no_field(error, start, match.end(2)) from None
        self._at = match.end()
        op = _SIGNS.get(match[3], Op.EQUALS)
        test = self._asked(field, op, start)
        return Not(test) if match[3] == "!=" else test

    def _no_field(self, error: ConditionError, start: int, end: int) -> ConditionError:
        """Where nothing like it is a field, words were meant, such as a web address."""
        word = _WORD.match(self._text, start)
        if error.suggestion or word is None:
            return error.at(start, end - start)
        return _error(error.reason, error.message, start, len(word[0]), _quoted(word[0]))

    def _asked(self, field: Field, op: Op, start: int) -> Test:
        """The test of a field whose values come next."""
        typed: list[str] = []
        while not typed or self._takes(","):
            at = self._at
            value = self._value(field)
            typed.append(value)
            if value.strip("*") or op is not Op.IS:
                try:
                    spelling(field, op, value)
                except ConditionError as error:
                    raise error.at(at, self._at - at) from None
        return self._made(field, op, typed, start)

    def _words(self, start: int) -> Condition:
        if self._ahead() in _QUOTES:
            value = self._quotes()
        else:
            match = _WORD.match(self._text, start)
            self._at = match.end() if match else start
            value = self._text[start : self._at]
        if value and not value.strip("*"):
            self._end_of_value()
            return EVERYTHING
        return self._made(Field("words"), Op.IS, [value], start)

    def _made(self, field: Field, op: Op, typed: list[str], start: int) -> Test:
        try:
            test = make_test(field, op, *typed)
            if self._in_piece:
                check_within_piece(test)
        except ConditionError as error:
            raise error.at(start, self._at - start) from None
        self._end_of_value()
        return test

    def _value(self, field: Field) -> str:
        if self._ahead() in _QUOTES:
            return self._quotes()
        match = _VALUE.match(self._text, self._at)
        if match is None:
            message = say("{name} needs a value", name=name_of(field))
            raise _error("noValue", message, self._at, 1, spec_of(field).example)
        self._at = match.end()
        return match[0]

    def _quotes(self) -> str:
        start = self._at
        ends = '"' if self._ahead() == '"' else _CURLY + '"'
        at, value = start + 1, ""
        while at < len(self._text):
            character = self._text[at]
            if character not in ends:
                value += character
            elif ends == '"' and self._text.startswith('""', at):
                value += '"'
                at += 1
            else:
                self._at = at + 1
                return value
            at += 1
        raise _error("unclosedQuote", say("these quotes are not closed"), start, len(self._text) - start)

    def _end_of_value(self) -> None:
        """What follows a value is a blank, a closing bracket or the end."""
        if self._ahead() not in {"", ")"} and not self._ahead().isspace():
            message = say("a blank is missing here; a value with brackets, commas or quotes stands in quotes")
            raise _error("noBlank", message, self._at, 1, 'title:"a, b (c)"')
        self._blanks()

    def _sees(self, keyword: str) -> bool:
        match = _WORD.match(self._text, self._at)
        return match is not None and fold(match[0]) == keyword

    def _keyword(self, keyword: str) -> bool:
        if not self._sees(keyword):
            return False
        self._at += len(keyword)
        self._blanks()
        return True

    def _takes(self, character: str) -> bool:
        taken = self._text.startswith(character, self._at)
        self._at += taken
        return taken

    def _blanks(self) -> None:
        while self._ahead().isspace():
            self._at += 1

    def _ahead(self) -> str:
        """The next character, or nothing at the end."""
        return self._text[self._at : self._at + 1]


def _step(step: str) -> str:
    return step[1:-1].replace('""', '"') if step.startswith('"') else step


def _error(reason: str, message: str, position: int, length: int, suggestion: str = "") -> ConditionError:
    return ConditionError(reason, message, position=position, length=length, suggestion=suggestion)
