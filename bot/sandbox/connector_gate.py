"""What every Connector call passes: faults, the bearer token, rate limits, and the journal."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import unquote

from aiohttp import web

from bot.sandbox.clock import stamp
from bot.sandbox.faults import Fault
from bot.sandbox.state import SANDBOX, Sandbox
from bot.sandbox.world import Json

_DEFAULT_CODES = {
    400: "BadArgument", 401: "BotNotRegistered", 403: "BotNotInConversationRoster", 404: "ConversationNotFound",
    412: "PreconditionFailed", 413: "MessageSizeTooBig", 429: "Throttled", 500: "ServiceError", 502: "BadGateway",
    503: "ServiceUnavailable", 504: "GatewayTimeout",
}  # fmt: skip


class TeamsError(Exception):
    """An answer that is not a success, with Teams' code."""

    def __init__(self, status: int, code: str, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.retry_after = status, code, message, retry_after

    def response(self) -> web.Response:
        """The error as the Connector writes it."""
        headers = {} if self.retry_after is None else {"Retry-After": f"{self.retry_after:g}"}
        body = {"error": {"code": self.code, "message": self.message}}
        return web.json_response(body, status=self.status, headers=headers)


@dataclass(slots=True)
class Call:
    """One call of the bot while it is handled; `conversation` is our key, once known."""

    sandbox: Sandbox
    request: web.Request
    kind: str
    conversation_id: str
    conversation: str | None
    activity: str | None


Handler = Callable[[Call], Awaitable[web.Response]]


def gate(kind: str, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Wrap a Connector handler."""

    async def handle(request: web.Request) -> web.StreamResponse:
        sandbox = request.app[SANDBOX]
        info = request.match_info
        conversation_id = unquote(info.get("conversation", "")) or await _creates_in(request, kind)
        known = sandbox.world.by_id(conversation_id)
        activity = unquote(info.get("activity", "")) or None
        call = Call(sandbox, request, kind, conversation_id, known.key if known else None, activity)
        return await journalled(call, handler)

    return handle


async def journalled(call: Call, handler: Handler) -> web.StreamResponse:
    """Do a call with the fault that it meets, and write down how it ended."""
    began = stamp(call.sandbox.now())
    fault = call.sandbox.faults.take(kind=call.kind, conversation=call.conversation, method=call.request.method)
    if fault and fault.delay:
        await asyncio.sleep(fault.delay)
    dropped = fault.drop if fault else None
    response: web.Response | None = None
    if dropped != "before":
        response = await _answer(call, handler, fault)
    call.sandbox.note_call(
        kind=call.kind, method=call.request.method, path=unquote(call.request.path),
        status=response.status if response is not None else 0, conversation=call.conversation, activity=call.activity,
        dropped=dropped, fault=fault is not None, began=began,
        retryAfter=response.headers.get("Retry-After") if response is not None else None,
    )  # fmt: skip
    if dropped or response is None:
        if call.request.transport is not None:
            call.request.transport.abort()
        return web.Response()
    return response


async def read_json(request: web.Request) -> Json:
    """The body as a JSON object, or Teams' 400."""
    try:
        body = json.loads(await request.read())
    except ConnectionResetError:
        raise TeamsError(400, "BadSyntax", "The caller is gone") from None
    except ValueError:
        raise TeamsError(400, "BadSyntax", "The body is not JSON") from None
    if not isinstance(body, dict):
        raise TeamsError(400, "BadSyntax", "The body is not a JSON object")
    return body


async def _answer(call: Call, handler: Handler, fault: Fault | None) -> web.Response:
    if fault and fault.status:
        code = fault.code or _DEFAULT_CODES.get(fault.status, "ServiceError")
        message = fault.message or "The sandbox was told to fail"
        return TeamsError(fault.status, code, message, retry_after=fault.retryAfter).response()
    try:
        if call.kind in ("token", "keys", "graph", "upload"):
            return await handler(call)
        _check_token(call)
        _check_limits(call)
        return await _alone(call, handler)
    except TeamsError as error:
        return error.response()


def _check_token(call: Call) -> None:
    scheme, _, token = call.request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or call.sandbox.keys.connector_claims(token) is None:
        raise TeamsError(401, "Unauthorized", "Authorization has been denied for this request.")


def _check_limits(call: Call) -> None:
    if not call.sandbox.enforce_limits:
        return
    thread = call.conversation_id.split(";", 1)[0]
    refused = call.sandbox.limits.refuse(kind=call.kind, conversation=thread, now=call.sandbox.now())
    if refused:
        what, seconds = refused
        raise TeamsError(429, "Throttled", f"API calls quota exceeded! {what}.", retry_after=seconds)


async def _alone(call: Call, handler: Handler) -> web.Response:
    """Teams answers 412 where two updates of one conversation overlap; `latency` makes an overlap possible."""
    latency = call.sandbox.config.latency
    if call.kind not in ("update", "delete"):
        await asyncio.sleep(latency)
        return await handler(call)
    updating = call.sandbox.updating
    if call.conversation_id in updating:
        raise TeamsError(412, "PreconditionFailed", "The conversation is being changed by another call.")
    updating.add(call.conversation_id)
    try:
        await asyncio.sleep(latency)
        return await handler(call)
    finally:
        updating.discard(call.conversation_id)


async def _creates_in(request: web.Request, kind: str) -> str:
    """Where a create call goes: the channel's id, or the member's; limits and faults are counted by it."""
    if kind != "create":
        return ""
    sandbox = request.app[SANDBOX]
    try:
        body = await read_json(request)
        data, members = body.get("channelData") or {}, body.get("members")
        if isinstance(data, dict) and isinstance(data.get("channel"), dict):
            return str(data["channel"].get("id", ""))
        if isinstance(members, list) and members and isinstance(members[0], dict):
            person = sandbox.world.person_by_id(str(members[0].get("id")))
            return sandbox.world.conversations[person.key].id if person else ""
    except TeamsError:
        pass  # the handler reads the body again and says what is wrong
    return ""
