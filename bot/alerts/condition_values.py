"""What conditions compare: texts without case, wildcards as segments, and points in time.

`fold` is the one definition of "not case sensitive". It turns each character into at most one other, ASCII into ASCII
and the rest into the rest, so that both databases can do exactly the same: see storage/conditions.py. So `Ü` is `ü` and
`Σ`, `σ`, `ς` are one, but `ß` is not `ss`, and composed and decomposed accents differ.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

#: A wildcard pattern, cut at its stars: the first piece is how a text begins, the last how it ends, the others are
#: found between them in order. One piece alone is the whole text.
Segments = tuple[str, ...]

#: Where Unicode keeps letters that have case.
_CASED = (range(0x80, 0x2D30), range(0xA640, 0xABC0), range(0xFF21, 0xFF5B), range(0x10400, 0x10D90))


def _folding() -> dict[int, int]:
    pairs = {code: chr(code).casefold() for block in _CASED for code in block}
    table = {code: ord(to) for code, to in pairs.items() if len(to) == 1 and ord(to) != code and not to.isascii()}
    return table | {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


#: From each character that has another case to the one that stands for both.
FOLDING: Mapping[int, int] = _folding()


def fold(text: str) -> str:
    """The text without case, of the same length."""
    return text.lower() if text.isascii() else text.translate(FOLDING)


def squash(text: str) -> str:
    """Letters and digits only, without case: `No threats found` is `noThreatsFound`."""
    return "".join(filter(str.isalnum, fold(text)))


def fits(segments: Segments, text: str) -> bool:
    """Whether a text fits a pattern, both folded. Linear: each segment is searched for once, after the last one."""
    if len(segments) == 1:
        return text == segments[0]
    first, last = segments[0], segments[-1]
    at, end = len(first), len(text) - len(last)
    if end < at or not text.startswith(first) or not text.endswith(last):
        return False
    for segment in segments[1:-1]:
        found = text.find(segment, at, end)
        if found < 0:
            return False
        at = found + len(segment)
    return True


#: A whole number has at most so many digits; longer ones are text to nobody.
DIGITS = 18
_BOUND = 10**DIGITS


def scalar_text(value: object) -> str:
    """A property's value as a text to compare: texts, whole numbers, true and false; anything else is empty."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) and -_BOUND < value < _BOUND else ""


def texts_at(properties: Mapping[str, Any], path: Iterable[str]) -> list[str]:
    """All texts at a path of folded names. A list stands for what is in it."""
    found: list[Any] = [properties]
    for name in path:
        within: list[Any] = []
        for value in found:
            if isinstance(value, Mapping):
                for key, inner in value.items():
                    if fold(key) == name:
                        within.extend(inner if isinstance(inner, list | tuple) else (inner,))
        found = within
    return [text for value in found if (text := scalar_text(value))]


def text_at(properties: Mapping[str, Any], path: Iterable[str]) -> str:
    """The text at a path of names as they are spelt, or nothing."""
    found: Any = properties
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, str) else ""


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` on and before `end`; a moment is its own end."""

    start: datetime
    end: datetime


_AGO = re.compile(r"([0-9]{1,6})([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

#: How far back a relative time may lie.
_LONGEST = timedelta(days=36_500)


def is_ago(value: str) -> bool:
    return _AGO.fullmatch(value) is not None


@lru_cache(maxsize=4_096)
def read_time(value: str) -> timedelta | Span:
    """`7d` is how long ago, `2026-11-21` that day, `2026-11-21T08:00` that moment; without a zone it is UTC.

    Raises ValueError.
    """
    if match := _AGO.fullmatch(value):
        ago = timedelta(**{_UNITS[match[2]]: int(match[1])})
        if ago > _LONGEST:
            raise ValueError("too long ago")
        return ago
    is_day = len(value) == len("2026-11-21")
    moment = datetime.fromisoformat(value)
    if not 1900 <= moment.year <= 9000:
        raise ValueError("no time that an alert could have")
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return Span(moment, moment + timedelta(days=1) if is_day else moment)


def span_of(value: str, now: datetime, *, ahead: bool = False) -> Span:
    """Which time a value means now; a length of time is so long ago, or with `ahead` so long from now."""
    read = read_time(value)
    if isinstance(read, timedelta):
        moment = now + read if ahead else now - read
        return Span(moment, moment)
    return read
