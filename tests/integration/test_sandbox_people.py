"""What people do in the sandbox, and what the bot is sent for it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import jwt
import pytest

from tests.support.sandbox import SandboxRefused, Teams, buttons, card_text
from tests.support.sandbox_bot import CONFIG, FakeBot, bot_in_sandbox, card, card_answer, card_message, execute


@pytest.fixture
async def place() -> AsyncIterator[tuple[Teams, FakeBot]]:
    async with bot_in_sandbox() as (teams, bot):
        await teams.install("ana", channel="alerts")
        bot.heard.clear()
        bot.headers.clear()
        yield teams, bot


async def post_card(bot: FakeBot, content: dict[str, Any]) -> dict[str, Any]:
    await bot.post_thread("alerts", card_message(content))
    return (await bot.teams.from_bot("alerts"))[-1]


async def test_a_mention_in_a_channel_arrives_with_teams_shape(place: tuple[Teams, FakeBot]) -> None:
    teams, bot = place
    sent = await teams.says("bo", "queue high", in_="alerts")
    (activity,) = bot.heard
    bo, alerts = await teams.person("bo"), await bot.id_of("alerts")
    assert activity["text"] == "<at>Tocsin</at> queue high"
    assert activity["from"] == {"id": bo["id"], "name": "Bo Berg", "aadObjectId": bo["objectId"]}
    assert activity["conversation"] == {
        "conversationType": "channel", "tenantId": CONFIG.tenant_id, "isGroup": True,
        "id": f"{alerts};messageid={sent['id']}",
    }  # fmt: skip
    assert activity["channelData"]["tenant"] == {"id": CONFIG.tenant_id}
    assert activity["channelData"]["channel"] == {"id": alerts}
    assert activity["channelData"]["team"]["name"] == "Security operations"
    mention, client = activity["entities"]
    assert mention["mentioned"] == {"id": f"28:{CONFIG.app_id}", "name": "Tocsin"}
    assert (client["type"], client["timezone"], client["platform"]) == ("clientInfo", "Europe/Stockholm", "iOS")
    assert activity["serviceUrl"] == f"{teams.url}/teams/"


async def test_the_bot_does_not_hear_a_channel_where_it_is_not_mentioned(place: tuple[Teams, FakeBot]) -> None:
    teams, bot = place
    await teams.says("bo", "lunch?", in_="alerts", mention=False)
    assert bot.heard == []
    assert [m["text"] for m in await teams.messages("alerts")] == ["lunch?"]


async def test_writing_to_the_bot_for_the_first_time_installs_it(place: tuple[Teams, FakeBot]) -> None:
    teams, bot = place
    await teams.uninstall("ana", channel="alerts")
    bot.heard.clear()
    await teams.says("ana", "hello")
    assert [a["type"] for a in bot.heard] == ["conversationUpdate", "installationUpdate", "message"]
    assert bot.heard[-1]["conversation"]["conversationType"] == "personal"
    assert "text" in bot.heard[-1]
    assert "channel" not in bot.heard[-1]["channelData"]


async def test_installing_into_a_channel_names_the_chosen_one(place: tuple[Teams, FakeBot]) -> None:
    teams, bot = place
    await teams.uninstall("ana", channel="alerts")
    bot.heard.clear()
    await teams.install("ana", channel="quiet")
    members, update = bot.heard
    assert (members["type"], members["membersAdded"]) == ("conversationUpdate", [{"id": f"28:{CONFIG.app_id}"}])
    assert (update["type"], update["action"]) == ("installationUpdate", "add")
    assert update["channelData"]["settings"] == {"selectedChannel": {"id": await bot.id_of("quiet")}}
    assert update["conversation"]["id"] == await bot.id_of("general")


async def test_a_stranger_carries_another_tenant(place: tuple[Teams, FakeBot]) -> None:
    teams, bot = place
    await teams.says("sam", "queue", in_="alerts")
    (activity,) = bot.heard
    sam = await teams.person("sam")
    assert sam["tenantId"] != CONFIG.tenant_id
    assert activity["channelData"]["tenant"]["id"] == activity["conversation"]["tenantId"] == sam["tenantId"]


async def test_a_press_sends_data_and_inputs_and_its_answer_is_seen_by_the_presser_alone_until_the_card_is_updated(
    place: tuple[Teams, FakeBot],
) -> None:
    teams, bot = place
    note = {"type": "Input.Text", "id": "comment", "value": "draft"}
    content = card("New", actions=[execute("Take it", "assign", alert=1, to="me")])
    content["body"].append(note)
    message = await post_card(bot, content)
    bot.answer = lambda _: card_answer(card("Yours"))

    answer = await teams.press("ana", message, "take it", inputs={"comment": "mine"})

    (activity,) = bot.heard
    assert (activity["type"], activity["name"], activity["replyToId"]) == (
        "invoke", "adaptiveCard/action", message["id"]
    )  # fmt: skip
    assert activity["value"]["action"] == {
        "type": "Action.Execute", "title": "Take it", "verb": "assign",
        "data": {"alert": 1, "to": "me", "comment": "mine"},
    }  # fmt: skip
    assert activity["value"]["trigger"] == "manual"
    assert (answer["status"], answer["outcome"]) == (200, "card")
    assert card_text(await teams.card("alerts", as_="ana")) == "Yours"
    assert "New" in card_text(await teams.card("alerts", as_="bo"))
    channel = f"{await bot.id_of('alerts')};messageid={message['id']}"
    await bot.call("PUT", "conversations", channel, "activities", message["id"], body=card_message(card("Ana's")))
    assert card_text(await teams.card("alerts", as_="ana")) == "Ana's"


async def test_the_next_press_finds_its_button_in_the_view_of_the_presser(place: tuple[Teams, FakeBot]) -> None:
    teams, bot = place
    message = await post_card(bot, card("New", actions=[execute("More", "details")]))
    bot.answer = lambda _: card_answer(card("Details", actions=[execute("Back", "back")]))
    await teams.press("ana", message, "More")
    await teams.press("ana", message, "Back")
    assert bot.heard[-1]["value"]["action"]["verb"] == "back"
    with pytest.raises(SandboxRefused, match="no action 'Back'; it has: 'More'"):
        await teams.press("bo", message, "Back")


@pytest.mark.parametrize(
    ("answer", "outcome", "toast"),
    [
        ({"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": "Done"}, "message", "Done"),
        ({"statusCode": 400, "type": "application/vnd.microsoft.error", "value": {"code": "x", "message": "y"}},
         "error", "Something went wrong. Please try again."),
        ({"statusCode": 200, "type": "application/vnd.microsoft.card.adaptive", "value": "no card"},
         "error", "Something went wrong. Please try again."),
        (None, "none", None),
    ],
)  # fmt: skip
async def test_other_answers_are_shown_as_teams_shows_them(
    place: tuple[Teams, FakeBot], answer: Any, outcome: str, toast: str | None
) -> None:
    teams, bot = place
    message = await post_card(bot, card("New", actions=[execute("Go", "go")]))
    bot.answer = lambda _: answer
    result = await teams.press("ana", message, "Go")
    assert (result["outcome"], result.get("toast")) == (outcome, toast)


async def test_an_error_status_is_not_repeated_but_a_timeout_is_twice(place: tuple[Teams, FakeBot]) -> None:
    teams, bot = place
    message = await post_card(bot, card("New", actions=[execute("Go", "go")]))
    bot.status = 500
    assert (await teams.press("ana", message, "Go"))["status"] == 500
    assert len(bot.heard) == 1
    bot.status, bot.answer = 200, lambda _: asyncio.sleep(1)
    answer = await teams.press("ana", message, "Go")
    assert (answer["status"], answer["toast"]) == (0, "Something went wrong. Please try again.")
    assert len({a["id"] for a in bot.heard[1:]}) == len(bot.heard[1:]) == 3


async def test_a_press_can_be_repeated_at_once_and_forged(place: tuple[Teams, FakeBot]) -> None:
    teams, bot = place
    message = await post_card(bot, card("New", actions=[execute("Go", "go", nonce="n1")]))
    bot.answer = lambda _: card_answer(card("ok"))
    answer = await teams.press("ana", message, verb="go", repeat=5, together=True)
    assert [a["status"] for a in answer["answers"]] == [200] * 5
    assert len({a["id"] for a in bot.heard}) == 5
    await teams.press("bo", message, verb="resolve", data={"alert": 99})
    assert bot.heard[-1]["value"]["action"] == {"type": "Action.Execute", "verb": "resolve", "data": {"alert": 99}}


async def test_a_press_that_a_client_would_not_send_is_refused_in_words(place: tuple[Teams, FakeBot]) -> None:
    teams, bot = place
    needed = {"type": "Input.Text", "id": "why", "isRequired": True, "errorMessage": "Say why"}
    content = card("New", actions=[execute("A", "same"), execute("B", "same")])
    content["body"].append(needed)
    message = await post_card(bot, content)
    refused: list[tuple[dict[str, Any], str]] = [
        ({"action": "A"}, "'why' is required: Say why"),
        ({"action": "A", "inputs": {"what": "x"}}, "no input 'what'"),
        ({"verb": "same"}, "2 actions match 'same'"),
        ({"action": 7}, "there is no number 7"),
    ]
    for more, complaint in refused:
        with pytest.raises(SandboxRefused, match=complaint):
            await teams.press("ana", message, **more)
    with pytest.raises(SandboxRefused, match="nobody is called 'zoe'"):
        await teams.press("zoe", message, "A")
    assert bot.heard == []


async def test_submit_arrives_as_a_message_with_a_value(place: tuple[Teams, FakeBot]) -> None:
    teams, bot = place
    message = await post_card(bot, card("x", actions=[{"type": "Action.Submit", "title": "Send", "data": {"a": 1}}]))
    await teams.press("ana", message, "Send")
    (activity,) = bot.heard
    assert (activity["type"], activity["value"], activity["replyToId"]) == ("message", {"a": 1}, message["id"])


async def test_a_dialog_opens_is_sent_and_closes(place: tuple[Teams, FakeBot]) -> None:
    teams, bot = place
    opens = {"type": "Action.Submit", "title": "Tune", "data": {"alert": 3, "msteams": {"type": "task/fetch"}}}
    message = await post_card(bot, card("x", actions=[opens]))
    form = card("Why?", actions=[{"type": "Action.Submit", "title": "Save", "data": {"step": 2}}])
    form["body"].append({"type": "Input.Text", "id": "why"})
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": form}
    bot.answer = lambda _: {"task": {"type": "continue", "value": {"title": "Tuning", "card": attachment}}}
    opened = await teams.press("ana", message, "Tune")
    assert opened["dialog"]["title"] == "Tuning"
    assert bot.heard[-1]["name"] == "task/fetch"
    assert bot.heard[-1]["value"]["data"]["alert"] == 3

    bot.answer = lambda _: {"task": {"type": "message", "value": "Saved"}}
    closed = await teams.submits("ana", "Save", why="noise")
    assert closed["toast"] == "Saved"
    assert bot.heard[-1]["name"] == "task/submit"
    assert bot.heard[-1]["value"]["data"] == {"step": 2, "why": "noise"}
    with pytest.raises(SandboxRefused, match="no dialog open"):
        await teams.submits("ana", "Save")


async def test_people_are_found_by_teams_itself_and_other_searches_ask_the_bot(place: tuple[Teams, FakeBot]) -> None:
    teams, bot = place
    bo = await teams.person("bo")
    found = await teams.searches("ana", "graph.microsoft.com/users", "ber", in_="alerts")
    assert [(r["title"], r["value"]) for r in found] == [("Bo Berg", bo["objectId"])]
    assert bot.heard == []
    await post_card(bot, card("x"))
    results = [{"title": "#12 Mimikatz", "value": "12"}]
    bot.answer = lambda _: {
        "statusCode": 200, "type": "application/vnd.microsoft.search.searchResponse", "value": {"results": results}
    }  # fmt: skip
    assert await teams.searches("ana", "incidents", "mimi", in_="alerts") == results
    assert bot.heard[-1]["value"]["queryText"] == "mimi"


async def test_a_card_is_refreshed_once_for_listed_people_who_look_at_it(place: tuple[Teams, FakeBot]) -> None:
    teams, bot = place
    ana = await teams.person("ana")
    refresh = {"action": execute("Refresh", "refresh", alert=1), "userIds": [ana["id"]]}
    await post_card(bot, card("shared", refresh=refresh))
    bot.answer = lambda _: card_answer(card("for Ana"))
    for person in ("ana", "bo", "ana"):
        await teams.looks(person, "alerts")
    (activity,) = bot.heard
    assert (activity["value"]["trigger"], activity["value"]["action"]["verb"]) == ("automatic", "refresh")
    assert card_text(await teams.card("alerts", as_="ana")) == "for Ana"
    assert card_text(await teams.card("alerts", as_="bo")) == "shared"


async def test_calls_to_the_bot_are_signed_and_the_keys_can_change(place: tuple[Teams, FakeBot]) -> None:
    teams, bot = place

    async def claims() -> dict[str, Any]:
        async with bot.session.get(f"{teams.url}/.well-known/openidconfiguration") as response:
            metadata = await response.json()
        async with bot.session.get(metadata["jwks_uri"]) as response:
            keys = {k["kid"]: k for k in (await response.json())["keys"]}
        token = bot.headers[-1]["Authorization"].removeprefix("Bearer ")
        key = keys[jwt.get_unverified_header(token)["kid"]]
        assert key["endorsements"] == ["msteams"]
        found: dict[str, Any] = jwt.decode(
            token,
            jwt.PyJWK(key).key,
            algorithms=["RS256"],
            audience=CONFIG.app_id,
            issuer="https://api.botframework.com",
        )
        return found

    await teams.says("ana", "one")
    assert (await claims())["serviceurl"] == f"{teams.url}/teams/"
    first = jwt.get_unverified_header(bot.headers[-1]["Authorization"].removeprefix("Bearer "))["kid"]
    second = await teams.rotate_keys(drop=True)
    await teams.says("ana", "two")
    assert first != second
    await claims()


async def test_any_token_can_be_tried_on_the_bot(place: tuple[Teams, FakeBot]) -> None:
    teams, bot = place
    await teams.sends("ana", claims={"aud": "somebody else", "serviceurl": None}, overrides={"text": "x"})
    token = bot.headers[-1]["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["aud"] == "somebody else"
    assert "serviceurl" not in claims
    await teams.sends("ana", authorization="")
    assert "Authorization" not in bot.headers[-1]


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({}, 200, None),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "wrong"}, 400, "unauthorized_client"),
        ({"scope": "https://graph.microsoft.com/.default"}, 400, "invalid_scope"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"tenant": "elsewhere"}, 400, "invalid_request"),
    ],
)
async def test_the_token_endpoint_answers_as_entra_does(
    place: tuple[Teams, FakeBot], form: dict[str, str], status: int, error: str | None
) -> None:
    _, bot = place
    found, body = await bot.fetch_token(**form)
    assert (found, body.get("error")) == (status, error)
    assert ("access_token" in body) == (status == 200)


async def test_an_alert_is_sent_with_the_token_of_its_source(place: tuple[Teams, FakeBot]) -> None:
    teams, bot = place
    injected = await teams.inject("error_rate")
    assert injected["answer"] == {"status": 202, "body": {"alerts": [1]}}
    source, payload, authorization = bot.alerts[0]
    assert (source, authorization) == ("alertmanager", f"Bearer {CONFIG.source_tokens['alertmanager']}")
    assert payload["alerts"][0]["labels"]["alertname"] == "HighErrorRate"
    with pytest.raises(SandboxRefused, match="no token for the source 'splunk'"):
        await teams.alert("splunk", {})


async def test_the_feed_begins_with_six_alerts_and_goes_on(place: tuple[Teams, FakeBot]) -> None:
    teams, bot = place
    await teams.feed(on=True, every=0.05)

    async def eight() -> bool:
        return len(bot.alerts) >= 8

    await teams.until(eight, waiting_for="eight alerts")
    await teams.feed(on=False)
    assert {source for source, _, _ in bot.alerts} == {"graph", "alertmanager"}


async def test_the_clock_moves_ticks_and_goes_back(place: tuple[Teams, FakeBot]) -> None:
    teams, bot = place
    moved = await teams.advance(3600)
    assert 3599 < moved["offset"] < 3601
    await teams.says("ana", "later")
    assert bot.heard[-1]["timestamp"] >= moved["now"]
    await teams.set_clock("2030-01-02T03:04:05Z")
    assert (await teams.state())["clock"]["now"].startswith("2030-01-02T03:04:")
    assert (await teams.set_clock(None))["offset"] == 0
    with pytest.raises(SandboxRefused, match="exactly one"):
        await teams._post("clock", {})


async def test_reset_forgets_everything_that_happened(place: tuple[Teams, FakeBot]) -> None:
    teams, bot = place
    await post_card(bot, card("x"))
    await teams.fault("any", status=500)
    await teams.advance(99)
    await teams.reset()
    state = await teams.state()
    assert (state["faults"], state["clock"]["offset"], state["counters"]) == ([], 0, {})
    assert not any(c["messages"] or c["installed"] for c in state["conversations"])
    assert await teams.journal() == []


async def test_a_foreign_page_cannot_drive_the_sandbox(place: tuple[Teams, FakeBot]) -> None:
    teams, bot = place
    for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}):
        async with bot.session.post(f"{teams.url}/_sandbox/reset", json={}, headers=headers) as response:
            assert response.status == 403


async def test_changes_are_streamed(place: tuple[Teams, FakeBot]) -> None:
    teams, bot = place
    async with bot.session.get(f"{teams.url}/_sandbox/events") as stream:
        assert stream.content_type == "text/event-stream"
        await teams.says("ana", "hello there")
        async with asyncio.timeout(5):
            async for line in stream.content:
                if b"hello there" in line:
                    break


async def test_buttons_are_listed_without_the_hidden_ones() -> None:
    hidden = {"type": "ActionSet", "isVisible": False, "actions": [execute("Secret", "s")]}
    shown = {"type": "Action.ShowCard", "title": "More", "card": card("inner", actions=[execute("Inner", "i")])}
    content = card("x", actions=[execute("Go", "go"), shown])
    content["body"].append(hidden)
    assert buttons(content) == ["Go", "More", "Inner"]
