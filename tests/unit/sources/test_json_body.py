import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.json_body import MAX_BYTES, MAX_DEPTH, MAX_DIGITS, MAX_NODES, BadPayload, read_json


def test_ordinary_json_is_read_as_it_is() -> None:
    body = '{"a": [1, -2.5, true, null, "ä ✓ 👩‍🚒"], "b": {}}'.encode()
    assert read_json(body) == {"a": [1, -2.5, True, None, "ä ✓ 👩‍🚒"], "b": {}}


def test_a_byte_order_mark_is_tolerated() -> None:
    assert read_json(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


def test_a_key_given_twice_keeps_its_last_value() -> None:
    assert read_json(b'{"a": 1, "a": 2}') == {"a": 2}


@pytest.mark.parametrize(
    ("body", "why"),
    [
        pytest.param(b"", "is empty", id="nothing"),
        pytest.param(b" \r\n ", "is empty", id="blanks"),
        pytest.param(b'{"a": 1', "is not JSON", id="cut off"),
        pytest.param(b"{'a': 1}", "is not JSON", id="single quotes"),
        pytest.param(b'{"a": 1} {}', "is not JSON", id="two values"),
        pytest.param(b'{"a": "line\nbreak"}', "is not JSON", id="raw control character"),
        pytest.param(b'{"a": "\xff"}', "is not UTF-8", id="latin-1"),
        pytest.param(b'{"a": "\xed\xa0\x80"}', "is not UTF-8", id="encoded surrogate"),
        pytest.param('{"a": 1}'.encode("utf-16"), "is not UTF-8", id="utf-16 with mark"),
        pytest.param('{"a": 1}'.encode("utf-16-le"), "is not JSON", id="utf-16 without mark"),
        pytest.param(b'{"a": NaN}', "NaN", id="NaN"),
        pytest.param(b"[-Infinity]", "-Infinity", id="infinity"),
        pytest.param(b"[1e999]", "beyond all bounds", id="infinity in digits"),
        pytest.param(b"9" * 4_300, "digits", id="4,300 digits"),
        pytest.param(b"9" * 5_000, "digits", id="beyond what int() takes"),
        pytest.param(b"[" * 2_000 + b"]" * 2_000, "nested", id="2,000 arrays deep"),
        pytest.param(b'{"a":' * 2_000 + b"1" + b"}" * 2_000, "nested", id="2,000 objects deep"),
        pytest.param(b"[" * 2_000, "nested", id="2,000 arrays never closed"),
        pytest.param(b"[" * 3_000_000, "values", id="millions of arrays never closed"),
        pytest.param(b'{"a":"' + b'\\"' * 2_000_000, "is not JSON", id="a long string never closed"),
        pytest.param(b'["' + b"x" * MAX_BYTES + b'"]', "longer", id="over 8 MiB"),
    ],
)
def test_what_is_no_good_is_refused_with_a_reason(body: bytes, why: str) -> None:
    with pytest.raises(BadPayload) as refused:
        read_json(body)
    assert refused.value.pointer == ""
    assert why in refused.value.why


@pytest.mark.parametrize("element", ["1", '"a,b"', '""', "[]", "{ }", '{"a": 1}', '[""]'])
def test_the_limit_on_values_is_exact(element: str) -> None:
    per_element = 2 if element in {'{"a": 1}', '[""]'} else 1
    count, rest = divmod(MAX_NODES - 1, per_element)
    elements = [element] * count + ["0"] * rest
    assert len(read_json(f"[{','.join(elements)}]".encode())) == count + rest
    with pytest.raises(BadPayload, match="values"):
        read_json(f"[{','.join([*elements, '0'])}]".encode())


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
def test_the_limit_on_depth_is_exact(opening: str, closing: str) -> None:
    times = MAX_DEPTH // opening.count("[") if opening == "[" else MAX_DEPTH // len(closing)
    deepest = opening * times + "1" + closing * times
    # Enough siblings that the quick count cannot say yes by itself.
    siblings = ",[]" * MAX_DEPTH
    assert read_json(deepest.encode()) is not None
    with pytest.raises(BadPayload, match="nested"):
        read_json(f"[{deepest}{siblings}]".encode())


def test_structure_inside_of_strings_does_not_count() -> None:
    text = '[{,"\\' * 100_000
    assert read_json(json.dumps([text, "\\", '"', text]).encode()) == [text, "\\", '"', text]


def test_the_longest_integer_is_kept_exactly() -> None:
    assert read_json(b"9" * MAX_DIGITS) == 10**MAX_DIGITS - 1
    with pytest.raises(BadPayload, match="digits"):
        read_json(b"9" * (MAX_DIGITS + 1))


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64)
    | st.floats(allow_nan=False, allow_infinity=False)
    # Letters need no cleaning, whatever the alphabet.
    | st.text(st.characters(categories=["L", "N", "P"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(categories=["L"])), inner),
    max_leaves=40,
)


@given(_JSON, st.booleans())
def test_any_json_survives(value: Any, ascii_only: bool) -> None:
    assert read_json(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@given(st.binary(max_size=200) | st.text('[]{}",:\\ue0189\ud800tfn').map(lambda text: text.encode(errors="replace")))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with suppress(BadPayload):
        read_json(body)
