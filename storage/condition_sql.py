"""What conditions need and the two databases spell differently: texts without case, and values inside of JSON."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Text,
    and_,
    case,
    cast,
    collate,
    func,
    literal_column,
    null,
    select,
    type_coerce,
)

from bot.alerts.condition_values import DIGITS, FOLDING, Segments
from storage.tables import alerts

#: Words of the databases, written out: there are many in one condition, and a statement has only so many parameters.
_ARRAY, _OBJECT, _TEXT, _STRING = (literal_column(f"'{word}'", Text) for word in ("array", "object", "text", "string"))
_INTEGER, _NUMBER, _BOOLEAN = (literal_column(f"'{word}'", Text) for word in ("integer", "number", "boolean"))
_TRUE, _FALSE = literal_column("'true'", Text), literal_column("'false'", Text)
_ONE, _NONE = literal_column("'[0]'", Text), literal_column("'{}'", Text)


@dataclass(frozen=True, slots=True)
class Found:
    """Values inside of JSON: a row each, in `rows`, where `only` holds. `value` is NULL for what is no text."""

    rows: Sequence[FromClause]
    value: ColumnElement[str]
    only: ColumnElement[bool]


class Speech(Protocol):
    """One database's way of saying things. Names of JSON members are as they are spelt, but for folded ones."""

    def folded(self, text: ColumnElement[str], patterns: Iterable[Segments]) -> ColumnElement[str]:
        """The text without case, at least as far as these patterns, which have none, could tell."""
        ...

    def after_colon(self, text: ColumnElement[str]) -> ColumnElement[str]:
        """What follows the first colon, or everything."""
        ...

    def text_at(self, json: ColumnElement[Any], path: Sequence[str]) -> ColumnElement[str]:
        """The text at a path, or NULL."""
        ...

    def texts_in(self, json: ColumnElement[Any], name: str | None) -> Found:
        """The texts of an array, or of the array that is a member."""
        ...

    def member(self, json: ColumnElement[Any], name: str, folded: str) -> Found:
        """The texts that an object's member has as its own members of a folded name."""
        ...

    def at_folded_path(self, json: ColumnElement[Any], path: Sequence[str]) -> Found:
        """As condition_values.texts_at: the texts at a path of folded names, those in lists too."""
        ...


class Sqlite:
    """SQLite folds ASCII; beyond it calls `fold` of condition_values."""

    def folded(self, text: ColumnElement[str], patterns: Iterable[Segments]) -> ColumnElement[str]:
        ascii_alone = all(segment.isascii() for segments in patterns for segment in segments)
        return func.lower(text, type_=Text) if ascii_alone else func.fold(text, type_=Text)

    def after_colon(self, text: ColumnElement[str]) -> ColumnElement[str]:
        return func.substr(text, func.instr(text, ":") + 1, type_=Text)

    def text_at(self, json: ColumnElement[Any], path: Sequence[str]) -> ColumnElement[str]:
        where = _sqlite_path(path)
        is_text = func.json_type(json, where, type_=Text) == _TEXT
        return case((is_text, func.json_extract(json, where, type_=Text)), else_=null())

    def texts_in(self, json: ColumnElement[Any], name: str | None) -> Found:
        rows = _each(json, "value", "type", name="item", path=_sqlite_path([name] if name else []))
        return Found((rows,), _text(rows.c.value), rows.c.type == _TEXT)

    def member(self, json: ColumnElement[Any], name: str, folded: str) -> Found:
        rows = _each(json, "key", "value", "type", name="member", path=_sqlite_path([name]))
        only = and_(self.folded(_text(rows.c.key), [(folded,)]) == folded, rows.c.type == _TEXT)
        return Found((rows,), _text(rows.c.value), only)

    def at_folded_path(self, json: ColumnElement[Any], path: Sequence[str]) -> Found:
        rows: list[FromClause] = []
        only: list[ColumnElement[bool]] = []
        value: ColumnElement[Any] = null()
        for depth, name in enumerate(path):
            own = _each(json, "key", "value", "type", name=f"own_{depth}")
            # A list stands for what is in it; anything else is given one row that nobody looks at.
            is_list = own.c.type == _ARRAY
            inner = _each(case((is_list, own.c.value), else_=_ONE), "value", "type", name=f"inner_{depth}")
            rows += [own, inner]
            only.append(self.folded(_text(own.c.key), [(name,)]) == name)
            json = case(
                (own.c.type == _OBJECT, own.c.value),
                (and_(is_list, inner.c.type == _OBJECT), inner.c.value),
                else_=_NONE,
            )
            value = case((is_list, _sqlite_scalar(inner)), else_=_sqlite_scalar(own))
        return Found(rows, value, and_(*only))


class Postgresql:
    """PostgreSQL folds ASCII whatever its locale is; beyond it, the letters that are looked for."""

    def folded(self, text: ColumnElement[str], patterns: Iterable[Segments]) -> ColumnElement[str]:
        small = func.lower(collate(text, "C"), type_=Text)
        wanted = {letter for segments in patterns for segment in segments for letter in segment if not letter.isascii()}
        others = [(other, letter) for letter in sorted(wanted) for other in _other_cases().get(letter, "")]
        if not others:
            return small
        return func.translate(small, *("".join(column) for column in zip(*others, strict=True)), type_=Text)

    def after_colon(self, text: ColumnElement[str]) -> ColumnElement[str]:
        return func.substr(text, func.strpos(text, ":") + 1, type_=Text)

    def text_at(self, json: ColumnElement[Any], path: Sequence[str]) -> ColumnElement[str]:
        found = _at(json, path)
        return case((func.json_typeof(found, type_=Text) == _STRING, _plain(found)), else_=null())

    def texts_in(self, json: ColumnElement[Any], name: str | None) -> Found:
        array = _at(json, [name]) if name else json
        rows = func.json_array_elements(array).table_valued("value", name="item", joins_implicitly=True)
        return Found((rows,), _plain(rows.c.value), func.json_typeof(rows.c.value, type_=Text) == _STRING)

    def member(self, json: ColumnElement[Any], name: str, folded: str) -> Found:
        rows = func.json_each(_at(json, [name])).table_valued("key", "value", name="member", joins_implicitly=True)
        is_text = func.json_typeof(rows.c.value, type_=Text) == _STRING
        return Found(
            (rows,),
            _plain(rows.c.value),
            and_(self.folded(_text(rows.c.key), [(folded,)]) == folded, is_text),
        )

    def at_folded_path(self, json: ColumnElement[Any], path: Sequence[str]) -> Found:
        rows: list[FromClause] = []
        only: list[ColumnElement[bool]] = []
        value: ColumnElement[Any] = null()
        for depth, name in enumerate(path):
            own = func.json_each(json).table_valued("key", "value", name=f"own_{depth}", joins_implicitly=True)
            is_list = func.json_typeof(own.c.value, type_=Text) == _ARRAY
            listed = case((is_list, own.c.value), else_=func.json_build_array(own.c.value))
            inner = func.json_array_elements(listed).table_valued("value", name=f"inner_{depth}", joins_implicitly=True)
            rows += [own, inner]
            only.append(self.folded(_text(own.c.key), [(name,)]) == name)
            is_object = func.json_typeof(inner.c.value, type_=Text) == _OBJECT
            json = case((is_object, inner.c.value), else_=func.json_build_object())
            value = _postgresql_scalar(inner.c.value)
        return Found(rows, value, and_(*only))


def _each(json: ColumnElement[Any], *columns: str, name: str, path: str = "$") -> FromClause:
    found: FromClause = func.json_each(json, path).table_valued(*columns, name=name, joins_implicitly=True)
    return found


def _text(value: ColumnElement[Any]) -> ColumnElement[str]:
    return type_coerce(value, Text)


def _sqlite_path(path: Iterable[str]) -> str:
    """For names of ours and of Graph's, which are letters and digits."""
    return "".join(("$", *(f".{name}" for name in path)))


def _sqlite_scalar(row: FromClause) -> ColumnElement[Any]:
    bound = 10**DIGITS - 1
    is_whole = and_(row.c.type == _INTEGER, type_coerce(row.c.value, BigInteger).between(-bound, bound))
    return case(
        (row.c.type == _TEXT, row.c.value),
        (row.c.type.in_([_TRUE, _FALSE]), row.c.type),
        (is_whole, cast(row.c.value, Text)),
        else_=null(),
    )


def _at(json: ColumnElement[Any], path: Sequence[str]) -> ColumnElement[Any]:
    return func.json_extract_path(json, *path)


def _plain(json: ColumnElement[Any]) -> ColumnElement[str]:
    """A scalar's own text, by the empty path."""
    return json.op("#>>", return_type=Text())(literal_column("'{}'"))


def _postgresql_scalar(json: ColumnElement[Any]) -> ColumnElement[Any]:
    kind, plain = func.json_typeof(json, type_=Text), _plain(json)
    return case(
        (kind.in_([_STRING, _BOOLEAN]), plain),
        (and_(kind == _NUMBER, plain.op("~")(f"^-?[0-9]{{1,{DIGITS}}}$")), plain),
        else_=null(),
    )


@lru_cache(maxsize=1)
def _other_cases() -> dict[str, str]:
    """The characters that fold into each other one."""
    others: dict[str, str] = {}
    for code, to in FOLDING.items():
        others[chr(to)] = others.get(chr(to), "") + chr(code)
    return others


def _alert_types() -> Any:  # noqa: ANN401 - a recursive CTE
    """Every alert type once, along its index: the first, and then always the next. The last row is NULL."""
    other = alerts.alias("other")
    first = select(func.min(other.c.alert_type).label("value")).where(other.c.alert_type != literal_column("''"))
    types = first.cte("alert_types", recursive=True)
    after = alerts.alias("after")
    following = (
        select(func.min(after.c.alert_type))
        .where(after.c.alert_type != literal_column("''"), after.c.alert_type > types.c.value)
        .correlate(types)
        .scalar_subquery()
    )
    return types.union_all(select(following).where(types.c.value.is_not(None)))


SQLITE: Speech = Sqlite()
POSTGRESQL: Speech = Postgresql()

#: A column `value`; its statement adds it as WITH RECURSIVE.
ALERT_TYPES = _alert_types()
