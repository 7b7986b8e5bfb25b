"""JSON from outside: within limits, finite, and with clean text."""

import json
from typing import Any, NoReturn

from bot.sources.outcome import BadPayload
from bot.sources.text import clean_tree, may_be_dirty

__all__ = ["MAX_BYTES", "MAX_DEPTH", "MAX_DIGITS", "MAX_NODES", "BadPayload", "as_text", "read_json", "read_json_text"]

MAX_BYTES = 8 * 1024 * 1024
#: Values of any type; the keys of objects are not counted.
MAX_NODES = 250_000
MAX_DEPTH = 64
#: Of an integer: enough for any 128-bit number.
MAX_DIGITS = 40

_BOM = b"\xef\xbb\xbf"
#: `{` and `[` alike, so that one pass takes away the innermost of both.
_BRACKETS = bytes.maketrans(b"{}", b"[]")
_NOT_BRACKETS = bytes(code for code in range(256) if code not in b"[]{}")


#: A JSON value as compact text. Plain ASCII: whatever a string holds, its JSON can be stored.
as_text = json.JSONEncoder(separators=(",", ":")).encode


def read_json(body: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """The body's value, its strings cleaned (`text.clean_text`). A key given twice keeps its last value.

    Raises BadPayload: not UTF-8 (a byte order mark is fine), not JSON, NaN or infinite, or beyond the limits above.
    """
    return read_json_text(body)[0]


def read_json_text(body: bytes) -> tuple[Any, str]:
    """The same, and the text that it was read from; what is made of the cleaned value where there was need to clean."""
    if len(body) > MAX_BYTES:
        raise BadPayload("", f"is longer than {MAX_BYTES} bytes")
    body = body.removeprefix(_BOM)
    _check_shape(body)
    try:
        text = body.decode()
        value = _DECODER.decode(text)
    except UnicodeDecodeError as error:
        raise BadPayload("", f"is not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        why = "is empty" if not body.strip() else f"is not JSON: {error.msg}, line {error.lineno} column {error.colno}"
        raise BadPayload("", why) from None
    if not may_be_dirty(body, text):
        return value, text
    value = clean_tree(value)
    return value, as_text(value)


def _check_shape(body: bytes) -> None:
    """Refuse bombs before anything is built of them.

    What stands in strings is looked at only where the cheap count, which takes strings for structure, exceeds a limit.
    """
    opened = body.count(b"[") + body.count(b"{")
    if opened <= MAX_DEPTH and opened + body.count(b",") < MAX_NODES:
        return
    unescaped = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    # A string is a value or a key of one, so more quotes than this mean more nodes than allowed.
    if unescaped.count(b'"') > 4 * MAX_NODES:
        raise BadPayload("", f"has more than {MAX_NODES} values")
    # Every string becomes a 0. Then there is a value after each comma and each bracket, but for those of empty ones.
    bare = b"0".join(unescaped.split(b'"')[::2]).translate(None, b" \t\r\n")
    empty = bare.count(b"[]") + bare.count(b"{}")
    if bare.count(b"[") + bare.count(b"{") + bare.count(b",") - empty >= MAX_NODES:
        raise BadPayload("", f"has more than {MAX_NODES} values")
    brackets = bare.translate(_BRACKETS, _NOT_BRACKETS)
    for _ in range(MAX_DEPTH):
        brackets = brackets.replace(b"[]", b"")
    # Brackets that do not match remain as well: the decoder has better words for those that are not too many.
    if brackets.count(b"[") > MAX_DEPTH or b"[]" in brackets:
        raise BadPayload("", f"is nested deeper than {MAX_DEPTH}")


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise BadPayload("", f"has a number of more than {MAX_DIGITS} digits")
    return int(digits)


def _number(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise BadPayload("", "has a number beyond all bounds")
    return number


def _constant(name: str) -> NoReturn:
    raise BadPayload("", f"is not JSON: it has {name}")


_DECODER = json.JSONDecoder(parse_int=_integer, parse_float=_number, parse_constant=_constant)
