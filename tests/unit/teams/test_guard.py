"""The guard without a network: what it is built with, and that nothing whatsoever makes it fail."""

import json
import logging
from datetime import UTC, datetime
from typing import Any, cast

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict

from bot.teams.adapter import sdk_activity
from bot.teams.guard import Guard, Inbound, Rejected, RejectionLog
from bot.teams.hosts import TokenHosts
from bot.teams.signing_keys import SigningKey, SigningKeys
from tests.support.bot_tokens import APP_ID, TENANT_ID, activity, good_claims, rsa_key, sign, sign_raw

NOW = datetime(2026, 11, 21, 3, 2, tzinfo=UTC)


def guard(*, app_id: str = APP_ID, tenant_id: str = TENANT_ID) -> Guard:
    keys = SigningKeys("http://127.0.0.1:1/", session=cast("aiohttp.ClientSession", None))
    key = SigningKey("key-1", rsa_key("key-1").public_key(), frozenset({"msteams"}))
    keys._keys = {"key-1": key}
    keys._fruitless.extend([float("inf")] * 3)  # nothing is looked up
    return Guard(app_id=app_id, tenant_id=tenant_id, keys=keys, hosts=TokenHosts(), clock=lambda: NOW)


@pytest.mark.parametrize("blank", ["", " ", "\t\n"])
def test_a_guard_without_an_app_id_or_a_tenant_cannot_be_built(blank: str) -> None:
    with pytest.raises(ValueError, match="MicrosoftAppId is empty"):
        guard(app_id=blank)
    with pytest.raises(ValueError, match="MicrosoftAppTenantId is empty"):
        guard(tenant_id=blank)


async def test_ids_are_compared_without_regard_to_case() -> None:
    inbound = await attempt(guard(app_id=APP_ID.upper(), tenant_id=TENANT_ID.upper()), good_headers())
    assert isinstance(inbound, Inbound)


async def test_header_names_are_read_in_any_case() -> None:
    headers = {name.upper(): value for name, value in good_headers().items()}
    assert isinstance(await attempt(guard(), headers), Inbound)


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 200),
        ("Application/JSON; Charset=UTF-8", 200),
        ('application/json; charset="utf-8"', 200),
        ("application/json; charset=utf-16", 400),
        ("application/jsonx", 400),
        ("text/json", 400),
    ],
)
async def test_only_json_in_utf8_is_read(content_type: str, status: int) -> None:
    outcome = await attempt(guard(), {**good_headers(), "Content-Type": content_type})
    assert status_of(outcome) == status


async def test_bytes_that_are_no_text_in_a_header_are_no_token() -> None:
    for token in ("\udce9", "é", "a.b", "a.b.c", ".", "..", "\x00", "a b"):
        outcome = await attempt(guard(), {**good_headers(), "Authorization": f"Bearer {token}"})
        assert status_of(outcome) == 401


GOOD_HEADER = b'{"alg": "RS256", "kid": "key-1"}'


@pytest.mark.parametrize(
    ("header", "payload"),
    [
        (b"[" * 5000, b"{}"),
        (b"[]", b"{}"),
        (b"null", b"{}"),
        (b"\xff", b"{}"),
        (b'{"alg": ["RS256"], "kid": "key-1"}', b"{}"),
        (b'{"alg": "RS256", "kid": ""}', b"{}"),
        (GOOD_HEADER, b"[" * 5000),
        (GOOD_HEADER, b"[]"),
        (GOOD_HEADER, b"\xff"),
        (GOOD_HEADER, b'{"exp": ' + b"9" * 5000 + b"}"),
    ],
)
async def test_a_signed_token_of_odd_json_is_refused(header: bytes, payload: bytes) -> None:
    token = sign_raw(header, payload, key=rsa_key("key-1"))
    assert status_of(await attempt(guard(), {**good_headers(), "Authorization": f"Bearer {token}"})) == 401


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
claim_names = st.sampled_from(["iss", "aud", "exp", "nbf", "iat", "sub", "jti", "serviceurl", "appid", "ver"])
token_headers = st.dictionaries(
    st.sampled_from(["kid", "typ", "jku", "crit", "b64", "cty", "x5u"]), anything, max_size=2
)  # fmt: skip
fields = st.sampled_from([
    "type", "id", "serviceUrl", "channelId", "from", "conversation", "recipient", "channelData", "name", "value",
    "text", "entities", "membersAdded", "action", "locale", "timestamp", "attachments", "deliveryMode",
])  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(changes=st.dictionaries(claim_names, anything, max_size=3), header=token_headers)
async def test_no_claim_and_no_token_header_makes_the_guard_fail(
    changes: dict[str, Any], header: dict[str, Any]
) -> None:
    claims = json.dumps({**good_claims(now=NOW.timestamp()), **changes})
    header = {"alg": "RS256", "typ": "JWT", "kid": "key-1", **header}
    token = sign_raw(json.dumps(header).encode(), claims.encode(), key=rsa_key("key-1"))
    status_of(await attempt(guard(), {**good_headers(), "Authorization": f"Bearer {token}"}))


@settings(max_examples=300, deadline=None)
@given(
    headers=st.dictionaries(
        st.sampled_from(["Authorization", "Content-Type", "Content-Encoding", "Content-Length", "X-Other"]),
        st.text(st.characters(), max_size=60) | st.sampled_from(["Bearer ", "Bearer a.b.c", "application/json"]),
    ),
    body=st.binary(max_size=200),
)
async def test_no_headers_and_no_bytes_make_the_guard_fail(headers: dict[str, str], body: bytes) -> None:
    outcome = await attempt(guard(), headers, body=body)
    assert status_of(outcome) in {400, 401, 413, 415}


@settings(max_examples=400, deadline=None)
@given(changes=st.dictionaries(fields, anything, max_size=3))
async def test_no_activity_makes_the_guard_or_the_adapter_fail(changes: dict[str, Any]) -> None:
    outcome = await attempt(guard(), good_headers(), body=json.dumps({**activity(), **changes}).encode())
    if status_of(outcome) == 200:
        sdk_activity(cast("Inbound", outcome))


def good_headers() -> dict[str, str]:
    token = sign(good_claims(now=NOW.timestamp()), key=rsa_key("key-1"))
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


async def attempt(door: Guard, headers: dict[str, str], *, body: bytes | None = None) -> Inbound | Rejected:
    body = json.dumps(activity()).encode() if body is None else body
    try:
        return await door.check(CIMultiDict(headers), body)
    except Rejected as rejected:
        return rejected


def status_of(outcome: Inbound | Rejected) -> int:
    status = outcome.status if isinstance(outcome, Rejected) else 200
    assert status in {200, 400, 401, 403, 413, 415}
    return status


def test_refusals_of_one_sender_are_written_down_ten_times_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    seconds = [0.0]
    refusals = RejectionLog(monotonic=lambda: seconds[0])
    for _ in range(1000):
        refusals.note(Rejected(401, "signature"), sender="192.0.2.1")
    refusals.note(Rejected(401, "signature"), sender="192.0.2.2")
    assert [r.getMessage() for r in caplog.records] == [
        *["Refused a request from 192.0.2.1: 401 signature"] * 10,
        "Refused a request from 192.0.2.2: 401 signature",
    ]
    caplog.clear()
    seconds[0] = 60.0
    refusals.note(Rejected(401, "signature"), sender="192.0.2.1")
    assert [r.getMessage() for r in caplog.records] == [
        "990 more refused requests in the minute before",
        "Refused a request from 192.0.2.1: 401 signature",
    ]


def test_ten_thousand_refusals_of_ten_thousand_senders_are_a_hundred_lines(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    refusals = RejectionLog(monotonic=lambda: 0.0)
    for n in range(10_000):
        refusals.note(Rejected(401, "signature"), sender=f"sender-{n}")
    assert len(caplog.records) == 100
