"""Where the time comes from: the machine, or a sandbox that can move it."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import Final

import aiohttp

from bot.alerts.ports import Clock

log = logging.getLogger(__name__)

#: How often a sandbox is asked, in seconds.
ASK_EVERY: Final = 0.25


def machine_clock() -> datetime:
    return datetime.now(UTC)


class SandboxClock:
    """The machine's time plus the offset that a sandbox tells at `url` as `{"offset": seconds}`."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self._url = url
        self._session = session
        self._offset = timedelta()

    def __call__(self) -> datetime:
        return machine_clock() + self._offset

    async def run(self) -> None:
        """Follow the sandbox until cancelled; while it does not answer, the last offset stays."""
        while True:
            await self.ask()
            await asyncio.sleep(ASK_EVERY)

    async def ask(self) -> None:
        """Ask once."""
        try:
            async with self._session.get(self._url, allow_redirects=False) as answer:
                self._offset = timedelta(seconds=float((await answer.json())["offset"]))
        except (aiohttp.ClientError, TimeoutError, KeyError, TypeError, ValueError) as problem:
            log.warning("the sandbox's clock does not answer: %s", problem)


async def clock_of(url: str, session: aiohttp.ClientSession) -> Clock:
    """The sandbox's clock, asked once, where its address is given; else the machine's."""
    if not url:
        return machine_clock
    clock = SandboxClock(url, session)
    await clock.ask()
    return clock
