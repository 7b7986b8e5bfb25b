import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.json_body import read_json
from bot.sources.text import clean_text, short

#: What PostgreSQL, SQLite, XML (so Excel) or a terminal stumble over, and what makes people misread.
_HARMFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)

POISON = [
    ("nul\x00byte", "nulbyte"),
    ("bell\x07 escape\x1b[31m", "bell escape[31m"),
    ("dos\r\nline, mac\rline", "dos\nline, mac\nline"),
    ("form\x0cfeed \x08backspace", "formfeed backspace"),
    ("next\x85line", "next\nline"),
    ("c1\x9b31m del\x7f", "c131m del"),
    ("half \ud83d a face", "half \ufffd a face"),
    ("other half \ude00", "other half \ufffd"),
    ("invoice\u202egpj.exe", "invoice[U+202E]gpj.exe"),
    ("\u2066isolated\u2069", "[U+2066]isolated"),
    ("mark\u200f\u200e\u061c", "mark"),
    ("no character \ufffe\uffff", "no character \ufffd\ufffd"),
]
FINE = [
    "",
    "plain",
    "tab\tand\nnewline",
    "ünïcode",
    "שלום",
    "👩‍🚒 zwj",
    "C:\\Users\\bfr\\u0000",
    "=1+1",
    "\ufffd",
    "\u00a0",
]


@pytest.mark.parametrize(("text", "clean"), POISON)
def test_poison_is_made_harmless(text: str, clean: str) -> None:
    assert clean_text(text) == clean


@pytest.mark.parametrize("text", FINE)
def test_fine_text_stays(text: str) -> None:
    assert clean_text(text) == text


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize(("text", "clean"), [*POISON, *((text, text) for text in FINE)])
def test_a_body_is_cleaned_in_values_and_keys_however_it_is_encoded(text: str, clean: str, ascii_only: bool) -> None:
    body = _body({"key " + text: [{"deep": text}], "plain": "x"}, ascii_only=ascii_only)
    assert read_json(body) == {"key " + clean: [{"deep": clean}], "plain": "x"}


@given(st.text(st.characters()), st.booleans())
def test_nothing_harmful_passes_and_cleaning_twice_changes_nothing(text: str, ascii_only: bool) -> None:
    clean = clean_text(text)
    assert not _HARMFUL.search(clean)
    assert clean_text(clean) == clean
    assert read_json(_body(text, ascii_only=ascii_only)) == clean


@given(st.sampled_from(sorted({*range(0x2100), *range(0xD7F0, 0xE010), *range(0xFFF0, 0x10000)})))
def test_an_escape_in_a_body_is_cleaned_like_the_character(code: int) -> None:
    for escape in (f"\\u{code:04x}", f"\\u{code:04X}"):
        assert read_json(f'"a{escape}b"'.encode()) == clean_text(f"a{chr(code)}b")


def test_short_text_is_one_line_and_says_where_it_was_cut() -> None:
    assert short("  two \n lines\t", 20) == "two lines"
    assert short("x" * 21, 20) == "x" * 19 + "…"
    assert len(short("word " * 1_000_000, 20)) <= 20


def _body(value: object, *, ascii_only: bool) -> bytes:
    """JSON, with everything escaped or with nothing escaped that need not be."""
    text = json.dumps(value, ensure_ascii=ascii_only)
    return re.sub("[\ud800-\udfff]", lambda half: f"\\u{ord(half[0]):04X}", text).encode()
