"""How far an export is: told to people, and to other replicas, who leave it alone meanwhile."""

import time
from datetime import timedelta
from typing import Final

from bot.alerts.export import Export
from bot.alerts.ports import Clock, Store, UnitOfWork
from bot.usecases import exports

#: A claim holds so long without a word; a word is given after each batch and each fragment, but not more often than
#: this, in seconds.
LEASE: Final = timedelta(seconds=150)
TELL_EVERY: Final = 2.0


class Progress:
    """Says how far one is, not too often, and hears whether it is still wanted."""

    def __init__(self, store: Store, clock: Clock, owner: str, export: Export, total: int) -> None:
        self._store, self._clock, self._owner = store, clock, owner
        self._export, self._total = export, total
        self._told = 0.0
        self.written = 0
        self.services: set[str] = set()

    async def __call__(self, done: int, *, at_once: bool = False) -> bool:
        """False where somebody stopped it, or another process has it."""
        if not at_once and time.monotonic() - self._told < TELL_EVERY:
            return True
        self._told, now, export = time.monotonic(), self._clock(), self._export

        def tell(uow: UnitOfWork) -> bool:
            wanted = uow.exports.progress(export, owner=self._owner, lease=LEASE, done=done, total=self._total)
            if wanted:
                exports.told(uow, export, now)
            return wanted

        return await self._store.write(tell)
