"""Conditions as SQL over `alerts`: the same as bot/alerts/condition_match.py, and a property test compares the two.

Texts are compared without case. Where only ASCII is looked for, only ASCII needs folding, which both databases do
alike. Beyond it PostgreSQL is told which letters to translate, and SQLite calls `fold` of condition_values, which its
connections have to know: `know_fold`.

Nothing in here may be NULL, because the opposite of NULL is NULL.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    and_,
    false,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    true,
)

from bot.alerts.condition import ANY_KIND, And, Condition, Field, Not, Op, Or, Piece, Test
from bot.alerts.condition_checks import NONE, patterns_of
from bot.alerts.condition_fields import Sort, Spec, spec_of
from bot.alerts.condition_match import flags, number_in, people_in, severities
from bot.alerts.condition_values import Segments, fold, is_ago, span_of
from bot.alerts.condition_vocabulary import NAMES
from bot.alerts.evidence import ASSET_KINDS
from storage.condition_sql import ALERT_TYPES, POSTGRESQL, SQLITE, Found, Speech
from storage.due import moment, overdue
from storage.tables import alerts, evidence, people

_EMPTY: ColumnElement[str] = literal_column("''")
_ONE: ColumnElement[int] = literal_column("1")

#: What in a pattern would be a wildcard of LIKE.
_LITERAL = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})


def condition_filter(
    condition: Condition, dialect: str, *, now: datetime, me: str | None = None
) -> ColumnElement[bool]:
    """The condition on `alerts` in the SQL of `dialect` ("sqlite" or "postgresql"), for the time `now`.

    `me` is whom the word `me` means, by Entra object id. The filter is to stand in a SELECT from `alerts` itself.
    """
    return _Filter(SQLITE if dialect == "sqlite" else POSTGRESQL, now, me).whole(condition)


def know_fold(connection: sqlite3.Connection) -> None:
    """Teaches a connection to SQLite what condition filters need of it."""
    connection.create_function("fold", 1, _fold, deterministic=True)


def _fold(text: str | None) -> str | None:
    return fold(text) if text is not None else None


class _Filter:
    def __init__(self, speech: Speech, now: datetime, me: str | None) -> None:
        self._speech = speech
        self._now = now
        self._me = me

    def whole(self, condition: Condition) -> ColumnElement[bool]:
        match condition:
            case Test(field):
                if spec_of(field).of_evidence:
                    return self._some_piece(condition)
                return self._test(condition)
            case And(parts):
                return and_(true(), *map(self.whole, parts))
            case Or(parts):
                return or_(false(), *map(self.whole, parts))
            case Not(part):
                return not_(self.whole(part))
            case Piece(part):
                return self._some_piece(part)

    def _some_piece(self, part: Condition) -> ColumnElement[bool]:
        """Along the index of entities where it names one, else along the alert's own evidence."""
        holds = self._piece(part)
        if _names_entity(part):
            return alerts.c.number.in_(select(evidence.c.alert).where(evidence.c.entity != _EMPTY, holds))
        its = evidence.c.alert == alerts.c.number
        return select(_ONE).select_from(evidence).where(its, holds).correlate(alerts).exists()

    def _piece(self, condition: Condition) -> ColumnElement[bool]:
        """Condition on `evidence`."""
        match condition:
            case Test():
                return self._of_piece(condition)
            case And(parts):
                return and_(true(), *map(self._piece, parts))
            case Or(parts):
                return or_(false(), *map(self._piece, parts))
            case Not(part):
                return not_(self._piece(part))
            case Piece():
                raise ValueError("a piece of evidence has no pieces")

    def _of_piece(self, test: Test) -> ColumnElement[bool]:
        match test.field.name:
            case "entity":
                return _fits(evidence.c.entity, test)
            case "role":
                return self._any(self._speech.texts_in(evidence.c.roles, None), test)
            case "evidencetag":
                return self._any(self._speech.texts_in(evidence.c.tags, None), test)
            case "evidence":
                return self._named(test)
            case name:
                return self._has(evidence.c[name], test)

    def _named(self, test: Test) -> ColumnElement[bool]:
        """What a piece is called, or one of its properties."""
        kind, *path = test.field.path or (ANY_KIND,)
        same = true() if kind == ANY_KIND else self._same(evidence.c.kind, kind)
        if path:
            found = self._speech.at_folded_path(evidence.c.properties, tuple(map(fold, path)))
            return and_(same, self._any(found, test))
        entity = self._speech.after_colon(evidence.c.entity)
        paths = [path for known, paths in NAMES.items() if kind in {ANY_KIND, known} for path in paths]
        names = (func.coalesce(self._speech.text_at(evidence.c.properties, path), "") for path in paths)
        return and_(same, or_(*(self._has(text, test) for text in (evidence.c.label, entity, *names))))

    def _test(self, test: Test) -> ColumnElement[bool]:
        spec = spec_of(test.field)
        match spec.sort:
            case Sort.WORDS:
                return self._words(test)
            case Sort.PERSON:
                return self._person(test)
            case Sort.CHOICE | Sort.RANK:
                return _choice(test, spec)
            case Sort.NUMBER | Sort.FLAG:
                return _number(test, spec) if spec.sort is Sort.NUMBER else _flag(test, spec, self._now)
            case Sort.TIME:
                return self._time(test, spec)
            case Sort.PROSE | Sort.WORD:
                return self._text(test, spec)

    def _text(self, test: Test, spec: Spec) -> ColumnElement[bool]:
        name = spec.attributes[0]
        match test.field:
            case Field("label", (label,)):
                return self._any(self._speech.member(alerts.c.rest, name, fold(label)), test)
            case Field("tag" | "mitre"):
                lists = (self._speech.texts_in(alerts.c.rest, attribute) for attribute in spec.attributes)
                return or_(*(self._any(found, test) for found in lists))
            case Field("type"):
                # Not empty, as the index says of itself.
                return and_(alerts.c.alert_type != _EMPTY, alerts.c.alert_type.in_(self._types(test)))
            case _:
                return self._has(self._column(name), test)

    def _column(self, name: str) -> ColumnElement[str]:
        """An alert's text, in a column of its own or among the rest."""
        if name in alerts.c:
            return alerts.c[name]
        return func.coalesce(self._speech.text_at(alerts.c.rest, [name]), "")

    def _types(self, test: Test) -> Any:  # noqa: ANN401 - a SELECT of texts
        """The alert types that fit. There are few, so they are sought first, and then the index finds their alerts."""
        return select(ALERT_TYPES.c.value).where(ALERT_TYPES.c.value.is_not(None), self._has(ALERT_TYPES.c.value, test))

    def _words(self, test: Test) -> ColumnElement[bool]:
        is_asset = and_(evidence.c.alert == alerts.c.number, evidence.c.kind.in_(ASSET_KINDS))
        named = select(_ONE).select_from(evidence).where(is_asset, self._has(evidence.c.label, test))
        texts = (self._has(self._column(name), test) for name in ("title", "description"))
        number = number_in(test.values[0])
        by_number = false() if number is None else alerts.c.number == literal(number, BigInteger)
        return or_(by_number, *texts, named.correlate(alerts).exists())

    def _person(self, test: Test) -> ColumnElement[bool]:
        who = alerts.c.assignee
        if test.op is Op.EXISTS:
            return who.is_not(None)
        me, nobody, by_name = people_in(test)
        ways: list[ColumnElement[bool]] = [false()]
        if nobody:
            ways.append(who.is_(None))
        if me and self._me is not None:
            ways.append(and_(who.is_not(None), who == self._me))
        if by_name is not None:
            names = or_(*(self._has(people.c[name], by_name) for name in ("name", "user_principal_name")))
            known = select(_ONE).select_from(people).where(people.c.object_id == who, names)
            ways += [self._has(func.coalesce(who, ""), by_name), known.correlate(alerts).exists()]
        return or_(*ways)

    def _time(self, test: Test, spec: Spec) -> ColumnElement[bool]:
        column = moment(spec.attributes[0])
        if test.op is Op.EXISTS:
            return column.is_not(None)
        tests = (self._in_time(column, test.op, value, ahead=spec.ahead) for value in test.values)
        return and_(column.is_not(None), or_(*tests))

    def _in_time(self, column: ColumnElement[datetime], op: Op, value: str, *, ahead: bool) -> ColumnElement[bool]:
        span = span_of(value, self._now, ahead=ahead)
        is_moment = span.start == span.end
        match op:
            case Op.BELOW:
                return column < span.start
            case Op.AT_MOST:
                return column <= span.start if is_moment else column < span.end
            case Op.ABOVE:
                return column > span.start if is_moment else column >= span.end
            case Op.AT_LEAST:
                return column >= span.start
            case _:
                if is_ago(value):
                    return column <= span.end if ahead else column >= span.start
                return and_(column >= span.start, column < span.end)

    def _same(self, text: ColumnElement[str], value: str) -> ColumnElement[bool]:
        folded = fold(value)
        return self._speech.folded(text, [(folded,)]) == folded

    def _has(self, text: ColumnElement[str], test: Test) -> ColumnElement[bool]:
        """Whether a text, which is not NULL, fits."""
        return _fits(text if test.op is Op.EXISTS else self._speech.folded(text, patterns_of(test)), test)

    def _any(self, found: Found, test: Test) -> ColumnElement[bool]:
        """Whether one of the texts inside of JSON fits."""
        held = select(_ONE).select_from(*found.rows).where(found.only, self._has(found.value, test))
        return held.correlate(alerts, evidence).exists()


def _names_entity(part: Condition) -> bool:
    """Whether a piece has to have one of some entities, each as a whole."""
    match part:
        case Test(Field("entity")):
            return part.op is not Op.EXISTS and all(len(segments) == 1 for segments in patterns_of(part))
        case And(parts):
            return any(map(_names_entity, parts))
        case Or(parts):
            return all(map(_names_entity, parts))
        case _:
            return False


def _fits(text: ColumnElement[str], test: Test) -> ColumnElement[bool]:
    """Whether a text without case, which is not NULL, fits one of the patterns."""
    if test.op is Op.EXISTS:
        return text != ""
    patterns = patterns_of(test)
    whole = [segments[0] for segments in patterns if len(segments) == 1]
    parts = [text.like(_like(segments), escape="\\") for segments in patterns if len(segments) > 1]
    # Grouped, so that many values make no deep expression.
    return or_(text.in_(whole) if whole else false(), *parts).self_group()


def _like(segments: Segments) -> str:
    return "%".join(segment.translate(_LITERAL) for segment in segments)


def _choice(test: Test, spec: Spec) -> ColumnElement[bool]:
    known = (
        func.coalesce(alerts.c[spec.attributes[0]], "")
        if spec.attributes == ("signal",)
        else alerts.c[spec.attributes[0]]
    )
    if test.op is Op.EXISTS:
        return known.not_in(["", spec.none])
    return known.in_(sorted(severities(test.op, test.values)) if spec.sort is Sort.RANK else test.values)


def _flag(test: Test, spec: Spec, now: datetime) -> ColumnElement[bool]:
    if test.field.name == "overdue":
        return or_(false(), *(overdue(now) if held else not_(overdue(now)) for held in sorted(flags(test))))
    column = alerts.c[spec.attributes[0]]
    return or_(false(), *(column.is_not(None) if held else column.is_(None) for held in sorted(flags(test))))


def _number(test: Test, spec: Spec) -> ColumnElement[bool]:
    column = alerts.c[spec.attributes[0]]
    if test.op is Op.EXISTS:
        return column.is_not(None)
    values = [literal(int(value), BigInteger) for value in test.values if value != NONE]
    none = column.is_(None) if NONE in test.values else false()
    return or_(none, and_(column.is_not(None), _compared(column, test.op, values)))


def _compared(column: ColumnElement[int], op: Op, values: Sequence[ColumnElement[int]]) -> ColumnElement[bool]:
    match op:
        case Op.BELOW:
            return column < values[0]
        case Op.AT_MOST:
            return column <= values[0]
        case Op.ABOVE:
            return column > values[0]
        case Op.AT_LEAST:
            return column >= values[0]
        case _:
            return column.in_(values)
