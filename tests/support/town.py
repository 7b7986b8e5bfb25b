"""The whole town: the sandbox and the real program, both over real HTTP, on ports given by the system."""

import io
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
from aiohttp import web

from bot.alerts.alert import Alert
from bot.alerts.history import Entry
from bot.alerts.ports import UnitOfWork
from bot.app import running
from bot.sandbox.config import SandboxConfig, bot_environment
from bot.settings import Settings
from storage.store import migrate, open_store
from tests.support.payloads import graph_alert
from tests.support.sandbox import Teams, buttons, card_text, message_text, running_sandbox

Json = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """What a request was answered with."""

    status: int
    content_type: str
    body: Any
    headers: Mapping[str, str]


@dataclass
class Town:
    """`teams` is what people see and do; `bot` is the program's address; `stop` and `start` restart the program."""

    teams: Teams
    config: SandboxConfig
    database_url: str
    http: aiohttp.ClientSession
    more_settings: Mapping[str, str] = field(default_factory=dict)
    bot: str = ""
    _stack: AsyncExitStack | None = None
    _raised: int = 0

    @property
    def environment(self) -> dict[str, str]:
        """The settings of the program, as environment variables."""
        return {
            **bot_environment(self.config, public_url=self.teams.url),
            "TOCSIN_DATABASE_URL": self.database_url,
            # Made-up alerts are all about the same machine; tests of incidents ask for it.
            "TOCSIN_GROUPING": "no",
            **self.more_settings,
        }

    async def start(self) -> None:
        settings = Settings.from_environment(self.environment)
        await migrate(settings.database_url)
        self._stack = AsyncExitStack()
        app = await self._stack.enter_async_context(running(settings, look_every=0.5))
        runner = web.AppRunner(app, access_log=None, lingering_time=0, shutdown_timeout=1)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.bot = f"http://127.0.0.1:{runner.addresses[0][1]}"
        await self.teams.connect_bot(self.bot)

    async def stop(self) -> None:
        if self._stack is not None:
            await self._stack.aclose()
            self._stack = None

    async def report(self, source: str, payload: Any) -> Json:
        """Report alerts as their source would; answers the 202's body."""
        answer = await self.teams.alert(source, payload)
        assert answer["status"] == 202, answer
        body: Json = answer["body"]
        return body

    async def send(self, source: str, body: Any, *, token: str | None = None, **headers: str) -> Answer:
        """Send any body to the intake; bytes as they are, anything else as JSON. `token` "" leaves the header out."""
        sent = {"Content-Type": "application/json", **{name.replace("_", "-"): text for name, text in headers.items()}}
        if token != "":
            sent["Authorization"] = f"Bearer {token or self.config.source_tokens.get(source, 'none')}"
        data = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
        async with self.http.post(f"{self.bot}/api/alerts/{source}", data=data, headers=sent) as answer:
            return Answer(answer.status, answer.content_type, await answer.json(content_type=None), answer.headers)

    async def asks(self, path: str) -> Answer:
        """GET a page of the program."""
        async with self.http.get(f"{self.bot}{path}") as answer:
            return Answer(answer.status, answer.content_type, await answer.json(content_type=None), answer.headers)

    async def raised(self, title: str = "Mimikatz credential theft", *, in_: str = "alerts", **fields: Any) -> Json:
        """A new alert of Defender's and its card in a channel: the posted message, and the alert's `number`."""
        self._raised += 1
        now = datetime.now(UTC).isoformat()
        times = {"createdDateTime": now, "firstActivityDateTime": now, "lastActivityDateTime": now}
        given = {"id": f"da{self._raised}", "incidentId": None, "title": title, **times} | fields
        number = (await self.report("graph", graph_alert(**given)))["alerts"][0]
        return {**await self.teams.wait_for_card(in_, f"#{number}"), "number": number}

    async def pressed(self, as_: str, message: Json, action: str, **inputs: Any) -> str:
        """Press a button once the person sees it; what they read then, all of it."""
        where = message["conversation"]
        await self.settled(message)

        async def there() -> bool:
            seen = await self.teams.messages(where, as_=as_)
            return any(
                m["id"] == message["id"] and m["card"] and action in buttons(m["card"], hidden=True) for m in seen
            )

        await self.teams.until(there, seconds=5, waiting_for=f"a button {action!r}", show=where)
        answer = await self.teams.press(as_, message, action, inputs=inputs)
        assert answer["status"] == 200, answer
        shown = answer["body"]["value"]
        return shown if isinstance(shown, str) else card_text(shown)

    async def settled(self, message: Json) -> None:
        """Wait a little for a card to show what is wanted: an update of it closes a form that somebody has open."""

        def is_shown(uow: UnitOfWork) -> bool:
            found = [uow.cards.of_activity(here.id, message["id"]) for here in uow.conversations.subscribed()]
            return all(card is None or card.shown_revision >= card.wanted_revision for card in found)

        async def quiet() -> bool:
            return await self.kept(is_shown)

        with suppress(AssertionError):  # one that Teams refuses never comes to rest
            await self.teams.until(quiet, seconds=2, waiting_for="the card to come to rest")

    async def told(self, as_: str, text: str, *, in_: str | None = None, thread: str | None = None) -> str:
        """Say something to the bot; what it answers, all of it."""
        where = in_ or as_
        before = {message["id"] for message in await self.teams.from_bot(where)}
        answer = await self.teams.says(as_, text, in_=where, thread=thread)
        assert answer["status"] in (200, 202), answer
        channel = where in ("general", "alerts", "quiet")
        root = (thread or answer["id"]) if channel else None
        found = await self.teams.wait_for(
            where, lambda message: message["id"] not in before and message["thread"] == root
        )
        return message_text(found)

    async def history(self, number: int) -> list[Entry]:
        """The whole history, oldest first."""
        return list(await self.kept(lambda uow: uow.history.since(number, 0)))

    async def alert(self, number: int) -> Alert:
        """The state as it is kept."""
        return await self.kept(lambda uow: uow.alerts.get(number))

    async def changed(self, work: Callable[[UnitOfWork], T]) -> T:
        """Write into the database, beside the program."""
        async with open_store(self.database_url) as store:
            return await store.write(work)

    async def kept(self, look: Callable[[UnitOfWork], T]) -> T:
        """Look into the database, beside the program."""
        async with open_store(self.database_url) as store:
            return await store.read(look)


@asynccontextmanager
async def running_town(
    folder: Path,
    *,
    database_url: str = "",
    settings: Mapping[str, str] | None = None,
    config: SandboxConfig | None = None,
) -> AsyncIterator[Town]:
    config = config or SandboxConfig()
    async with running_sandbox(config) as teams, aiohttp.ClientSession() as http:
        town = Town(teams, config, database_url or f"sqlite:///{folder / 'tocsin.db'}", http, settings or {})
        await town.start()
        try:
            yield town
        finally:
            await town.stop()
