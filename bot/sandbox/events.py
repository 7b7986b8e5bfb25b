"""What the page and waiting tests hear about: every change, numbered."""

import asyncio
from collections.abc import AsyncIterator

from bot.sandbox.world import Json, Value

_QUEUE = 1000


class Events:
    """Tells listeners about changes. A listener that is too slow gets one `resync` instead of what it missed."""

    def __init__(self) -> None:
        self.version = 0
        self._changed = asyncio.Event()
        self._listeners: set[asyncio.Queue[Json]] = set()

    def tell(self, kind: str, **what: Value) -> None:
        """Number a change and pass it on."""
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()
        event = {"n": self.version, "kind": kind, **what}
        for queue in self._listeners:
            if queue.full():
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait({"n": self.version, "kind": "resync"})
            else:
                queue.put_nowait(event)

    async def wait(self, *, after: int, seconds: float) -> int:
        """Wait until there is a change later than number `after`, or the time is over; answers the newest number."""
        if self.version <= after:
            try:
                async with asyncio.timeout(seconds):
                    await self._changed.wait()
            except TimeoutError:
                pass
        return self.version

    async def listen(self, *, idle: float = 15.0) -> AsyncIterator[Json | None]:
        """Changes as they happen; None after `idle` quiet seconds, so that a dead connection is noticed."""
        queue: asyncio.Queue[Json] = asyncio.Queue(_QUEUE)
        self._listeners.add(queue)
        try:
            while True:
                try:
                    async with asyncio.timeout(idle):
                        event = await queue.get()
                except TimeoutError:
                    yield None
                else:
                    yield event
        finally:
            self._listeners.discard(queue)
