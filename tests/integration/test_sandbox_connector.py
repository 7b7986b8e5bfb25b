"""The sandbox's Connector: Teams' shapes, statuses, errors, limits and faults."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime

import aiohttp
import pytest

from bot.sandbox.config import SandboxConfig
from tests.support.sandbox import Teams, card_text
from tests.support.sandbox_bot import CONFIG, FakeBot, bot_in_sandbox, card, card_message


@pytest.fixture
async def place() -> AsyncIterator[tuple[Teams, FakeBot]]:
    async with bot_in_sandbox() as (teams, bot):
        await teams.install("ana", channel="alerts")
        yield teams, bot


async def test_a_thread_is_created_with_the_id_of_its_root_and_can_be_answered_changed_and_deleted(
    place: tuple[Teams, FakeBot],
) -> None:
    teams, bot = place
    channel = await bot.id_of("alerts")

    status, created = await bot.post_thread("alerts", card_message(card("first"), summary="an alert"))
    assert status == 201
    assert created["id"] == f"{channel};messageid={created['activityId']}"

    status, reply = await bot.call(
        "POST", "conversations", created["id"], "activities", body={"type": "message", "text": "a reply"}
    )
    assert status == 201
    root, answer = await teams.from_bot("alerts")
    assert (answer["id"], answer["thread"], answer["text"]) == (reply["id"], root["id"], "a reply")

    path = ("conversations", created["id"], "activities", created["activityId"])
    assert await bot.call("PUT", *path, body=card_message(card("second"))) == (200, {"id": created["activityId"]})
    assert card_text(await teams.card("alerts")) == "second"
    assert (await bot.call("DELETE", *path))[0] == 200
    assert [m["text"] for m in await teams.from_bot("alerts")] == ["a reply"]
    status, error = await bot.call("PUT", *path, body=card_message(card("third")))
    assert (status, error["error"]["code"]) == (404, "ActivityNotFoundInConversation")


@pytest.mark.parametrize("named_by", ["id", "objectId"])
async def test_a_chat_with_a_person_opens_by_teams_id_or_entra_id(place: tuple[Teams, FakeBot], named_by: str) -> None:
    teams, bot = place
    ana = await teams.person("ana")
    body = {
        "bot": {"id": f"28:{CONFIG.app_id}"}, "members": [{"id": ana[named_by]}], "tenantId": CONFIG.tenant_id,
        "channelData": {"tenant": {"id": CONFIG.tenant_id}},
    }  # fmt: skip
    assert await bot.call("POST", "conversations", body=body) == (201, {"id": await bot.id_of("ana")})
    status, _ = await bot.call(
        "POST", "conversations", await bot.id_of("ana"), "activities", body={"type": "message", "text": "hello"}
    )
    assert status == 201
    assert (await teams.wait_for("ana", "hello"))["conversation"] == "ana"


async def test_a_person_of_another_tenant_cannot_be_written_to(place: tuple[Teams, FakeBot]) -> None:
    teams, bot = place
    sam = await teams.person("sam")
    body = {"members": [{"id": sam["id"]}], "tenantId": sam["tenantId"]}
    status, error = await bot.call("POST", "conversations", body=body)
    assert (status, error["error"]["code"]) == (403, "ForbiddenOperationException")


async def test_what_does_not_exist_is_404_and_where_the_bot_is_not_is_403(place: tuple[Teams, FakeBot]) -> None:
    teams, bot = place
    hello = {"type": "message", "text": "hello"}
    alerts, group = await bot.id_of("alerts"), await bot.id_of("group")
    for conversation, status, code in [
        ("19:nowhere@thread.tacv2", 404, "ConversationNotFound"),
        (f"{alerts};messageid=123", 404, "ConversationNotFound"),
        (group, 403, "BotNotInConversationRoster"),
    ]:
        found, error = await bot.call("POST", "conversations", conversation, "activities", body=hello)
        assert (found, error["error"]["code"]) == (status, code), conversation
    await teams.uninstall("ana", channel="alerts")
    status, error = await bot.post_thread("alerts", hello)
    assert (status, error["error"]["code"]) == (403, "BotNotInConversationRoster")


@pytest.mark.parametrize(
    "activity",
    [
        {"type": "message"},
        {"type": "message", "attachments": "none"},
        card_message({"type": "AdaptiveCard"}),
        {"type": "banana", "text": "x"},
        ["not an object"],
    ],
)
async def test_a_malformed_activity_is_400(place: tuple[Teams, FakeBot], activity: object) -> None:
    _, bot = place
    status, error = await bot.call("POST", "conversations", await bot.id_of("alerts"), "activities", body=activity)
    assert (status, error["error"]["code"]) == (400, "BadSyntax")


async def test_a_message_over_100_kb_of_utf_16_is_413_and_one_below_is_taken(place: tuple[Teams, FakeBot]) -> None:
    _, bot = place
    path = ("conversations", await bot.id_of("alerts"), "activities")
    status, error = await bot.call("POST", *path, body={"type": "message", "text": "ö" * 52_000})
    assert (status, error["error"]["code"]) == (413, "MessageSizeTooBig")
    assert (await bot.call("POST", *path, body={"type": "message", "text": "ö" * 50_000}))[0] == 201


async def test_the_roster_comes_in_pages_with_guests_marked(place: tuple[Teams, FakeBot]) -> None:
    teams, bot = place
    path = ("conversations", await bot.id_of("alerts"), "pagedmembers")
    _, first = await bot.call("GET", *path, query={"pageSize": "3"})
    _, second = await bot.call("GET", *path, query={"pageSize": "3", "continuationToken": first["continuationToken"]})
    assert [m["name"] for m in first["members"]] == ["Ana Alvarez", "Bo Berg", "Chidi Cole"]
    assert [(m["name"], m["userRole"]) for m in second["members"]] == [("Dana Duarte", "guest")]
    assert "continuationToken" not in second
    bo = await teams.person("bo")
    status, member = await bot.call("GET", "conversations", await bot.id_of("alerts"), "members", bo["objectId"])
    assert (status, member["id"], member["userPrincipalName"]) == (200, bo["id"], bo["upn"])
    sam = await teams.person("sam")
    assert (await bot.call("GET", "conversations", await bot.id_of("alerts"), "members", sam["objectId"]))[0] == 404


async def test_the_team_tells_its_channels_and_general_has_no_name(place: tuple[Teams, FakeBot]) -> None:
    teams, bot = place
    team = (await teams.state())["team"]
    _, details = await bot.call("GET", "teams", team["id"])
    assert (details["name"], details["aadGroupId"]) == ("Security operations", team["aadGroupId"])
    _, channels = await bot.call("GET", "teams", team["id"], "conversations")
    assert [c["name"] for c in channels["conversations"]] == [None, "alerts", "quiet"]


async def test_without_a_token_of_the_sandbox_the_connector_says_401(place: tuple[Teams, FakeBot]) -> None:
    _, bot = place
    bot.token = "made.up.token"
    status, _ = await bot.post_thread("alerts", card_message(card("x")))
    assert status == 401


async def test_two_updates_of_one_conversation_at_the_same_time_give_412(place: tuple[Teams, FakeBot]) -> None:
    _, bot = place
    _, created = await bot.post_thread("alerts", card_message(card("x")))
    path = ("conversations", created["id"], "activities", created["activityId"])
    answers = await asyncio.gather(*(bot.call("PUT", *path, body=card_message(card(str(n)))) for n in range(3)))
    assert sorted(status for status, _ in answers) == [200, 412, 412]


async def test_the_eighth_message_within_a_second_is_429_with_retry_after_and_moving_the_clock_helps(
    place: tuple[Teams, FakeBot],
) -> None:
    teams, bot = place
    now = datetime.fromisoformat((await teams.state())["clock"]["now"])
    path = ("conversations", await bot.id_of("alerts"), "activities")

    async def send() -> aiohttp.ClientResponse:
        await teams.set_clock(now.isoformat())
        return await bot.respond("POST", *path, body={"type": "message", "text": "hello"})

    assert [(await send()).status for _ in range(7)] == [201] * 7
    refused = await send()
    assert (refused.status, refused.headers["Retry-After"]) == (429, "1")
    await teams.set_clock(now.isoformat())
    await teams.advance(40)
    assert (await bot.respond("POST", *path, body={"type": "message", "text": "hello"})).status == 201


async def test_the_limits_can_be_switched_off() -> None:
    config = SandboxConfig(enforce_limits=False, latency=0)
    async with bot_in_sandbox(config) as (teams, bot):
        await teams.install("ana", channel="alerts")
        path = ("conversations", await bot.id_of("alerts"), "activities")
        hello = {"type": "message", "text": "hello"}
        answers = await asyncio.gather(*(bot.call("POST", *path, body=hello) for _ in range(30)))
        assert {status for status, _ in answers} == {201}


async def test_a_fault_answers_its_status_as_often_as_told_and_is_in_the_journal(place: tuple[Teams, FakeBot]) -> None:
    teams, bot = place
    await teams.fault("create", status=503, times=2, conversation="alerts")
    await teams.fault("create", status=429, retryAfter=7, times=1)
    statuses = []
    for _ in range(4):
        body = {
            "isGroup": True, "channelData": {"channel": {"id": await bot.id_of("alerts")}},
            "activity": card_message(card("x")),
        }  # fmt: skip
        response = await bot.respond("POST", "conversations", body=body)
        statuses.append((response.status, response.headers.get("Retry-After")))
    assert statuses == [(503, None), (503, None), (429, "7"), (201, None)]
    journal = await teams.journal("create", in_="alerts")
    assert [(c["status"], c["fault"]) for c in journal] == [(503, True), (503, True), (429, True), (201, False)]


@pytest.mark.parametrize(("drop", "arrived"), [("before", 0), ("after", 1)])
async def test_a_dropped_connection_loses_the_message_or_only_the_answer(
    place: tuple[Teams, FakeBot], drop: str, arrived: int
) -> None:
    teams, bot = place
    await bot.call("GET", "conversations", await bot.id_of("alerts"), "members")
    await teams.fault("create", drop=drop, times=1)
    with pytest.raises(aiohttp.ClientError):
        await bot.post_thread("alerts", card_message(card("x")))
    assert len(await teams.from_bot("alerts")) == arrived
    assert (await teams.journal("create"))[-1]["dropped"] == drop


async def test_faults_can_be_taken_away(place: tuple[Teams, FakeBot]) -> None:
    teams, bot = place
    await teams.fault("any", status=500)
    assert (await bot.post_thread("alerts", card_message(card("x"))))[0] == 500
    await teams.heal()
    assert (await bot.post_thread("alerts", card_message(card("x"))))[0] == 201
