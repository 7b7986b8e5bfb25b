"""A bot of a few lines, to test the sandbox without Tocsin: it remembers activities and answers what it is told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

from aiohttp import ClientResponse, ClientSession, web
from yarl import URL

from bot.sandbox.config import SandboxConfig
from tests.support.sandbox import Teams, running_sandbox

Json = dict[str, Any]
Answerer = Callable[[Json], Any | Awaitable[Any]]

CONFIG = SandboxConfig(invoke_timeout=0.3, latency=0.02)


def card(*texts: str, actions: list[Json] | None = None, **more: Any) -> Json:
    """An Adaptive Card with some lines."""
    body = [{"type": "TextBlock", "text": t} for t in texts]
    return {"type": "AdaptiveCard", "version": "1.5", "body": body, "actions": actions or [], **more}


def execute(title: str, verb: str, **data: Any) -> Json:
    """An Action.Execute."""
    return {"type": "Action.Execute", "title": title, "verb": verb, "data": data}


def card_message(content: Json, **more: Any) -> Json:
    """An activity with that card."""
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": content}
    return {"type": "message", "attachments": [attachment], **more}


def card_answer(content: Json) -> Json:
    """An invoke's answer that replaces the card."""
    return {"statusCode": 200, "type": "application/vnd.microsoft.card.adaptive", "value": content}


class FakeBot:
    """What it was sent is in `heard`; `answer` makes the answers to invokes; `call` speaks to the Connector."""

    def __init__(self, teams: Teams, session: ClientSession, config: SandboxConfig) -> None:
        self.teams, self.session, self.config = teams, session, config
        self.heard: list[Json] = []
        self.headers: list[dict[str, str]] = []
        self.alerts: list[tuple[str, Any, str]] = []
        self.answer: Answerer = lambda _: None
        self.status = 200
        self.token = ""

    async def fetch_token(self, *, tenant: str | None = None, **form: str) -> tuple[int, Json]:
        """Ask the token endpoint."""
        url = f"{self.teams.url}/{tenant or self.config.tenant_id}/oauth2/v2.0/token"
        full = {
            "grant_type": "client_credentials", "client_id": self.config.app_id,
            "client_secret": self.config.app_password, "scope": "https://api.botframework.com/.default",
        } | form  # fmt: skip
        async with self.session.post(url, data={k: v for k, v in full.items() if v}) as response:
            return response.status, await response.json()

    async def call(self, method: str, *path: str, body: Any = None, query: Any = None) -> tuple[int, Any]:
        """A Connector call: (status, body)."""
        response = await self.respond(method, *path, body=body, query=query)
        return response.status, await response.json()

    async def respond(self, method: str, *path: str, body: Any = None, query: Any = None) -> ClientResponse:
        """A Connector call with the whole answer."""
        if not self.token:
            self.token = (await self.fetch_token())[1]["access_token"]
        url = f"{self.teams.url}/teams/v3/" + "/".join(quote(step, safe="") for step in path)
        headers = {"Authorization": f"Bearer {self.token}"}
        response = await self.session.request(method, URL(url, encoded=True), json=body, params=query, headers=headers)
        await response.read()
        return response

    async def post_thread(self, channel: str, activity: Json) -> tuple[int, Any]:
        """A new thread in a channel, by its key."""
        body = {"isGroup": True, "channelData": {"channel": {"id": await self.id_of(channel)}}, "activity": activity}
        return await self.call("POST", "conversations", body=body)

    async def id_of(self, key: str) -> str:
        """The Teams id of a conversation."""
        return next(str(c["id"]) for c in (await self.teams.state())["conversations"] if c["key"] == key)

    async def messages(self, request: web.Request) -> web.Response:
        activity = await request.json()
        self.heard.append(activity)
        self.headers.append(dict(request.headers))
        answer = self.answer(activity)
        if asyncio.iscoroutine(answer):
            answer = await answer
        return web.json_response(answer, status=self.status) if answer is not None else web.Response(status=self.status)

    async def intake(self, request: web.Request) -> web.Response:
        self.alerts.append(
            (request.match_info["source"], await request.json(), request.headers.get("Authorization", ""))
        )  # fmt: skip
        return web.json_response({"alerts": [len(self.alerts)]}, status=202)


@asynccontextmanager
async def bot_in_sandbox(config: SandboxConfig = CONFIG) -> AsyncIterator[tuple[Teams, FakeBot]]:
    """A sandbox and a fake bot that know each other."""
    async with running_sandbox(config) as teams, ClientSession() as session:
        bot = FakeBot(teams, session, config)
        app = web.Application()
        app.router.add_post("/api/messages", bot.messages)
        app.router.add_post("/api/alerts/{source}", bot.intake)
        runner = web.AppRunner(app, shutdown_timeout=0.2)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        await teams.connect_bot(f"http://127.0.0.1:{runner.addresses[0][1]}")
        try:
            yield teams, bot
        finally:
            await runner.cleanup()
