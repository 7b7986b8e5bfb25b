"""Calls from Teams to the bot: signed, timed, and repeated where Teams repeats them."""

import asyncio
import json
import uuid
from dataclasses import dataclass

import aiohttp

from bot.sandbox.clock import stamp
from bot.sandbox.state import Sandbox
from bot.sandbox.tokens import claims_for_bot
from bot.sandbox.world import Json, Value

WENT_WRONG = "Something went wrong. Please try again."
_REPEATS_AFTER_TIMEOUT = 2


@dataclass(frozen=True, slots=True)
class Answer:
    """The bot's answer. `status` 0 means that there was none; `error` then says why."""

    status: int
    body: Value = None
    error: str | None = None

    def as_json(self) -> Json:
        """For the control API."""
        return {"status": self.status, "body": self.body} | ({"error": self.error} if self.error else {})


async def deliver(
    sandbox: Sandbox, activity: Json, *, seconds: float, claims: Json | None = None, authorization: str | None = None
) -> Answer:
    """POST one activity to the bot. `claims` are laid over the usual ones (None as a value removes a claim);
    `authorization` replaces the header, an empty one leaves it out: both are for tests of the bot's doorkeeper.
    """
    full = claims_for_bot(sandbox.config, service_url=activity.get("serviceUrl", ""), span=sandbox.clock.span()) | (
        claims or {}
    )
    header = authorization
    if header is None:
        header = f"Bearer {sandbox.keys.sign({k: v for k, v in full.items() if v is not None})}"
    headers = {"Authorization": header} if header else {}
    conversation = activity.get("conversation") or {}
    headers |= {
        "x-ms-conversation-id": str(conversation.get("id")),
        "x-ms-tenant-id": str(conversation.get("tenantId")),
    }
    sandbox.counters["activities"] += 1
    sandbox.counters[f"activities.{activity.get('name') or activity.get('type')}"] += 1
    return await post(sandbox, f"{sandbox.bot_url}/api/messages", activity, headers=headers, seconds=seconds)


async def deliver_invoke(sandbox: Sandbox, activity: Json) -> Answer:
    """Deliver an invoke; after a timeout Teams sends it twice more, with a new id and time."""
    answer = Answer(0)
    for attempt in range(1 + _REPEATS_AFTER_TIMEOUT):
        again = activity if not attempt else repeated(sandbox, activity)
        answer = await deliver(sandbox, again, seconds=sandbox.config.invoke_timeout)
        if answer.error != "timeout":
            return answer
    return answer


def repeated(sandbox: Sandbox, activity: Json) -> Json:
    """The same activity as Teams sends it again."""
    return {**activity, "id": f"f:{uuid.uuid4()}", "timestamp": stamp(sandbox.now())}


async def post(sandbox: Sandbox, url: str, payload: Value, *, headers: dict[str, str], seconds: float) -> Answer:
    """POST JSON; an answer that is not JSON comes back as text."""
    if sandbox.session is None:
        raise RuntimeError("the sandbox has not been started")
    try:
        async with asyncio.timeout(seconds):
            sending = sandbox.session.post(url, json=payload, headers=headers, allow_redirects=False)
            async with sending as response:
                text = await response.text()
    except TimeoutError:
        return Answer(0, error="timeout")
    except aiohttp.ClientError as error:
        return Answer(0, error=f"the bot cannot be reached at {sandbox.bot_url}: {type(error).__name__}")
    try:
        return Answer(response.status, json.loads(text) if text else None)
    except ValueError:
        return Answer(response.status, text)
