import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.graph.ids import PREFIXES, canonical_id, split_id
from bot.sources.values import KEY_LENGTH

_GUID = "fa12b3c4-d5e6-4f70-8192-a3b4c5d6e7f8"
_TICKS = "638765432109876543_-1123581321"


@pytest.mark.parametrize(
    ("alert_id", "canonical"),
    [
        pytest.param(f"da{_TICKS}", _TICKS, id="endpoint"),
        pytest.param(_TICKS, _TICKS, id="endpoint, bare"),
        pytest.param("ed638765432109876543_42", "638765432109876543_42", id="positive hash"),
        pytest.param(f"aa{_GUID}", _GUID, id="identity"),
        pytest.param(f"fa{_GUID}", _GUID, id="a GUID that begins like its prefix"),
        pytest.param(_GUID, _GUID, id="a bare GUID that begins with fa"),
        pytest.param(f"FA{_GUID.upper()}", _GUID, id="upper case"),
        pytest.param(f"  fa{_GUID}\n", _GUID, id="blanks around"),
        pytest.param("fa123a456b-c789-1d2e-12f1g33h445h6i", "123a456b-c789-1d2e-12f1g33h445h6i", id="four groups"),
        pytest.param("ca603f704aaf7417985bbf3b22", "603f704aaf7417985bbf3b22", id="cloud apps"),
        pytest.param("ca3f704aaf7417985bbf3b22", "ca3f704aaf7417985bbf3b22", id="cloud apps, bare"),
        pytest.param("ad" + "ad0f" * 16, "ad0f" * 16, id="identity protection"),
        pytest.param("ad0f" * 16, "ad0f" * 16, id="identity protection, bare"),
        pytest.param(f"xx{_GUID}", f"xx{_GUID}", id="no prefix of theirs"),
        pytest.param(f"da{_GUID[:-1]}", f"da{_GUID[:-1]}", id="not a whole GUID"),
        pytest.param(f"dada{_TICKS}", f"dada{_TICKS}", id="two prefixes"),
        pytest.param("data-leak-17", "data-leak-17", id="a word that begins like a prefix"),
        pytest.param("abcd12345efghijk6789", "abcd12345efghijk6789", id="opaque"),
        pytest.param("ABC", "ABC", id="opaque, case kept"),
        pytest.param("da", "da", id="a prefix alone"),
        pytest.param("da٣٤٥_٣", "da٣٤٥_٣", id="digits of another script"),
    ],
)
def test_prefixed_and_bare_ids_are_one_alert(alert_id: str, canonical: str) -> None:
    assert canonical_id(alert_id) == canonical


def test_the_product_may_vouch_for_the_rest_of_an_id() -> None:
    assert canonical_id("ca-Session-17", "-Session-17") == "-Session-17"
    assert canonical_id("ca-Session-17", "something else") == "ca-Session-17"
    assert canonical_id("zz-Session-17", "-Session-17") == "zz-Session-17"


def test_ids_that_no_index_would_take_are_hashed_and_still_differ() -> None:
    one, other = canonical_id("x" * 5_000), canonical_id("x" * 4_999 + "y")
    assert len(one) <= KEY_LENGTH
    assert one != other


@given(
    st.sampled_from(sorted(PREFIXES)),
    st.uuids().map(str) | st.from_regex(r"[0-9]{5,18}_-?[0-9]{1,10}|[0-9a-f]{24}|[0-9a-f]{64}", fullmatch=True),
)
def test_every_prefix_comes_off_every_whole_id_and_only_once(prefix: str, bare: str) -> None:
    assert split_id(prefix + bare) == (prefix, bare)
    assert split_id(bare) == ("", bare)
    assert canonical_id(prefix + prefix + bare) == prefix + prefix + bare


@given(st.text(min_size=1, max_size=300))
def test_the_canonical_id_is_its_own_canonical_id(alert_id: str) -> None:
    once = canonical_id(alert_id)
    assert canonical_id(once) == once
