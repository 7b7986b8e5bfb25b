"""Looks back with drafts of rules that are not done, step by step, and shows how far it has come."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final

from bot.alerts.errors import Busy, NotAvailable
from bot.alerts.ports import Clock, Store, UnitOfWork
from bot.alerts.tuning import Caught, Lookback, Standing, TuningRule, condition_of
from bot.usecases.tuning_lookback import Step, begun, keep, look, steps

log = logging.getLogger(__name__)

#: Seconds after which it looks for drafts by itself, and between two showings of how far it has come.
LOOK_EVERY: Final = 15.0
SHOW_EVERY: Final = 1.0


class Lookbacks:
    """A worker. Another process may do the same work at the same time; both come to the same result."""

    def __init__(self, *, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._poked = asyncio.Event()

    def poke(self) -> None:
        """There may be a draft to look back with."""
        self._poked.set()

    async def run(self) -> None:
        while True:
            try:
                for rule in await self._store.read(_undone):
                    await self._look_back(rule)
            except Busy:
                log.warning("looking back waits: the store is busy")
            self._poked.clear()
            try:
                async with asyncio.timeout(LOOK_EVERY):
                    await self._poked.wait()
            except TimeoutError:
                continue

    async def _look_back(self, rule: TuningRule) -> None:
        lookback = rule.lookback or begun(self._clock())
        loop = asyncio.get_running_loop()
        shown = loop.time()
        for step in steps(condition_of(rule.terms), lookback):
            if step.done <= lookback.done:
                continue
            try:
                found = await self._store.read(_looking(rule.id, step, self._clock()))
            except NotAvailable:
                return
            lookback = lookback.plus(found, done=step.done)
            if lookback.is_done or loop.time() - shown > SHOW_EVERY:
                if not await self._store.write(_keeping(rule, lookback, self._clock())):
                    return
                shown = loop.time()


def _undone(uow: UnitOfWork) -> list[TuningRule]:
    drafts = uow.tuning.all(Standing.DRAFT)
    return [rule for rule in drafts if rule.lookback is None or not rule.lookback.is_done]


def _looking(rule: int, step: Step, now: datetime) -> Callable[[UnitOfWork], Caught]:
    return lambda uow: look(uow, rule, step, now)


def _keeping(rule: TuningRule, lookback: Lookback, now: datetime) -> Callable[[UnitOfWork], bool]:
    return lambda uow: keep(uow, rule.id, lookback, changed_at=rule.changed_at, now=now)
