"""Loops that go on, whatever happens in one of their turns."""

import logging
from collections.abc import Awaitable, Callable
from typing import Final

from bot.alerts.errors import Busy

log = logging.getLogger(__name__)

#: How long nothing happens before we look anyway: another process may have written. Seconds.
POLL: Final = 0.5


async def survived(turn: Callable[[], Awaitable[float]], name: str = "delivery") -> float:
    """Do one turn, which answers the seconds until the next one; an error of it is logged, and the next one comes."""
    try:
        return await turn()
    except Busy as busy:
        log.warning("%s waits for the database: %s", name, busy)
    except Exception:
        log.exception("a round of %s failed", name)
    return POLL
