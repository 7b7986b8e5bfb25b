"""Keeping Defender's books and ours alike: one replica asks and tells, the others stand by."""

import asyncio
from collections.abc import Sequence
from typing import Final

from bot.alerts.ports import Store
from bot.sources.graph.asking import Asking
from bot.sources.graph.parse import SOURCE
from bot.sources.graph.telling import Telling
from bot.sources.graph.telling_incidents import TellingIncidents

#: How long another replica waits for one that is not heard of, in seconds.
LEASE: Final = 30.0


class Keeping:
    """What the timetable calls: `tell` every few seconds, `ask` every minute."""

    def __init__(
        self, *, store: Store, asking: Asking, telling: Sequence[Telling | TellingIncidents], owner: str
    ) -> None:
        self._store = store
        self._asking = asking
        self._telling = telling
        self._owner = owner
        self._asks: asyncio.Task[None] | None = None

    async def tell(self) -> None:
        if self._telling and await self._leads():
            for telling in self._telling:
                await telling.tell_all()

    async def ask(self) -> None:
        if await self._leads():
            await self._asking.look()

    def ask_soon(self) -> None:
        """Ask now, unless that is under way: then what has just changed is found in a minute."""
        if self._asks is None or self._asks.done():
            self._asks = asyncio.create_task(self.ask(), name="ask Defender at once")

    async def _leads(self) -> bool:
        return await self._store.write(lambda uow: uow.feeds.lead(SOURCE, self._owner, seconds=LEASE))
