"""Graph's limit on calls about alerts, kept on our side: 150 a minute for an app in a tenant."""

import asyncio
from collections import deque
from typing import Final

#: A little below what Graph allows: calls arrive closer together than they were sent.
CALLS: Final = 140
SECONDS: Final = 60.0


class Pace:
    """Lets so many calls through in any minute, in the order in which they asked."""

    def __init__(self, calls: int = CALLS, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._calls = calls
        self._made: deque[float] = deque()
        self._turn = asyncio.Lock()

    async def wait(self) -> None:
        """Until the next call may be made."""
        loop = asyncio.get_running_loop()
        async with self._turn:
            if len(self._made) >= self._calls:
                await asyncio.sleep(max(0.0, self._made[0] + self._seconds - loop.time()))
                self._made.popleft()
            self._made.append(loop.time())
