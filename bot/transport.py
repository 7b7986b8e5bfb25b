"""What outgoing calls share: a session that trusts nothing around it, and two small helpers."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Generic, TypeVar

import aiohttp

T = TypeVar("T")

#: Seconds: 5 to connect, 15 for the whole call. Teams answers in well under one; beyond this it will not.
CALL_TIMEOUT: Final = aiohttp.ClientTimeout(total=15, sock_connect=5)


def open_session() -> aiohttp.ClientSession:
    """A client session without proxies or netrc from the environment, and without cookies. Close it at the end."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=64),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=CALL_TIMEOUT,
        trust_env=False,
    )


async def read_limited(stream: aiohttp.StreamReader, limit: int) -> bytes | None:
    """Read a body to its end, or None as soon as it is longer than `limit` bytes."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in stream.iter_any():
        size += len(chunk)
        if size > limit:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


class SingleFlight(Generic[T]):
    """Makes a call once at a time: whoever asks while it is under way gets the same result or error.

    One caller's cancellation does not stop the call for the others.
    """

    def __init__(self, call: Callable[[], Awaitable[T]]) -> None:
        self._call = call
        self._task: asyncio.Task[T] | None = None

    @property
    def under_way(self) -> bool:
        return self._task is not None and not self._task.done()

    async def __call__(self) -> T:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
            # Where every caller was cancelled, nobody else would look at the error.
            self._task.add_done_callback(lambda task: task.cancelled() or task.exception())
        return await asyncio.shield(self._task)

    async def _run(self) -> T:
        return await self._call()
