"""Drives the sandbox from tests, in the words of what people do.

async with running_sandbox(config) as teams:
    await teams.install("ana", channel="alerts")
    card = await teams.wait_for_card("alerts", "Mimikatz")
    await teams.press("ana", card, "Assign to me")
    assert "Ana" in card_text(await teams.card("alerts", as_="bo"))
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientSession, web

from bot.sandbox.app import create_sandbox
from bot.sandbox.carddata import buttons as card_buttons
from bot.sandbox.config import SandboxConfig
from bot.sandbox.state import SANDBOX

Json = dict[str, Any]
_SHOWN = ("title", "text", "value", "label", "placeholder", "altText", "subtitle", "header")
_WALKED = (
    "body", "items", "columns", "rows", "cells", "facts", "inlines", "images", "actions", "card", "choices", "pages",
    "data", "menuActions", "codeSnippet",
)  # fmt: skip


class SandboxRefused(AssertionError):
    """The control API answered 400: the test asked for something that cannot be done in Teams."""


class Teams:
    """A driver over HTTP. Conversations: general, alerts, quiet, group, or a person's key for their 1:1 chat."""

    def __init__(self, url: str, session: ClientSession) -> None:
        self.url = url.rstrip("/")
        self._session = session

    async def install(self, as_: str = "ana", *, channel: str | None = None, chat: str | None = None) -> Json:
        """Add the app: to the team with this channel chosen, to a group chat, or to the person's 1:1 chat."""
        return await self._post("install", {"as": as_, "channel": channel, "chat": chat})

    async def uninstall(self, as_: str = "ana", *, channel: str | None = None, chat: str | None = None) -> Json:
        """Remove it again."""
        return await self._post("uninstall", {"as": as_, "channel": channel, "chat": chat})

    async def says(self, as_: str, text: str, *, in_: str | None = None, thread: str | None = None,
                   mention: bool | None = None) -> Json:  # fmt: skip
        """A person writes; outside 1:1 chats the bot is mentioned unless `mention` is False."""
        if mention is None:
            mention = in_ is not None and in_ not in ("ana", "bo", "chidi", "dana", "sam")
        body = {"as": as_, "conversation": in_, "text": text, "mention": mention, "thread": thread}
        return await self._post("message", body)

    async def press(self, as_: str, message: Mapping[str, Any] | None, action: str | int | None = None, *,
                    in_: str | None = None, **more: Any) -> Json:  # fmt: skip
        """Press a button of a card: `action` is its title, verb or index; `more` as in the control API:
        inputs, verb, data, trigger, repeat, together. `message` None takes the newest card in `in_`.
        """
        where = message["conversation"] if message is not None else in_
        body = {"as": as_, "conversation": where, "activity": message["id"] if message else None, "action": action}
        return await self._post("press", body | more)

    async def consents(self, as_: str, message: Mapping[str, Any], *, action: str = "accept", repeat: int = 1) -> Json:
        """Press Allow (accept) or Decline on a file consent card."""
        body = {"as": as_, "conversation": message["conversation"], "activity": message["id"]}
        return await self._post("consent", body | {"action": action, "repeat": repeat})

    async def looks(self, as_: str, in_: str, message: Mapping[str, Any] | None = None) -> Json:
        """The person has the conversation before them: cards that want it are refreshed for them."""
        return await self._post(
            "look", {"as": as_, "conversation": in_, "activity": message["id"] if message else None}
        )

    async def submits(self, as_: str, action: str | int | None = None, **inputs: Any) -> Json:
        """Press a button (the first one) of the dialog that the person has open."""
        return await self._post("dialog", {"as": as_, "action": action, "inputs": inputs})

    async def sets(self, as_: str, **settings: str) -> Json:
        """Somebody sets their `locale` (as de-DE) or their `timezone` (as Europe/Berlin)."""
        return await self._post("settings", {"as": as_, **settings})

    async def searches(self, as_: str, dataset: str, query: str, *, in_: str | None = None) -> list[Json]:
        """Type into a choice set that searches."""
        body = {"as": as_, "conversation": in_, "dataset": dataset, "query": query}
        results: list[Json] = (await self._post("search", body))["results"]
        return results

    async def finds(self, as_: str, command: str, query: str = "", *, in_: str | None = None) -> Json:
        """Type into the message extension's search, or open it."""
        return await self._post("extension/query", {"as": as_, "conversation": in_, "command": command, "query": query})

    async def shares(self, as_: str, *, in_: str, text: str = "", **what: Any) -> Json:
        """Send a message with the card of a find (`value`), or with an address (`url`)."""
        return await self._post("extension/share", {"as": as_, "conversation": in_, "text": text, **what})

    async def acts_on(self, as_: str, command: str, *, in_: str, message: str | None = None) -> Json:
        """Choose the app's action in the menu of a message."""
        return await self._post(
            "extension/act", {"as": as_, "conversation": in_, "command": command, "activity": message}
        )

    async def invokes(self, as_: str, name: str, value: Any, *, in_: str | None = None) -> Json:
        """Send any invoke."""
        return await self._post("invoke", {"as": as_, "conversation": in_, "name": name, "value": value})

    async def sends(self, as_: str, *, in_: str | None = None, **more: Any) -> Json:
        """Send any activity with any token: overrides, without, claims, authorization, thread."""
        return await self._post("activity", {"as": as_, "conversation": in_, **more})

    async def messages(self, in_: str, *, as_: str | None = None) -> list[Json]:
        """All messages there; each one's `card` is what `as_` sees."""
        query = {"conversation": in_} | ({"as": as_} if as_ else {})
        messages: list[Json] = (await self._get("messages", query))["messages"]
        return messages

    async def from_bot(self, in_: str, *, as_: str | None = None) -> list[Json]:
        """The bot's messages there, without deleted ones."""
        return [m for m in await self.messages(in_, as_=as_) if m["from"] == "bot" and not m["deleted"]]

    async def card(self, in_: str, *, as_: str | None = None, containing: str = "") -> Json:
        """The newest card there whose text contains `containing`, as this person sees it."""
        message = await self._find(in_, as_, lambda m: m["card"] is not None and containing in card_text(m["card"]))
        if message is None:
            raise AssertionError(f"no card with {containing!r} in {in_}: {await self.describe(in_, as_=as_)}")
        card: Json = message["card"]
        return card

    async def wait_for(self, in_: str, condition: str | Callable[[Json], bool], *, as_: str | None = None,
                       seconds: float = 15.0) -> Json:  # fmt: skip
        """Wait for a message of the bot: one whose text or card contains a text, or meets a condition.

        Answers the newest such message; its `card` is what `as_` sees.
        """

        def holds(message: Json) -> bool:
            return condition in message_text(message) if isinstance(condition, str) else condition(message)

        found: Json | None = None

        async def there() -> bool:
            nonlocal found
            found = await self._find(in_, as_, holds)
            return found is not None

        await self.until(there, seconds=seconds, waiting_for=f"{condition!r} in {in_}", show=in_)
        assert found is not None
        return found

    async def wait_for_card(self, in_: str, containing: str = "", *, as_: str | None = None,
                            seconds: float = 15.0) -> Json:  # fmt: skip
        """Wait for a message with a card that contains a text."""

        def holds(message: Json) -> bool:
            return message["card"] is not None and containing in card_text(message["card"])

        return await self.wait_for(in_, holds, as_=as_, seconds=seconds)

    async def until(self, condition: Callable[[], Awaitable[bool]], *, seconds: float = 15.0,
                    waiting_for: str = "a condition", show: str | None = None) -> None:  # fmt: skip
        """Wait until a condition about the sandbox holds, looking again whenever something changes in it."""
        give_up = time.monotonic() + seconds
        version = 0
        while not await condition():
            left = give_up - time.monotonic()
            if left <= 0:
                seen = await self.describe(show) if show else ""
                raise AssertionError(f"waited {seconds:g} s for {waiting_for}\n{seen}")
            query = {"after": str(version), "seconds": f"{min(left, 0.5):.2f}"}
            version = (await self._get("wait", query))["version"]

    async def fault(self, on: str, **fault: Any) -> None:
        """Tell the sandbox to fail: status, code, retryAfter, delay, drop, times, conversation."""
        await self._post("fault", {"on": on, **fault})

    async def heal(self) -> None:
        """No more faults."""
        await self._call("DELETE", "fault", None)

    async def journal(self, *kinds: str, in_: str | None = None) -> list[Json]:
        """The bot's calls: all, or those of some kinds (post, update, delete, create, members, token, keys)."""
        calls = (await self._get("journal"))["calls"]
        return [c for c in calls if (not kinds or c["kind"] in kinds) and in_ in (None, c["conversation"])]

    async def state(self) -> Json:
        """Everything."""
        return await self._get("state")

    async def person(self, key: str) -> Json:
        """One person: name, objectId, id (`29:…`), upn, tenantId …"""
        return next(p for p in (await self.state())["people"] if p["key"] == key)

    async def alert(self, source: str, payload: Any) -> Json:
        """Send an alert as its source would: {status, body}."""
        return await self._post("alert", {"source": source, "payload": payload})

    async def sample(self, kind: str) -> Json:
        """A sample alert, by its id (credential_theft, error_rate …): {id, source, title, severity, payload}."""
        samples = (await self._get("samples"))["samples"]
        return next(s for s in samples if s["id"] == kind)

    async def inject(self, kind: str) -> Json:
        """Send a sample alert; answers the sample and the bot's `answer`."""
        sample = await self.sample(kind)
        return {**sample, "answer": await self.alert(sample["source"], sample["payload"])}

    async def advance(self, seconds: float) -> Json:
        """Move the clock on."""
        return await self._post("clock", {"advance": seconds})

    async def set_clock(self, now: str | None) -> Json:
        """Make it that time (ISO, with a zone), or real time again."""
        return await self._post("clock", {"now": now} if now else {"reset": True})

    async def limits(self, *, on: bool) -> None:
        """Teams' rate limits on or off."""
        await self._post("limits", {"on": on})

    async def feed(self, *, on: bool, every: float | None = None) -> None:
        """The feed on or off."""
        await self._post("feed", {"on": on, "every": every})

    async def rotate_keys(self, *, drop: bool = False) -> str:
        """Sign with a new key."""
        return str((await self._post("keys/rotate", {"drop": drop}))["kid"])

    async def defender_raises(self, *alerts: Json) -> None:
        """Alerts that Defender raises by itself."""
        for start in range(0, len(alerts), 200):
            await self._post("defender", {"alerts": list(alerts[start : start + 200])})

    async def in_the_portal(self, as_: str, alert: str, comment: str = "", *, move: str = "", **changes: Any) -> Json:
        """Somebody changes an alert in Defender's portal, or moves it; what Defender then has of it."""
        body = {"as": as_, "alert": alert, "changes": changes, "comment": comment, "move": move}
        return await self._post("portal", body)

    async def incident_in_the_portal(
        self, as_: str, incident: str, comment: str = "", *, merge: Sequence[str] = (), **changes: Any
    ) -> Json:
        """Somebody changes an incident in Defender's portal, or merges others with it."""
        body = {"as": as_, "incident": incident, "changes": changes, "comment": comment, "merge": list(merge)}
        return await self._post("portal/incident", body)

    async def defenders_incidents(self) -> list[Json]:
        """As Defender has them."""
        found: list[Json] = (await self._get("portal"))["incidents"]
        return found

    async def defenders_incident(self, incident: str) -> Json:
        return next(one for one in await self.defenders_incidents() if one["id"] == incident)

    async def group(self, group: str, *members: str) -> None:
        """Who is in a group of Entra's, or has a directory role (`role:<template id>`)."""
        await self._post("group", {"group": group, "members": list(members)})

    async def user(self, user: str, **known: Any) -> None:
        """What Entra and Exchange know of somebody: `away`, `risk` …"""
        await self._post("user", {"user": user, **known})

    async def connect_bot(self, url: str) -> None:
        """Say where the bot listens."""
        await self._post("bot", {"url": url})

    async def reset(self) -> None:
        """Forget everything that happened."""
        await self._post("reset", {})

    async def describe(self, in_: str, *, as_: str | None = None) -> str:
        """What stands in a conversation, for the message of a failed test."""
        return (
            "\n".join(f"  {m['from']}: {message_text(m)!r}" for m in await self.messages(in_, as_=as_)) or "  (empty)"
        )

    async def _find(self, in_: str, as_: str | None, holds: Callable[[Json], bool]) -> Json | None:
        return next((m for m in reversed(await self.from_bot(in_, as_=as_)) if holds(m)), None)

    async def _post(self, path: str, body: Json) -> Json:
        return await self._call("POST", path, {k: v for k, v in body.items() if v is not None})

    async def _get(self, path: str, query: Mapping[str, str] | None = None) -> Json:
        return await self._call("GET", path, None, query)

    async def _call(self, method: str, path: str, body: Json | None, query: Mapping[str, str] | None = None) -> Json:
        url = f"{self.url}/_sandbox/{path}"
        async with self._session.request(method, url, json=body, params=query) as response:
            answer: Json = await response.json()
            if response.status == 400:
                raise SandboxRefused(answer["error"])
            assert response.status == 200, (response.status, answer)
            return answer


@asynccontextmanager
async def running_sandbox(config: SandboxConfig | None = None) -> AsyncIterator[Teams]:
    """A sandbox on a free port of loopback; `teams.url` is its address, `connect_bot` tells it where the bot is."""
    app = create_sandbox(config or SandboxConfig())
    runner = web.AppRunner(app, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    app[SANDBOX].public_url = f"http://127.0.0.1:{port}"
    try:
        async with ClientSession() as session:
            yield Teams(f"http://127.0.0.1:{port}", session)
    finally:
        await runner.cleanup()


def card_text(card: Any) -> str:
    """Everything that can be read in a card, one piece a line: texts, facts, badges, choices, titles of buttons."""
    return "\n".join(_texts(card)).replace("\u00a0", " ")


def message_text(message: Mapping[str, Any]) -> str:
    """Text and card of a message as `messages` gives it."""
    cards = [message["card"]] if message.get("card") is not None else message["cards"]
    return "\n".join([message["plain"].replace("\u00a0", " "), *(card_text(c) for c in cards)]).strip()


def buttons(card: Mapping[str, Any], *, hidden: bool = False) -> list[str]:
    """The titles of a card's buttons in order, menus and shown cards included; hidden ones only with `hidden`."""
    found = [b for b in card_buttons(dict(card)) if hidden or b.visible]
    return [str(b.action.get("title", "")) for b in found if b.action.get("title")]


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, list):
        for item in node:
            yield from _texts(item)
    elif isinstance(node, dict):
        is_action = str(node.get("type", "")).startswith("Action.")
        for name in ("title",) if is_action else _SHOWN:
            if isinstance(node.get(name), str):
                yield node[name]
        for name in ("card", "menuActions") if is_action else _WALKED:
            yield from _texts(node.get(name))
