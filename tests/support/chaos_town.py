"""A town whose program is a real process, or several: the sandbox in this process, with its own journal.

What was acknowledged is written into the ledger; `chaos_oracle` compares it with the sandbox and the database.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
from aiohttp import web
from sqlalchemy import func, select

from bot.alerts.ports import UnitOfWork
from bot.sandbox import actions, activities, caller
from bot.sandbox.app import create_sandbox
from bot.sandbox.config import SandboxConfig, bot_environment
from bot.sandbox.state import SANDBOX, Sandbox
from bot.sandbox.world import Message
from storage import tables
from storage.store import AnyStore, open_store
from tests.support.chaos_process import Forks, Program

Json = dict[str, Any]
T = TypeVar("T")

#: Short leases keep a round short; limits that nothing meets, so that a round does not wait for Teams.
QUICK = {
    "TOCSIN_LEASE_SECONDS": "1",
    "TOCSIN_CONVERSATION_LIMITS": "100000/1",
    "TOCSIN_TENANT_LIMITS": "100000/1",
    "TOCSIN_PORT": "0",
    # What is told in threads is sent twenty seconds later: a town would never come to rest in time.
    "TOCSIN_THREADS": "no",
    "TOCSIN_HOST": "127.0.0.1",
}


@dataclass
class Ledger:
    """What the program has acknowledged: alerts by external id, comments by text with their alert."""

    alerts: dict[str, int] = field(default_factory=dict)
    comments: dict[str, int] = field(default_factory=dict)
    kills: int = 0


@dataclass(frozen=True)
class Answer:
    """An answer of the program; status 0 where there was none. `seconds` is what it took."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass
class Arena:
    """The town, without a program until one is started."""

    forks: Forks
    sandbox: Sandbox
    database_url: str
    folder: Path
    store: AnyStore
    http: aiohttp.ClientSession
    settings: Mapping[str, str]
    ledger: Ledger = field(default_factory=Ledger)
    programs: list[Program] = field(default_factory=list)

    async def start(self, settings: Mapping[str, str] | None = None, **plan: Any) -> Program:
        """One more program; Teams sends to the newest."""
        environment = {
            **bot_environment(self.sandbox.config, public_url=self.sandbox.public_url),
            **QUICK,
            **self.settings,
            **(settings or {}),
            "TOCSIN_DATABASE_URL": self.database_url,
        }
        program = await self.forks.start(environment, self.folder / "program.log", **plan)
        self.programs.append(program)
        await program.listens()
        self.sandbox.bot_url = program.url
        return program

    async def end(self, program: Program) -> None:
        """Stop it cleanly."""
        program.signal(15)
        assert await program.ends() == 0, program.said()

    async def send(self, payload: Any, *, to: Program, source: str = "graph", seconds: float = 60) -> Answer:
        """Report alerts; what is answered 202 goes into the ledger."""
        headers = {"Authorization": f"Bearer {self.sandbox.config.source_tokens[source]}"}
        began = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(seconds):
                request = self.http.post(f"{to.url}/api/alerts/{source}", json=payload, headers=headers)
                async with request as response:
                    body = await response.json(content_type=None)
                    answer = Answer(response.status, body, response.headers)
        except (aiohttp.ClientError, TimeoutError):
            answer = Answer(0)
        took = asyncio.get_running_loop().time() - began
        if answer.status == 202:
            sent = payload if isinstance(payload, list) else [payload]
            for alert, number in zip(sent, answer.body["alerts"], strict=True):
                if source == "graph":
                    self.ledger.alerts[alert["id"]] = number
        return Answer(answer.status, answer.body, answer.headers, took)

    async def get(self, path: str, *, of: Program) -> Answer:
        try:
            async with asyncio.timeout(10), self.http.get(f"{of.url}{path}") as response:
                text = await response.text()
                return Answer(response.status, text, response.headers)
        except (aiohttp.ClientError, TimeoutError):
            return Answer(0)

    async def press(self, who: str, message: Message, verb: str, **data: Any) -> Json:
        """Press a button with exactly this data, as Teams sends it, repetitions included."""
        action = {"type": "Action.Execute", "verb": verb, "data": data}
        return await actions.execute(self.sandbox, self.sandbox.world.people[who], message, action)

    def pressing(self, message: Message, verb: str, data: Json, *, sender: Json | None = None) -> Json:
        """The activity of a press, for sending it more than once, or as somebody else."""
        conversation = self.sandbox.world.conversations[message.conversation]
        value = {"action": {"type": "Action.Execute", "verb": verb, "data": data}, "trigger": "manual"}
        activity = activities.invoke(
            self.sandbox, self.sandbox.world.people["ana"], conversation, name="adaptiveCard/action", value=value,
            thread=message.thread or message.id, reply_to=message.id,
        )  # fmt: skip
        return activity | ({"from": sender} if sender else {})

    async def deliver(self, activity: Json, *, to: Program | None = None, seconds: float = 10) -> Answer:
        """Deliver an activity once."""
        began = asyncio.get_running_loop().time()
        if to is not None:
            # The sandbox takes the address when it begins the call, which is before this gives way to anybody else.
            self.sandbox.bot_url = to.url
        answer = await caller.deliver(self.sandbox, activity, seconds=seconds)
        return Answer(answer.status, answer.body, seconds=asyncio.get_running_loop().time() - began)

    async def install(self, channel: str = "alerts") -> None:
        """Install the bot with this channel chosen."""
        world = self.sandbox.world
        answer = await actions.install(self.sandbox, world.people["ana"], world.conversations[channel])
        assert answer["status"] in (200, 202), answer
        await self.until(lambda: bool(self.messages(channel)), waiting_for="the welcome")

    async def subscribe(self, channel: str, wants: str = "") -> None:
        """Subscribe a channel, to what fits a filter."""
        world = self.sandbox.world
        before = len(self.messages(channel))
        await actions.say(
            self.sandbox,
            world.people["ana"],
            world.conversations[channel],
            text=f"subscribe {wants}".strip(),
            mention=True,
            thread=None,
        )
        await self.until(lambda: len(self.messages(channel)) > before, waiting_for=f"{channel} to be subscribed")

    def messages(self, channel: str) -> list[Message]:
        """What the bot has posted there and nobody deleted."""
        found = self.sandbox.world.conversations[channel].messages
        return [message for message in found if message.sender == "bot" and not message.deleted]

    def calls(self, *kinds: str, in_: str | None = None) -> list[Json]:
        """The journal: the bot's calls of these kinds."""
        return [
            call
            for call in self.sandbox.journal
            if call["kind"] in (kinds or ("create", "post", "update")) and in_ in (None, call["conversation"])
        ]

    async def card_of(self, number: int, channel: str = "alerts") -> Message:
        """The message that shows an alert, once it is posted."""
        found: Message | None = None

        def there() -> bool:
            nonlocal found
            found = next((m for m in self.messages(channel) if f"(#{number})" in m.text), None)
            return found is not None

        await self.until(there, waiting_for=f"a card of #{number} in {channel}")
        assert found is not None
        return found

    async def until(self, condition: Callable[[], bool], *, seconds: float = 60, waiting_for: str) -> float:
        """Wait for something about the sandbox; the seconds that it took."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while not condition():
            if loop.time() - began > seconds:
                raise AssertionError(f"waited {seconds:g} s for {waiting_for}\n{self.logs()}")
            await asyncio.sleep(0.005)
        return loop.time() - began

    async def pending(self) -> int:
        """Cards that wait to be sent, where they can be."""
        waiting = (
            select(func.count())
            .select_from(tables.cards.join(tables.conversations))
            .where(tables.PENDING, tables.conversations.c.gone.is_(False))
        )
        return await self.ask(lambda on: int(on.execute(waiting).scalar_one()))

    async def drained(self, seconds: float = 60) -> float:
        """Wait until nothing waits to be sent; the seconds that it took."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while left := await self.pending():
            if loop.time() - began > seconds:
                raise AssertionError(f"{left} cards still wait after {seconds:g} s\n{self.logs()}")
            await asyncio.sleep(0.01)
        return loop.time() - began

    async def ask(self, look: Callable[[Any], T]) -> T:
        """Look into the database with a connection."""

        def work(uow: UnitOfWork) -> T:
            return look(uow.cards._on)  # type: ignore[attr-defined]

        return await self.store.read(work)

    def logs(self) -> str:
        return self.programs[-1].said() if self.programs else ""


@asynccontextmanager
async def arena_of(
    forks: Forks,
    database_url: str,
    folder: Path,
    *,
    settings: Mapping[str, str] | None = None,
    config: SandboxConfig | None = None,
) -> AsyncIterator[Arena]:
    """An arena; its programs are killed at its end."""
    app = create_sandbox(config or SandboxConfig(enforce_limits=False))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        app[SANDBOX].public_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector) as http, open_store(database_url) as store:
            arena = Arena(forks, app[SANDBOX], database_url, folder, store, http, settings or {})
            try:
                yield arena
            finally:
                for program in arena.programs:
                    program.kill()
                for program in arena.programs:
                    await program.ends()
    finally:
        await runner.cleanup()


def card_of(message: Message) -> Json:
    """The card that everybody sees."""
    found: Json | None = next(iter(message.cards()), None)
    assert found is not None, f"message {message.id} has no card"
    return found


def walk(node: Any) -> list[Json]:
    """All objects in a card."""
    if isinstance(node, list):
        return [found for item in node for found in walk(item)]
    if isinstance(node, dict):
        return [node, *(found for item in node.values() for found in walk(item))]
    return []


def as_line(figures: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in figures.items())


def encoded(value: Any) -> bytes:
    return json.dumps(value).encode()
