"""Foreign text made harmless: both databases, Excel and a terminal take what comes out of here."""

import re
from typing import Any

#: Controls but newline and tab, what turns text around, halves of characters, and what XML forbids.
_DIRTY = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)

#: Those that a JSON body can hold as they are: C0 stands raw only between its tokens.
_RAW = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")

#: The same characters where JSON writes them as escapes. An escaped backslash before one of these letters matches too:
#: that costs a walk and changes nothing.
_DIRTY_ESCAPE = re.compile(rb"\\(?:[bfr]|u(?:00[0189]|007[fF]|061[cC]|20[026]|[dD][89a-fA-F]|[fF]{3}[eEfF]))")

#: These turn the text that follows; they stay visible, because a file named with one was named so on purpose.
_TURNS = (*range(0x202A, 0x202C), 0x202D, 0x202E, *range(0x2066, 0x2069))

#: These end a turn or mark a direction: invisible, and of no use once the turns are gone.
_MARKS = (0x061C, 0x200E, 0x200F, 0x202C, 0x2069)

_REPLACED: dict[int, str | None] = {
    **dict.fromkeys((*range(9), *range(11, 32), *range(0x7F, 0xA0), *_MARKS)),
    **dict.fromkeys((0x0D, 0x85), "\n"),
    **dict.fromkeys((*range(0xD800, 0xE000), 0xFFFE, 0xFFFF), "\ufffd"),
    **{code: f"[U+{code:04X}]" for code in _TURNS},
}


def clean_text(text: str) -> str:
    """Drop control characters, make every line end a newline, show or drop what turns text around.

    Lone surrogates become U+FFFD. Clean text comes back as it is; cleaning twice changes nothing more.
    """
    if not _DIRTY.search(text):
        return text
    return text.replace("\r\n", "\n").translate(_REPLACED)


def may_be_dirty(body: bytes, text: str) -> bool:
    """Whether a string of a JSON body, given encoded and decoded, could need cleaning. Quick when the answer is no."""
    if _DIRTY_ESCAPE.search(body):
        return True
    return "\x7f" in text if body.isascii() else _RAW.search(text) is not None


def clean_tree(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """The value with every string in it, keys too, cleaned."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {clean_text(key): clean_tree(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [clean_tree(inner) for inner in value]
    return value


def short(text: str, limit: int) -> str:
    """One line of at most `limit` characters."""
    if len(text) > limit:
        # Cut before splitting: a megabyte of words is not worth looking at.
        text = text[: 4 * limit]
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
