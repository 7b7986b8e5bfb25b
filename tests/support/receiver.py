"""A receiver of webhooks, over real HTTP, that can be told to fail."""

import asyncio
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from aiohttp import web

Json = dict[str, Any]


@dataclass(frozen=True)
class Received:
    """A request as it came."""

    body: bytes
    headers: Any

    @property
    def event(self) -> Json:
        told: Json = json.loads(self.body)
        return told

    def is_signed_with(self, secret: str) -> bool:
        """As the documentation tells receivers to check it."""
        parts = [part.split("=", 1) for part in self.headers["X-Tocsin-Signature"].split(",")]
        stamp = dict(parts)["t"]
        right = hmac.new(secret.encode(), stamp.encode() + b"." + self.body, sha256).hexdigest()
        return any(hmac.compare_digest(right, given) for name, given in parts if name == "v1")


@dataclass
class Receiver:
    """`answer` is done for each request; `took` are the requests that were answered with 204."""

    url: str = ""
    came: list[Received] = field(default_factory=list)
    took: list[Received] = field(default_factory=list)
    answer: Callable[[Received, web.Request], Awaitable[web.StreamResponse | None]] | None = None
    #: Requests under way now, and the most that there were.
    open: int = 0
    most: int = 0

    @property
    def host(self) -> str:
        return self.url.split("/")[2]

    async def until(self, true: Callable[[], bool], seconds: float = 20) -> None:
        async with asyncio.timeout(seconds):
            while not true():  # noqa: ASYNC110 - whatever it is that becomes true
                await asyncio.sleep(0.01)

    def answers(self, *statuses: int, then: int = 204, headers: dict[str, str] | None = None) -> None:
        """Statuses one after the other, then one for ever."""
        left = list(statuses)

        async def answer(_received: Received, _request: web.Request) -> web.Response | None:
            status = left.pop(0) if left else then
            return None if status == 204 else web.Response(status=status, text=f"no: {status}", headers=headers)

        self.answer = answer

    async def receive(self, request: web.Request) -> web.StreamResponse:
        received = Received(await request.read(), request.headers)
        self.came.append(received)
        self.open += 1
        self.most = max(self.most, self.open)
        try:
            answer = await self.answer(received, request) if self.answer is not None else None
        finally:
            self.open -= 1
        if answer is None:
            self.took.append(received)
            return web.Response(status=204)
        return answer


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()
