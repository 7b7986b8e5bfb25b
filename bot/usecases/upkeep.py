"""The upkeep of what similar alerts are found by, beside everything else and in small steps."""

import asyncio
import logging
from typing import Final

from bot.alerts.habit_ports import Upkeep
from bot.alerts.ports import Clock, Store, UnitOfWork

log = logging.getLogger(__name__)

#: Alerts that are indexed in one transaction: on SQLite everybody else waits for it.
STEP: Final = 50

#: Seconds between steps, for the others.
PAUSE: Final = 0.1

#: How often the log says how far it is, in alerts.
_SAID_EVERY: Final = 10_000


async def keep_up(store: Store, clock: Clock) -> None:
    """Until there is nothing to do. Any number of processes may try; one does it, and the others find it done."""
    done = 0

    def step_of(uow: UnitOfWork) -> Upkeep:
        return uow.habits.keep_up(clock(), most=STEP)

    while True:
        step = await store.write(step_of)
        if not step.done:
            return
        if step.left and done // _SAID_EVERY != (done + step.done) // _SAID_EVERY:
            log.info("similar alerts: %d of older alerts are still to be indexed", step.left)
        done += step.done
        await asyncio.sleep(PAUSE)
