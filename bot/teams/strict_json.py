"""JSON from outside, with limits: what a parser accepts without complaint can still stop a database or a bot."""

import json
import math
import re
from typing import Final, NoReturn

MAX_BYTES: Final = 256 * 1024
MAX_DEPTH: Final = 32
MAX_NODES: Final = 20_000
_MAX_INTEGER: Final = 2**63 - 1
_INTEGER_DIGITS: Final = 20

_NEWLINES: Final = re.compile("\r\n?")
_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")


class BadJson(ValueError):
    """The body is not JSON that we take; the message says why, and repeats nothing of it."""


def parse_json(body: bytes) -> object:
    """Parse UTF-8 JSON: at most 32 levels and 20,000 values, no NaN or infinity, integers of at most 64 bits.

    Its strings come back clean (see `clean_text`). Raises BadJson.
    """
    if len(body) > MAX_BYTES:
        raise BadJson(f"the body is longer than {MAX_BYTES} bytes")
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise BadJson("the body is not UTF-8") from None
    try:
        value = json.loads(text, parse_constant=_no_constant, parse_float=_finite, parse_int=_bounded)
    except BadJson:
        raise
    except RecursionError:
        raise BadJson(f"the JSON is nested deeper than {MAX_DEPTH} levels") from None
    except ValueError:
        raise BadJson("the body is not JSON") from None
    return value if _is_plain(body, text) else _Cleaner().clean(value, depth=1)


def _is_plain(body: bytes, text: str) -> bool:
    """Whether a look at the bytes tells that there is nothing to clean, and nothing near the limits."""
    opened = body.count(b"{") + body.count(b"[")
    return opened <= MAX_DEPTH and opened + body.count(b",") < MAX_NODES and b"\\" not in body and text.isprintable()


def clean_text(text: str) -> str:
    """Text that every database, file format and terminal takes.

    Newlines become `\\n`, other control characters but the tab go, lone surrogates become U+FFFD.
    """
    if text.isprintable() and text.isascii():
        return text
    text = _CONTROLS.sub("", _NEWLINES.sub("\n", text))
    return _SURROGATES.sub("\ufffd", text)


class _Cleaner:
    """Walks a parsed value once: counts, measures and cleans."""

    def __init__(self) -> None:
        self._nodes = 0

    def clean(self, value: object, *, depth: int) -> object:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise BadJson(f"the JSON has more than {MAX_NODES} values")
        if isinstance(value, str):
            return clean_text(value)
        if isinstance(value, dict | list):
            if depth > MAX_DEPTH:
                raise BadJson(f"the JSON is nested deeper than {MAX_DEPTH} levels")
            if isinstance(value, list):
                return [self.clean(item, depth=depth + 1) for item in value]
            return {clean_text(key): self.clean(item, depth=depth + 1) for key, item in value.items()}
        return value


def _no_constant(_name: str) -> NoReturn:
    raise BadJson("the JSON has a number that is not finite")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise BadJson("the JSON has a number that is not finite")
    return number


def _bounded(digits: str) -> int:
    if len(digits) > _INTEGER_DIGITS or abs(number := int(digits)) > _MAX_INTEGER:
        raise BadJson("the JSON has an integer of more than 64 bits")
    return number
