"""What the intake refuses: each with its status, a problem document, and nothing lost."""

import asyncio
import gzip
import hashlib
import hmac
import json
import time
from typing import Any

import pytest

from bot.alerts.signing import SIGNATURE_HEADER
from tests.support.payloads import encoded, graph_alert
from tests.support.town import Answer, Town

LIMIT = 8 * 1024 * 1024


def refused(answer: Answer, status: int) -> Any:
    assert (answer.status, answer.content_type) == (status, "application/problem+json"), answer
    assert answer.body["status"] == status
    assert "Traceback" not in str(answer.body)
    return answer.body


async def test_an_unknown_source_is_not_found_and_a_wrong_token_is_unauthorized(bare_town: Town) -> None:
    town, good = bare_town, graph_alert()
    assert "graph" in refused(await town.send("splunk", good), 404)["title"]
    for token in ("", "wrong", town.config.source_tokens["alertmanager"], "sandbox-graph-toke", "é"):
        answer = await town.send("graph", good, token=token)
        refused(answer, 401)
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    refused(await town.send("graph", good, token="", Authorization="Basic c2FuZGJveA=="), 401)
    assert (await town.send("graph", good, token="", Authorization="bearer sandbox-graph-token")).status == 202


async def test_a_wrong_token_is_refused_before_the_body_has_come(bare_town: Town) -> None:
    host, port = bare_town.bot.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = ("POST /api/alerts/graph HTTP/1.1", "Host: x", "Content-Type: application/json", "Content-Length: 5000000")
    writer.write("\r\n".join((*head, "", "")).encode())
    await writer.drain()
    status = await asyncio.wait_for(reader.readline(), 5)
    assert b" 401 " in status
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b"", ""),
        (b"{", ""),
        (b"not json", ""),
        (b'{"a":1}{"b":2}', ""),
        (b"\xff\xfe\x00", ""),
        (b"7", ""),
        (b"null", ""),
        (b"[]", None),
        (b'{"value": 7}', "/value"),
        (b'{"id": 7}', "/id"),
        (b'[{"id": "x", "title": {}}]', "/0/title"),
        (b"[" * 100_000, ""),
        (b"[" + b"1," * 260_000 + b"1]", ""),
        (b'{"id": NaN}', ""),
    ],
)
async def test_what_is_no_alert_is_a_bad_request_with_a_pointer(
    bare_town: Town, body: bytes, pointer: str | None
) -> None:
    told = refused(await bare_town.send("graph", body), 400)
    if pointer is not None:
        assert told["pointer"] == pointer
    assert (await bare_town.asks("/healthz")).status == 200


async def test_wrong_types_in_single_fields_name_the_field(bare_town: Town) -> None:
    for field, value in (("title", 7), ("severity", ["high"]), ("evidence", {"a": 1}), ("createdDateTime", "soon")):
        answer = await bare_town.send("graph", graph_alert(**{field: value}))
        if answer.status == 400:
            assert refused(answer, 400)["pointer"] == f"/{field}"
        else:
            assert answer.body["notes"], field


async def test_a_body_over_the_limit_is_too_large_however_it_is_sent(bare_town: Town) -> None:
    large = b'{"id":"' + b"x" * LIMIT + b'"}'
    refused(await bare_town.send("graph", large), 413)

    async def pieces() -> Any:
        for start in range(0, len(large), 1 << 20):
            yield large[start : start + (1 << 20)]

    headers = {"Authorization": "Bearer sandbox-graph-token", "Content-Type": "application/json"}
    async with bare_town.http.post(f"{bare_town.bot}/api/alerts/graph", data=pieces(), headers=headers) as answer:
        assert answer.status == 413
        assert answer.content_type == "application/problem+json"


async def test_encodings_and_other_types_of_content_are_not_taken(bare_town: Town) -> None:
    packed = gzip.compress(encoded(graph_alert()))
    refused(await bare_town.send("graph", packed, Content_Encoding="gzip"), 415)
    refused(await bare_town.send("graph", encoded(graph_alert()), Content_Type="text/plain"), 415)
    refused(await bare_town.send("graph", encoded(graph_alert()), Content_Type="application/xml"), 415)
    fine = await bare_town.send("graph", graph_alert(), Content_Type="application/json; charset=utf-8")
    assert fine.status == 202


async def test_nul_and_lone_surrogates_are_no_trouble(town: Town) -> None:
    nasty = json.dumps(
        graph_alert(id="da\x00\ud800", incidentId=None, title="Odd\x00 \ud800title", description="\udfff")
    )
    answer = await town.send("graph", nasty.encode())
    assert answer.status == 202, answer
    seen = await town.teams.wait_for_card("alerts", "title")
    assert "\x00" not in str(seen)
    again = await town.send("graph", nasty.encode())
    assert again.body["alerts"] == answer.body["alerts"]


def signed(body: bytes, *, at: int, source: str = "graph") -> str:
    digest = hmac.new(f"sandbox-{source}-token".encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


async def test_a_signature_does_in_place_of_a_token_once_and_for_five_minutes(bare_town: Town) -> None:
    body, now = encoded(graph_alert()), int(time.time())

    async def send(signature: str, content: bytes = body) -> int:
        answer = await bare_town.send("graph", content, token="", **{SIGNATURE_HEADER: signature})
        return answer.status

    good = signed(body, at=now)
    assert await send(good) == 202
    assert await send(good) == 401, "a replayed one"
    assert await send(signed(body, at=now - 301)) == 401
    assert await send(signed(body, at=now + 301)) == 401
    assert await send(signed(body, at=now - 200)) == 202
    assert await send(signed(body, at=now, source="alertmanager")) == 401
    other = signed(body, at=now - 1)
    flipped = other[:-1] + ("0" if other[-1] != "0" else "1")
    assert await send(flipped) == 401
    assert await send(other, body.replace(b"high", b"lowx")) == 401
    for nonsense in ("", "t=,v1=", "v1=00", f"t={now}", "t=999999999999,v1=00", "t=x,v1=é", ",,=,", "t=١٢,v1=0"):
        assert await send(nonsense) == 401, nonsense
    assert await send(other) == 202, "none of these used it up"


async def test_a_signature_that_was_used_is_known_after_a_restart_too(bare_town: Town) -> None:
    body = encoded(graph_alert())
    header = {SIGNATURE_HEADER: signed(body, at=int(time.time()))}
    assert (await bare_town.send("graph", body, token="", **header)).status == 202
    await bare_town.stop()
    await bare_town.start()
    assert (await bare_town.send("graph", body, token="", **header)).status == 401


async def test_what_failed_on_our_side_may_be_sent_again_with_its_signature(
    bare_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = encoded(graph_alert())
    header = {SIGNATURE_HEADER: signed(body, at=int(time.time()))}

    def broken(*_given: object) -> None:
        raise RuntimeError("a fault of ours")

    with monkeypatch.context() as patched:
        patched.setattr("bot.web.gathering.report_alerts", broken)
        assert (await bare_town.send("graph", body, token="", **header)).status == 500
    assert (await bare_town.send("graph", body, token="", **header)).status == 202


async def test_other_methods_and_paths_are_answered_with_problem_documents(bare_town: Town) -> None:
    for method, path, status in (("GET", "/api/alerts/graph", 405), ("POST", "/api/nothing", 404), ("GET", "/", 404)):
        async with bare_town.http.request(method, f"{bare_town.bot}{path}") as answer:
            assert (answer.status, answer.content_type) == (status, "application/problem+json")
