"""JSON from outside: its limits, and how its texts are cleaned."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.teams.strict_json import BadJson, clean_text, parse_json


def nested(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


def wide(values: int) -> bytes:
    return b"[" + b",".join([b"1"] * (values - 1)) + b"]"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b"\xff", "not UTF-8"),
        ("{}".encode("utf-16"), "not UTF-8"),
        (b'"\xed\xa0\x80"', "not UTF-8"),
        (b"NaN", "not finite"),
        (b"[-Infinity]", "not finite"),
        (b"1e999", "not finite"),
        (b"9223372036854775808", "64 bits"),
        (b"9" * 5000, "64 bits"),
        (nested(33), "32 levels"),
        (nested(100_000), "32 levels"),
        (b'{"a":' * 33 + b"1" + b"}" * 33, "32 levels"),
        (wide(20_001), "20000 values"),
        (b" " * (256 * 1024 + 1), "longer than 262144 bytes"),
    ],
)
def test_what_is_over_a_limit_is_refused_in_words(body: bytes, words: str) -> None:
    with pytest.raises(BadJson, match=words):
        parse_json(body)


@pytest.mark.parametrize(
    "body", [nested(32), wide(20_000), b"9223372036854775807", b"-9223372036854775807", b"1.5e300"]
)
def test_what_is_within_the_limits_is_read(body: bytes) -> None:
    assert parse_json(body) == json.loads(body)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("plain", "plain"),
        ("one\r\ntwo\rthree\n\tfour", "one\ntwo\nthree\n\tfour"),
        ("nul\x00bell\x07escape\x1b[31mdel\x7f", "nulbellescape[31mdel"),
        ("\ud83d and \udc00", "\ufffd and \ufffd"),
        ("😀 naïve \u202e 日本", "😀 naïve \u202e 日本"),
    ],
)
def test_texts_are_cleaned(text: str, clean: str) -> None:
    assert clean_text(text) == clean


def test_texts_are_cleaned_wherever_they_are() -> None:
    body = b'{"k\\u0000ey": ["a\\ud800", {"b": "c\\u0001"}], "smile": "\\ud83d\\ude00"}'
    assert parse_json(body) == {"key": ["a\ufffd", {"b": "c"}], "smile": "😀"}


def values(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    numbers = st.integers(-(2**63) + 1, 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    return st.recursive(
        st.none() | st.booleans() | numbers | texts,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
        max_leaves=20,
    )


@given(values(st.text(st.characters(exclude_categories=["Cc", "Cs"]))))
def test_good_json_stays_as_it_is(value: Any) -> None:
    assert parse_json(json.dumps(value).encode()) == value


@given(values(st.text(st.characters(exclude_categories=[]))))
def test_any_text_can_be_stored_afterwards(value: Any) -> None:
    parsed = json.dumps(parse_json(json.dumps(value).encode()), ensure_ascii=False)
    parsed.encode()
    assert "\\u" not in parsed.replace("\\\\", "")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        parse_json(body)
    except BadJson as error:
        assert str(error)  # noqa: PT017 - both outcomes are right
