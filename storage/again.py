"""Doing a work again that lost a race, and telling the database's troubles from the work's."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import IntegrityError

from bot.alerts.errors import Busy

T = TypeVar("T")

#: Tries in all, and for how many seconds new ones are begun.
TRIES, PATIENCE = 8, 1.5


class Unable(Busy):
    """The database cannot take it now, and has been waited for already: trying again at once is no use."""


async def again(once: Callable[[], Awaitable[T]]) -> T:
    """Run a whole transaction, again where it lost a race: Busy, or a row that another transaction made first.

    What is still wrong after the last try is raised as it is.
    """
    begun = time.monotonic()
    for attempt in range(1, TRIES):
        try:
            return await once()
        except Unable:
            raise
        except (Busy, IntegrityError):
            if time.monotonic() - begun > PATIENCE:
                raise
            await asyncio.sleep(random.uniform(0.5, 1.5) * 0.002 * 2**attempt)  # noqa: S311 - only spreads out
    return await once()
