"""The SDK's adapter, ours: turns come in from the guard, and everything that is sent goes through our Connector.

The stock adapter builds two HTTP clients and a token client for each turn, fails on every invoke with a body, and
repeats nothing of what Teams wants repeated. What is left of it here is what handlers need: the turn.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from botbuilder.core import ActivityHandler, BotAdapter, InvokeResponse, TurnContext
from botbuilder.core.activity_handler import _InvokeResponseException
from botbuilder.schema import (
    Activity,
    ActivityTypes,
    AdaptiveCardInvokeValue,
    ChannelAccount,
    ConversationAccount,
    ConversationReference,
    Entity,
    ResourceResponse,
)
from botframework.connector.auth import ClaimsIdentity

from bot.alerts.errors import Busy, DeliveryProblem
from bot.alerts.messages import Address, ConversationKind, Message
from bot.teams.activity import Account, InboundActivity
from bot.teams.connector import Connector
from bot.teams.guard import Inbound
from bot.teams.wire import Json, to_json, written

_log = logging.getLogger(__name__)

_INBOUND: Final = "tocsin.inbound"
_INVOKE: Final = BotAdapter._INVOKE_RESPONSE_KEY  # noqa: SLF001 - the SDK's handlers look for an answer there
_ERROR_TYPE: Final = "application/vnd.microsoft.error"
#: Seconds for telling somebody that their message went wrong.
_APOLOGY_TIME: Final = 5


@dataclass(frozen=True, slots=True)
class InvokeAnswer:
    """What an invoke is answered with: an HTTP status and JSON, or None for an empty body; `text` where it is known."""

    status: int
    body: Any = None
    text: bytes | None = field(default=None, compare=False, repr=False)


def inbound_of(context: TurnContext) -> Inbound:
    """The checked activity behind a turn."""
    inbound: Inbound = context.turn_state[_INBOUND]
    return inbound


class TocsinAdapter(BotAdapter):  # type: ignore[misc]
    """Runs a handler for an inbound activity. `sorry` words an unexpected failure for the person who met it."""

    def __init__(self, connector: Connector, *, sorry: Callable[[InboundActivity], str]) -> None:
        super().__init__()
        self._connector = connector
        self._sorry = sorry

    async def process(self, inbound: Inbound, handler: ActivityHandler) -> InvokeAnswer | None:
        """Run one turn and give the answer of an invoke, None for anything else.

        Raises Busy where Teams is to send it again, which it does not do with an invoke; nothing else of the handler's.
        """
        context = TurnContext(self, sdk_activity(inbound))
        context.turn_state[_INBOUND] = inbound
        context.turn_state[BotAdapter.BOT_IDENTITY_KEY] = ClaimsIdentity(dict(inbound.claims.values), True)  # noqa: FBT003
        is_invoke = inbound.activity.type == ActivityTypes.invoke
        try:
            await self.run_pipeline(context, handler.on_turn)
            return _answer(context) if is_invoke else None
        except Busy:
            if not is_invoke:
                raise
            _log.warning("A turn failed, because the store is busy: %s", inbound.activity.name)
        except Exception:  # noqa: BLE001 - the border of a turn: whatever went wrong, the person gets a kind answer
            _log.exception("A turn failed: %s %s", inbound.activity.type, inbound.activity.name)
        if is_invoke:
            return failed_invoke(inbound.activity.name, self._sorry(inbound.activity))
        if inbound.activity.type == ActivityTypes.message:
            await self._apologise(inbound.activity)
        return None

    async def send_activities(self, context: TurnContext, activities: list[Activity]) -> list[ResourceResponse]:
        sent = []
        for activity in activities:
            if activity.type == ActivityTypes.invoke_response:
                context.turn_state[_INVOKE] = activity.value
                sent.append(ResourceResponse())
            elif activity.type == ActivityTypes.trace:
                sent.append(ResourceResponse())
            else:
                posted = await self._connector.send(_address(activity), _outgoing(activity))
                sent.append(ResourceResponse(id=posted))
        return sent

    async def update_activity(self, context: TurnContext, activity: Activity) -> ResourceResponse:  # noqa: ARG002
        await self._connector.replace(_address(activity), activity.id, _outgoing(activity))
        return ResourceResponse(id=activity.id)

    async def delete_activity(self, context: TurnContext, reference: ConversationReference) -> None:  # noqa: ARG002
        await self._connector.delete(_address(reference), reference.activity_id)

    async def _apologise(self, activity: InboundActivity) -> None:
        try:
            async with asyncio.timeout(_APOLOGY_TIME):
                await self._connector.post(activity.address, Message(self._sorry(activity)))
        except (DeliveryProblem, TimeoutError) as problem:
            _log.warning("Nobody could be told of a failed turn: %s", problem)


class PlainInvokes:
    """Put before TeamsActivityHandler: a handler's answers to invokes stay as they are until the adapter sends them.

    A handler may return dicts, texts and the SDK's objects alike. The raw value, with `trigger`, is in
    `context.activity.value`.
    """

    async def on_turn(self, turn_context: TurnContext) -> None:
        if turn_context.activity.type != ActivityTypes.invoke:
            await super().on_turn(turn_context)  # type: ignore[misc]
            return
        # Not by way of send_activity, which would copy the whole card.
        response = await self.on_invoke_activity(turn_context)  # type: ignore[attr-defined]
        if response is not None and turn_context.turn_state.get(_INVOKE) is None:
            turn_context.turn_state[_INVOKE] = response

    @staticmethod
    def _create_invoke_response(body: object = None) -> InvokeResponse:
        return InvokeResponse(status=int(HTTPStatus.OK), body=body)

    def _get_adaptive_card_invoke_value(self, activity: Activity) -> AdaptiveCardInvokeValue:
        value = activity.value if isinstance(activity.value, dict) else {}
        action = value.get("action")
        if not isinstance(action, dict) or action.get("type") != "Action.Execute":
            error = _card_error(400, "BadRequest", "Only Action.Execute is understood")
            raise _InvokeResponseException(HTTPStatus.BAD_REQUEST, error)
        return AdaptiveCardInvokeValue(
            action=action, authentication=value.get("authentication"), state=value.get("state")
        )  # fmt: skip


def sdk_activity(inbound: Inbound) -> Activity:
    """The SDK's activity, built from what was checked; its own reader would take a millisecond and wrong types."""
    activity, raw = inbound.activity, inbound.raw
    place = activity.conversation
    conversation = ConversationAccount(
        id=place.id, name=place.name or None, is_group=place.is_group,
        conversation_type=place.conversation_type or None, tenant_id=place.tenant_id,
    )  # fmt: skip
    channel_data = raw.get("channelData")
    return Activity(
        type=activity.type, id=activity.id or None, service_url=activity.service_url, channel_id=activity.channel_id,
        from_property=_account(activity.from_), recipient=_account(activity.recipient) if activity.recipient else None,
        conversation=conversation, channel_data=channel_data if isinstance(channel_data, dict) else {},
        name=activity.name or None, value=raw.get("value"), text=activity.text or None,
        text_format=activity.text_format or None, action=activity.action or None,
        entities=[_entity(e) for e in raw.get("entities") or () if isinstance(e, dict)],
        members_added=[_account(m) for m in activity.members_added] or None,
        members_removed=[_account(m) for m in activity.members_removed] or None,
        reply_to_id=activity.reply_to_id or None, locale=activity.locale or None,
        local_timezone=activity.local_timezone or None,
    )  # fmt: skip


def failed_invoke(name: str, words: str) -> InvokeAnswer:
    """The answer to an invoke that went wrong, in the form in which Teams shows its words to the person."""
    if name in {"adaptiveCard/action", "application/search"}:
        return InvokeAnswer(200, _card_error(500, "ServiceError", words))
    if name == "composeExtension/query":
        return InvokeAnswer(200, {"composeExtension": {"type": "message", "text": words}})
    if name.startswith(("task/", "composeExtension/")):
        return InvokeAnswer(200, {"task": {"type": "message", "value": words}})
    return InvokeAnswer(500, {"code": "ServiceError", "message": words})


def _card_error(status: int, code: str, message: str) -> Json:
    return {"statusCode": status, "type": _ERROR_TYPE, "value": {"code": code, "message": message}}


def _answer(context: TurnContext) -> InvokeAnswer:
    response = context.turn_state.get(_INVOKE)
    if response is None:
        return InvokeAnswer(int(HTTPStatus.NOT_IMPLEMENTED))
    return InvokeAnswer(int(response.status), *written(response.body))


def _address(about: Activity | ConversationReference) -> Address:
    """Where an outgoing activity goes: the SDK keeps a thread in the conversation's id."""
    place = about.conversation
    conversation, _, thread = place.id.partition(";messageid=")
    # An activity of a turn answers into the turn's thread, or its chat; new threads are opened by our own Messenger.
    kind = ConversationKind.CHANNEL if thread else ConversationKind.PERSONAL
    return Address(about.service_url, conversation, kind, thread or None)


def _outgoing(activity: Activity) -> Json:
    """The JSON of an SDK activity without what the Connector knows from the address."""
    return {name: value for name, value in to_json(activity).items() if name not in _KNOWN_BY_ADDRESS}


_KNOWN_BY_ADDRESS: Final = frozenset({"id", "serviceUrl", "channelId", "conversation", "recipient"})


def _account(account: Account) -> ChannelAccount:
    return ChannelAccount(
        id=account.id, name=account.name or None, aad_object_id=account.aad_object_id, role=account.role or None
    )  # fmt: skip


def _entity(raw: Json) -> Entity:
    entity = Entity(type=str(raw.get("type", "")))
    entity.additional_properties = {name: value for name, value in raw.items() if name != "type"}
    return entity
