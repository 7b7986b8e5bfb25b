"""The adapter: turns reach a handler of the SDK, and everything that it answers reaches Teams as plain JSON."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from botbuilder.core import ActivityHandler, InvokeResponse, TurnContext
from botbuilder.core.teams import TeamsActivityHandler
from botbuilder.schema import Activity, AdaptiveCardInvokeResponse, AdaptiveCardInvokeValue
from botbuilder.schema.teams import (
    ChannelInfo,
    TaskModuleMessageResponse,
    TaskModuleRequest,
    TaskModuleResponse,
    TeamInfo,
)

from bot.alerts.errors import Busy, DeliveryDelayed
from bot.alerts.messages import Address, ConversationKind, Message
from bot.teams.activity import parse_activity
from bot.teams.adapter import InvokeAnswer, PlainInvokes, TocsinAdapter, inbound_of
from bot.teams.connector import Connector
from bot.teams.guard import Claims, Inbound
from tests.support.bot_tokens import APP_ID, SERVICE_URL, activity, invoke

THREAD = Address(SERVICE_URL, "19:alerts@thread.tacv2", ConversationKind.CHANNEL, thread="1700000000000")
TOAST = "application/vnd.microsoft.activity.message"
CARD = "application/vnd.microsoft.card.adaptive"


@dataclass
class FakeConnector:
    """Keeps what is sent; fails where told to."""

    sent: list[tuple[str, Address, Any]] = field(default_factory=list)
    fails: bool = False

    async def send(self, to: Address, activity: dict[str, Any]) -> str:
        self.sent.append(("send", to, activity))
        return f"id-{len(self.sent)}"

    async def post(self, to: Address, message: Message) -> str:
        if self.fails:
            raise DeliveryDelayed("down")
        self.sent.append(("post", to, message))
        return "id"

    async def replace(self, to: Address, activity_id: str, activity: dict[str, Any]) -> None:
        self.sent.append((f"replace {activity_id}", to, activity))

    async def delete(self, to: Address, activity_id: str) -> None:
        self.sent.append((f"delete {activity_id}", to, None))


@pytest.fixture
def connector() -> FakeConnector:
    return FakeConnector()


@pytest.fixture
def adapter(connector: FakeConnector) -> TocsinAdapter:
    return TocsinAdapter(cast("Connector", connector), sorry=lambda a: f"Sorry ({a.locale or 'en'})")


def inbound(raw: dict[str, Any]) -> Inbound:
    checked, clean = parse_activity(json.dumps(raw).encode())
    return Inbound(checked, clean, Claims(SERVICE_URL, {"aud": APP_ID}))


class Handler(PlainInvokes, TeamsActivityHandler):
    """Answers as told."""

    def __init__(self, answer: Callable[[TurnContext, Any], Any] = lambda _context, _value: None) -> None:
        self.answer = answer
        self.seen: list[Any] = []

    async def on_adaptive_card_invoke(self, turn_context: TurnContext, invoke_value: AdaptiveCardInvokeValue) -> Any:
        return self.answer(turn_context, invoke_value)

    async def on_teams_task_module_fetch(self, turn_context: TurnContext, request: TaskModuleRequest) -> Any:
        return self.answer(turn_context, request)

    async def on_teams_channel_created(self, channel: ChannelInfo, team: TeamInfo, turn_context: TurnContext) -> None:
        self.seen.append((channel.id, team.id, turn_context.activity.type))

    async def on_installation_update_add(self, turn_context: TurnContext) -> None:
        self.seen.append(turn_context.activity.action)


def press(verb: str = "assign", **more: Any) -> dict[str, Any]:
    value = {"action": {"type": "Action.Execute", "verb": verb, "data": {"alert": 7}}, **more}
    return invoke("adaptiveCard/action", value)


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        ({"statusCode": 200, "type": TOAST, "value": "Done"}, {"statusCode": 200, "type": TOAST, "value": "Done"}),
        (
            AdaptiveCardInvokeResponse(status_code=200, type=TOAST, value="Done"),
            {"statusCode": 200, "type": TOAST, "value": "Done"},
        ),
        (
            AdaptiveCardInvokeResponse(status_code=200, type=CARD, value={"b": [1]}),
            {"statusCode": 200, "type": CARD, "value": {"b": [1]}},
        ),
    ],
)  # fmt: skip
async def test_a_press_is_answered_with_what_the_handler_says(adapter: TocsinAdapter, answer: Any, body: Any) -> None:
    given = await adapter.process(inbound(press()), Handler(lambda _context, _value: answer))
    assert given == InvokeAnswer(200, body)


async def test_a_handler_sees_the_press_and_its_trigger(
    adapter: TocsinAdapter, caplog: pytest.LogCaptureFixture
) -> None:
    def look(context: TurnContext, value: AdaptiveCardInvokeValue) -> dict[str, Any]:
        return {
            "verb": value.action["verb"],
            "trigger": context.activity.value["trigger"],
            "by": context.activity.from_property.aad_object_id,
            "identity": context.turn_state["BotIdentity"].claims["aud"],
            "checked": inbound_of(context).activity.name,
        }

    given = await adapter.process(inbound(press(trigger="manual")), Handler(look))
    assert given is not None
    assert given.body == {
        "verb": "assign",
        "trigger": "manual",
        "by": "11111111-2222-3333-4444-555555555555",
        "identity": APP_ID,
        "checked": "adaptiveCard/action",
    }
    assert caplog.records == []


@pytest.mark.parametrize("value", [None, [], 5, "x", {}, {"action": []}, {"action": {"type": "Action.Submit"}}])
async def test_a_press_of_another_shape_is_a_bad_request(adapter: TocsinAdapter, value: Any) -> None:
    given = await adapter.process(inbound(invoke("adaptiveCard/action", value)), Handler())
    assert given is not None
    assert given.status == 400
    assert given.body["statusCode"] == 400
    assert given.body["value"]["code"] == "BadRequest"


async def test_the_sdks_own_error_answers_can_be_sent(adapter: TocsinAdapter) -> None:
    class Stock(TeamsActivityHandler):  # type: ignore[misc]
        """Without our mixin: the answer holds a Python exception."""

    given = await adapter.process(inbound(invoke("adaptiveCard/action", None)), Stock())
    assert given == InvokeAnswer(
        400,
        {
            "statusCode": 400,
            "type": "application/vnd.microsoft.error",
            "value": {"code": "BadRequest", "message": "Missing value property"},
        },
    )
    json.dumps(given.body if given else None)


@pytest.mark.parametrize(
    "answer",
    [{"task": {"type": "message", "value": "Done"}}, TaskModuleResponse(task=TaskModuleMessageResponse(value="Done"))],
)
async def test_a_dialog_is_answered_with_a_dict_or_an_sdk_object(adapter: TocsinAdapter, answer: Any) -> None:
    opened = invoke("task/fetch", {"data": {"alert": 7}, "context": {"theme": "dark"}})
    given = await adapter.process(inbound(opened), Handler(lambda _context, request: answer if request.data else None))
    assert given == InvokeAnswer(200, {"task": {"type": "message", "value": "Done"}})


async def test_a_name_that_the_sdk_does_not_route_can_be_served(adapter: TocsinAdapter) -> None:
    class Search(Handler):
        async def on_invoke_activity(self, turn_context: TurnContext) -> InvokeResponse:
            if turn_context.activity.name == "application/search":
                query = turn_context.activity.value["queryText"]
                return InvokeResponse(status=200, body={"statusCode": 200, "value": {"results": [{"title": query}]}})
            return await super().on_invoke_activity(turn_context)

    given = await adapter.process(inbound(invoke("application/search", {"queryText": "ana"})), Search())
    assert given == InvokeAnswer(200, {"statusCode": 200, "value": {"results": [{"title": "ana"}]}})
    given = await adapter.process(inbound(invoke("of/tomorrow", {})), Search())
    assert given == InvokeAnswer(501, None)


async def test_an_invoke_that_nobody_answers_is_not_implemented(adapter: TocsinAdapter) -> None:
    assert await adapter.process(inbound(invoke("x", {})), ActivityHandler()) == InvokeAnswer(501)


class Failing(Handler):
    async def on_turn(self, turn_context: TurnContext) -> None:
        raise RuntimeError("swordfish", turn_context)


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        (
            "adaptiveCard/action",
            InvokeAnswer(
                200,
                {
                    "statusCode": 500,
                    "type": "application/vnd.microsoft.error",
                    "value": {"code": "ServiceError", "message": "Sorry (en)"},
                },
            ),
        ),
        ("task/fetch", InvokeAnswer(200, {"task": {"type": "message", "value": "Sorry (en)"}})),
        ("task/submit", InvokeAnswer(200, {"task": {"type": "message", "value": "Sorry (en)"}})),
        ("composeExtension/fetchTask", InvokeAnswer(200, {"task": {"type": "message", "value": "Sorry (en)"}})),
        ("composeExtension/query", InvokeAnswer(200, {"composeExtension": {"type": "message", "text": "Sorry (en)"}})),
        ("of/tomorrow", InvokeAnswer(500, {"code": "ServiceError", "message": "Sorry (en)"})),
    ],
)
async def test_a_failed_invoke_is_answered_kindly_and_logged_once(
    adapter: TocsinAdapter, caplog: pytest.LogCaptureFixture, name: str, answer: InvokeAnswer
) -> None:
    assert await adapter.process(inbound(invoke(name, {})), Failing()) == answer
    assert [(r.name, r.levelno) for r in caplog.records] == [("bot.teams.adapter", logging.ERROR)]
    assert "swordfish" not in json.dumps(answer.body)


async def test_a_failed_message_is_answered_in_its_thread(
    adapter: TocsinAdapter, connector: FakeConnector, caplog: pytest.LogCaptureFixture
) -> None:
    assert await adapter.process(inbound(activity(locale="de-DE")), Failing()) is None
    assert connector.sent == [("post", THREAD, Message("Sorry (de-DE)"))]
    assert len(caplog.records) == 1


async def test_a_failed_event_is_answered_with_nothing(adapter: TocsinAdapter, connector: FakeConnector) -> None:
    assert await adapter.process(inbound(activity(type="installationUpdate")), Failing()) is None
    assert connector.sent == []


class TooBusy(Handler):
    async def on_turn(self, turn_context: TurnContext) -> None:
        raise Busy("not now", turn_context)


@pytest.mark.parametrize("kind", ["installationUpdate", "conversationUpdate", "message"])
async def test_what_a_busy_store_did_not_take_is_to_be_sent_again(
    adapter: TocsinAdapter, connector: FakeConnector, kind: str
) -> None:
    with pytest.raises(Busy):
        await adapter.process(inbound(activity(type=kind)), TooBusy())
    assert connector.sent == []


async def test_an_invoke_is_answered_kindly_where_the_store_is_busy(adapter: TocsinAdapter) -> None:
    given = await adapter.process(inbound(press()), TooBusy())
    assert given is not None
    assert given.body["value"]["message"] == "Sorry (en)"


async def test_where_nobody_can_be_told_the_turn_still_ends(
    adapter: TocsinAdapter, connector: FakeConnector, caplog: pytest.LogCaptureFixture
) -> None:
    connector.fails = True
    assert await adapter.process(inbound(activity()), Failing()) is None
    assert [r.levelno for r in caplog.records] == [logging.ERROR, logging.WARNING]


async def test_an_answer_that_is_no_json_is_a_failed_invoke(adapter: TocsinAdapter) -> None:
    given = await adapter.process(inbound(press()), Handler(lambda _context, _value: object()))
    assert given is not None
    assert given.body["statusCode"] == 500


@pytest.mark.parametrize("name", ["task/fetch", "task/submit", "composeExtension/query", "composeExtension/queryLink"])
@pytest.mark.parametrize("value", [None, [], "x", 5, {"data": 5, "context": []}])
async def test_odd_values_never_raise(adapter: TocsinAdapter, name: str, value: Any) -> None:
    given = await adapter.process(inbound(invoke(name, value)), Handler())
    assert given is not None


async def test_what_a_handler_sends_goes_into_the_thread(adapter: TocsinAdapter, connector: FakeConnector) -> None:
    class Talker(Handler):
        async def on_message_activity(self, turn_context: TurnContext) -> None:
            sent = await turn_context.send_activity("Hello")
            await turn_context.send_trace_activity("not for Teams")
            await turn_context.update_activity(Activity(id=sent.id, type="message", text="Hello again"))
            await turn_context.delete_activity(sent.id)

    assert await adapter.process(inbound(activity()), Talker()) is None
    (sent, to, hello), (replaced, _, again), (deleted, _, _) = connector.sent
    assert (sent, replaced, deleted) == ("send", "replace id-1", "delete id-1")
    assert {at for _, at, _ in connector.sent} == {to} == {THREAD}
    assert (hello["type"], hello["text"], again["text"]) == ("message", "Hello", "Hello again")
    assert hello.keys() & {"serviceUrl", "conversation", "recipient", "id"} == set()


async def test_events_reach_the_handlers_of_the_sdk(adapter: TocsinAdapter) -> None:
    handler = Handler()
    created = {"eventType": "channelCreated", "channel": {"id": "19:new"}, "team": {"id": "19:general"}}
    await adapter.process(inbound(activity(type="conversationUpdate", channelData=created)), handler)
    await adapter.process(inbound(activity(type="installationUpdate", action="add")), handler)
    assert handler.seen == [("19:new", "19:general", "conversationUpdate"), "add"]
