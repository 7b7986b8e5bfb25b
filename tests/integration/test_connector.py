"""The Connector against a scripted server: shapes, errors, lost answers, tokens."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.alerts.errors import DeliveryDelayed, DeliveryRefused, Refusal
from bot.alerts.messages import Address, ConversationKind, Member, Mention, Message
from bot.teams import connector as connector_module
from bot.teams.connector import Connector, TeamChannel
from bot.teams.hosts import TokenHosts
from bot.transport import open_session
from tests.support.bot_tokens import APP_ID, TENANT_ID, running

NOW = datetime(2026, 11, 21, 3, 2, tzinfo=UTC)
CHANNEL = "19:alerts@thread.tacv2"
HELLO = Message("Hello")


@dataclass
class CountingTokens:
    """Gives token-1, then token-2 once that is invalidated, and so on."""

    number: int = 1

    async def token(self) -> str:
        return f"token-{self.number}"

    def invalidate(self, stale: str) -> None:
        if stale == f"token-{self.number}":
            self.number += 1


Answer = tuple[int, Any, dict[str, str]]


@dataclass
class Teams:
    """Answers with what is scripted, in order, the last for ever; keeps what it was asked."""

    script: list[Answer | Callable[[web.Request], Any]] = field(default_factory=lambda: [(201, {"id": "42"}, {})])
    calls: list[tuple[str, str, Any]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.calls.append((request.method, request.raw_path, json.loads(body) if body else None))
        self.tokens.append(request.headers["Authorization"])
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if callable(step):
            answer: web.StreamResponse = await step(request)
            return answer
        status, content, headers = step
        text = content if isinstance(content, str) else json.dumps(content)
        return web.Response(status=status, text=text, headers=headers)

    def address(self, kind: ConversationKind = ConversationKind.CHANNEL, thread: str | None = None) -> Address:
        return Address(self.url, CHANNEL if kind is ConversationKind.CHANNEL else "a:chat", kind, thread)


@pytest.fixture
async def teams() -> AsyncIterator[Teams]:
    teams = Teams()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", teams.answer)
    async with running(app) as url:
        teams.url = f"{url}/emea/"
        yield teams


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with open_session() as session:
        yield session


@pytest.fixture
def tokens() -> CountingTokens:
    return CountingTokens()


@pytest.fixture
def connector(teams: Teams, session: aiohttp.ClientSession, tokens: CountingTokens) -> Connector:
    host = teams.url.split("/")[2]
    return Connector(
        session=session, tokens=tokens, hosts=TokenHosts([host]), app_id=APP_ID, tenant_id=TENANT_ID, clock=lambda: NOW
    )


CARD = {"type": "AdaptiveCard", "version": "1.5", "body": []}
CHANNEL_STEP = "19%3Aalerts%40thread.tacv2"
THREAD_STEP = f"{CHANNEL_STEP}%3Bmessageid%3D17"


async def test_a_post_to_a_channel_opens_a_thread(connector: Connector, teams: Teams) -> None:
    teams.script = [(201, {"id": f"{CHANNEL};messageid=17", "activityId": "17"}, {})]
    posted = await connector.post(teams.address(), Message("Mimikatz", summary="High: Mimikatz", card=CARD))
    assert posted == "17"
    assert teams.calls == [
        (
            "POST",
            "/emea/v3/conversations",
            {
                "isGroup": True,
                "channelData": {"channel": {"id": CHANNEL}, "tenant": {"id": TENANT_ID}},
                "activity": {
                    "type": "message",
                    "text": "Mimikatz",
                    "textFormat": "plain",
                    "summary": "High: Mimikatz",
                    "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": CARD}],
                },
            },
        )
    ]
    assert teams.tokens == ["Bearer token-1"]


async def test_a_new_thread_is_known_by_its_id_where_teams_does_not_name_the_message(
    connector: Connector, teams: Teams
) -> None:
    teams.script = [(201, {"id": f"{CHANNEL};messageid=17"}, {})]
    assert await connector.post(teams.address(), HELLO) == "17"


async def test_an_answer_in_a_thread_names_the_thread(connector: Connector, teams: Teams) -> None:
    assert await connector.post(teams.address(thread="17"), HELLO) == "42"
    assert teams.calls[0][:2] == ("POST", f"/emea/v3/conversations/{THREAD_STEP}/activities")


@pytest.mark.parametrize("kind", [ConversationKind.PERSONAL, ConversationKind.GROUP_CHAT])
async def test_a_post_to_a_chat_is_flat(connector: Connector, teams: Teams, kind: ConversationKind) -> None:
    assert await connector.post(teams.address(kind), HELLO) == "42"
    sent = {"type": "message", "text": "Hello", "textFormat": "plain"}
    assert teams.calls == [("POST", "/emea/v3/conversations/a%3Achat/activities", sent)]


async def test_a_message_is_updated_and_deleted_where_it_is(connector: Connector, teams: Teams) -> None:
    teams.script = [(200, {"id": "17"}, {}), (200, "", {}), (200, {}, {})]
    await connector.update(teams.address(), "17", HELLO)
    await connector.update(teams.address(thread="17"), "18", HELLO)
    await connector.delete(teams.address(), "17")
    assert [call[:2] for call in teams.calls] == [
        ("PUT", f"/emea/v3/conversations/{CHANNEL_STEP}/activities/17"),
        ("PUT", f"/emea/v3/conversations/{THREAD_STEP}/activities/18"),
        ("DELETE", f"/emea/v3/conversations/{CHANNEL_STEP}/activities/17"),
    ]


async def test_a_personal_chat_is_opened_in_our_tenant(connector: Connector, teams: Teams) -> None:
    teams.script = [(201, {"id": "a:ana"}, {})]
    assert await connector.open_personal(teams.url, "29:ana") == "a:ana"
    assert teams.calls[0][2] == {
        "isGroup": False,
        "bot": {"id": f"28:{APP_ID}"},
        "members": [{"id": "29:ana"}],
        "tenantId": TENANT_ID,
        "channelData": {"tenant": {"id": TENANT_ID}},
    }


async def test_the_roster_is_read_page_by_page(connector: Connector, teams: Teams) -> None:
    ana = {"id": "29:ana", "name": "Ana", "aadObjectId": "o-ana", "userPrincipalName": "ana@contoso.com"}
    bo = {"id": "29:bo", "name": "Bo", "objectId": "o-bo", "userRole": "guest"}
    teams.script = [
        (200, {"members": [ana], "continuationToken": "a b&c"}, {}),
        (200, {"members": [bo, {"id": "29:x", "name": None}, "?"], "continuationToken": ""}, {}),
    ]
    assert await connector.members(teams.address(thread="17")) == [
        Member("o-ana", "29:ana", "Ana", "ana@contoso.com"),
        Member("o-bo", "29:bo", "Bo", is_guest=True),
        Member(None, "29:x", ""),
    ]
    assert [path for _, path, _ in teams.calls] == [
        f"/emea/v3/conversations/{CHANNEL_STEP}/pagedmembers?pageSize=500",
        f"/emea/v3/conversations/{CHANNEL_STEP}/pagedmembers?pageSize=500&continuationToken=a%20b%26c",
    ]


async def test_a_roster_that_repeats_its_page_ends(connector: Connector, teams: Teams) -> None:
    teams.script = [(200, {"members": [{"id": "29:ana"}], "continuationToken": "same"}, {})]
    assert len(await connector.members(teams.address())) == 2


@pytest.mark.parametrize("content", [{}, [], "", "no JSON", {"members": None}, {"members": {}}])
async def test_a_roster_that_is_none_is_not_an_empty_one(connector: Connector, teams: Teams, content: Any) -> None:
    teams.script = [(200, content, {})]
    with pytest.raises(DeliveryDelayed):
        await connector.members(teams.address())


async def test_one_person_and_a_teams_channels_are_read(connector: Connector, teams: Teams) -> None:
    teams.script = [
        (200, {"id": "29:ana", "name": "Ana", "aadObjectId": "o-ana"}, {}),
        (200, {"conversations": [{"id": "19:general", "name": None}, {"id": CHANNEL, "name": "Alerts"}]}, {}),
    ]
    assert await connector.member(teams.address(), "o-ana") == Member("o-ana", "29:ana", "Ana")
    channels = await connector.team_channels(teams.url, "19:general")
    assert channels == [TeamChannel("19:general", ""), TeamChannel(CHANNEL, "Alerts")]
    assert [path for _, path, _ in teams.calls] == [
        f"/emea/v3/conversations/{CHANNEL_STEP}/members/o-ana",
        "/emea/v3/teams/19%3Ageneral/conversations",
    ]


async def test_mentions_are_the_only_markup_of_a_text(connector: Connector, teams: Teams) -> None:
    text = "<at>Ana & Co</at> look:\n<b>1 < 2</b> <at>Bo</at>"
    await connector.post(teams.address(thread="17"), Message(text, mentions=(Mention("29:ana", "Ana & Co"),)))
    assert teams.calls[0][2] == {
        "type": "message",
        "textFormat": "xml",
        "text": "<at>Ana &amp; Co</at> look:<br>&lt;b&gt;1 &lt; 2&lt;/b&gt; &lt;at&gt;Bo&lt;/at&gt;",
        "entities": [
            {"type": "mention", "text": "<at>Ana &amp; Co</at>", "mentioned": {"id": "29:ana", "name": "Ana & Co"}}
        ],
    }


def error(code: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": "in words"}}


BLOCKED = {
    "errorCode": 209,
    "message": '{\r\n  "subCode": "MessageWritesBlocked",\r\n  "details": "Thread is not writable."\r\n}',
}
ROWS: dict[str, tuple[Answer, Refusal, str]] = {
    "400": ((400, error("Bad Argument"), {}), Refusal.REFUSED, "Bad Argument"),
    "403 disabled": ((403, error("BotDisabledByAdmin"), {}), Refusal.FORBIDDEN, "BotDisabledByAdmin"),
    "403 roster": ((403, error("BotNotInConversationRoster"), {}), Refusal.FORBIDDEN, "BotNotInConversationRoster"),
    "403 blocked": ((403, error("ConversationBlockedByUser"), {}), Refusal.FORBIDDEN, "ConversationBlockedByUser"),
    "403 operation": (
        (403, error("ForbiddenOperationException"), {}), Refusal.FORBIDDEN, "ForbiddenOperationException",
    ),
    "403 host": ((403, error("InvalidBotApiHost"), {}), Refusal.FORBIDDEN, "InvalidBotApiHost"),
    "403 permissions": ((403, error("NotEnoughPermissions"), {}), Refusal.FORBIDDEN, "NotEnoughPermissions"),
    "403 in a string": ((403, BLOCKED, {}), Refusal.FORBIDDEN, "MessageWritesBlocked"),
    "403 twice in a string": ((403, json.dumps(json.dumps(BLOCKED)), {}), Refusal.FORBIDDEN, "MessageWritesBlocked"),
    "404 activity": (
        (404, error("ActivityNotFoundInConversation"), {}),
        Refusal.ACTIVITY_GONE,
        "ActivityNotFoundInConversation",
    ),
    "404 conversation": ((404, error("ConversationNotFound"), {}), Refusal.CONVERSATION_GONE, "ConversationNotFound"),
    "404 flat": ((404, {"code": "ConversationNotFound"}, {}), Refusal.CONVERSATION_GONE, "ConversationNotFound"),
    "404 of a proxy": ((404, "<html>", {}), Refusal.REFUSED, ""),
    "413": ((413, error("MessageSizeTooBig"), {}), Refusal.TOO_LARGE, "MessageSizeTooBig"),
    "413 without words": ((413, "", {}), Refusal.TOO_LARGE, ""),
    "500": ((500, error("ServiceError"), {}), Refusal.REFUSED, "ServiceError"),
    "501": ((501, "", {}), Refusal.REFUSED, ""),
    "408": ((408, "", {}), Refusal.REFUSED, ""),
    "307": ((307, "", {"Location": "/elsewhere"}), Refusal.REFUSED, ""),
    "nested without end": ((400, "[" * 100_000, {}), Refusal.REFUSED, ""),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS)
async def test_what_teams_will_never_take_is_refused_after_one_call(
    connector: Connector, teams: Teams, row: str
) -> None:
    answer, refusal, code = ROWS[row]
    teams.script = [answer]
    for call in (connector.post(teams.address(), HELLO), connector.update(teams.address(), "17", HELLO)):
        with pytest.raises(DeliveryRefused) as caught:
            await call
        assert (caught.value.refusal, caught.value.status, caught.value.code) == (refusal, answer[0], code)
    assert len(teams.calls) == 2


SECONDS = timedelta(seconds=1)
WAITS: dict[str, tuple[int, dict[str, str], timedelta | None]] = {
    "412": (412, {}, None),
    "429 without a wish": (429, {}, None),
    "429 with seconds": (429, {"Retry-After": "30"}, 30 * SECONDS),
    "429 with a fraction": (429, {"Retry-After": "0.5"}, 0.5 * SECONDS),
    "429 with an HTTP date": (429, {"Retry-After": "Sat, 21 Nov 2026 03:04:00 GMT"}, 120 * SECONDS),
    "429 with a date that is past": (429, {"Retry-After": "Sat, 21 Nov 2026 03:00:00 GMT"}, 0 * SECONDS),
    "429 with less than nothing": (429, {"Retry-After": "-5"}, 0 * SECONDS),
    "429 with no end": (429, {"Retry-After": "1e99"}, timedelta(days=1)),
    "429 with no number": (429, {"Retry-After": "nan"}, None),
    "429 with nonsense": (429, {"Retry-After": "soon"}, None),
    "502": (502, {}, None),
    "503 with seconds": (503, {"Retry-After": "7"}, 7 * SECONDS),
    "504": (504, {}, None),
}


@pytest.mark.parametrize("row", WAITS)
async def test_what_teams_may_take_later_is_delayed_after_one_call(
    connector: Connector, teams: Teams, row: str
) -> None:
    status, headers, wait = WAITS[row]
    teams.script = [(status, error("Throttled"), headers)]
    with pytest.raises(DeliveryDelayed) as caught:
        await connector.post(teams.address(), HELLO)
    assert caught.value.retry_after == wait
    assert caught.value.maybe_delivered == (status in {502, 504})
    with pytest.raises(DeliveryDelayed) as caught:
        await connector.update(teams.address(), "17", HELLO)
    assert not caught.value.maybe_delivered
    assert len(teams.calls) == 2


async def test_a_401_is_tried_once_more_with_a_fresh_token(
    connector: Connector, teams: Teams, tokens: CountingTokens
) -> None:
    teams.script = [(401, "", {}), (201, {"id": "42"}, {})]
    assert await connector.post(teams.address(thread="17"), HELLO) == "42"
    assert teams.tokens == ["Bearer token-1", "Bearer token-2"]
    assert tokens.number == 2


async def test_a_401_with_a_fresh_token_is_refused(connector: Connector, teams: Teams, tokens: CountingTokens) -> None:
    teams.script = [(401, error("BotNotRegistered"), {})]
    with pytest.raises(DeliveryRefused) as caught:
        await connector.post(teams.address(), HELLO)
    assert (caught.value.refusal, caught.value.status, caught.value.code) == (Refusal.REFUSED, 401, "BotNotRegistered")
    assert len(teams.calls) == 2
    # The second token did not work either: whoever comes next starts with a new one.
    assert tokens.number == 3


async def hang_up(request: web.Request) -> None:
    assert request.transport is not None
    request.transport.abort()
    await asyncio.sleep(3600)


async def hang_up_in_the_answer(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(status=201, headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"id"')
    assert request.transport is not None
    request.transport.close()
    return response


async def never(_request: web.Request) -> None:
    await asyncio.sleep(3600)


@pytest.mark.parametrize("fault", [hang_up, hang_up_in_the_answer, never])
async def test_a_lost_answer_to_a_post_may_have_been_a_delivery(
    connector: Connector, teams: Teams, monkeypatch: pytest.MonkeyPatch, fault: Callable[[web.Request], Any]
) -> None:
    monkeypatch.setattr(connector_module, "CALL_TIMEOUT", aiohttp.ClientTimeout(total=0.3))
    teams.script = [fault]
    for to in (teams.address(), teams.address(thread="17"), teams.address(ConversationKind.PERSONAL)):
        with pytest.raises(DeliveryDelayed) as caught:
            await connector.post(to, HELLO)
        assert caught.value.maybe_delivered
    for harmless in (
        connector.update(teams.address(), "17", HELLO),
        connector.delete(teams.address(), "17"),
        connector.members(teams.address()),
        connector.open_personal(teams.url, "29:ana"),
    ):
        with pytest.raises(DeliveryDelayed) as caught:
            await harmless
        assert not caught.value.maybe_delivered


async def test_a_connection_that_did_not_come_about_delivered_nothing(session: aiohttp.ClientSession) -> None:
    async with running(web.Application()) as gone:
        host = gone.removeprefix("http://")
    connector = Connector(
        session=session, tokens=CountingTokens(), hosts=TokenHosts([host]), app_id=APP_ID, tenant_id=TENANT_ID,
        clock=lambda: NOW,
    )  # fmt: skip
    with pytest.raises(DeliveryDelayed) as caught:
        await connector.post(Address(f"{gone}/", CHANNEL, ConversationKind.CHANNEL), HELLO)
    assert not caught.value.maybe_delivered


@pytest.mark.parametrize("content", [{}, [], "", "no JSON", {"id": 5}, {"id": ""}])
async def test_a_post_that_teams_did_not_name_may_be_there(connector: Connector, teams: Teams, content: Any) -> None:
    teams.script = [(201, content, {})]
    with pytest.raises(DeliveryDelayed) as caught:
        await connector.post(teams.address(thread="17"), HELLO)
    assert caught.value.maybe_delivered


async def test_an_id_stays_one_step_of_the_path(connector: Connector, teams: Teams) -> None:
    teams.script = [(200, {}, {})]
    address = Address(teams.url, "../../admin?x=#", ConversationKind.PERSONAL)
    await connector.update(address, "a/../b%2F;c", HELLO)
    assert teams.calls[0][1] == (
        "/emea/v3/conversations/..%2F..%2Fadmin%3Fx%3D%23/activities/a%2F..%2Fb%252F%3Bc"
    )  # fmt: skip
    for nothing in ("", ".", ".."):
        with pytest.raises(DeliveryRefused):
            await connector.delete(address, nothing)
    assert len(teams.calls) == 1


async def test_neither_token_nor_text_is_in_a_log_or_an_error(
    connector: Connector, teams: Teams, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    problems = []
    for step in [(401, "", {}), (500, error("ServiceError"), {}), hang_up]:
        teams.script = [step]  # type: ignore[list-item]
        with pytest.raises((DeliveryDelayed, DeliveryRefused)) as caught:
            await connector.post(teams.address(), Message("the word is swordfish"))
        problems.append(repr(caught.value) + str(caught.value))
    said = caplog.text + "".join(problems)
    assert "token-" not in said
    assert "swordfish" not in said


async def test_a_remote_message_cannot_break_a_log_line(connector: Connector, teams: Teams) -> None:
    teams.script = [(400, {"error": {"code": "Bad\nArgument", "message": "one\r\ntwo\x1b[31m" + "x" * 1000}}, {})]
    with pytest.raises(DeliveryRefused) as caught:
        await connector.post(teams.address(), HELLO)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 420
