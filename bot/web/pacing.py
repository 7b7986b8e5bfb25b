"""How often somebody may ask: so many times in so many seconds, counted in this process."""

import time
from collections import deque
from collections.abc import Callable, Hashable, Sequence

from bot.alerts.conversation import Limit

#: So many are remembered at once; beyond that whoever has been quiet for longest begins anew.
REMEMBERED = 10_000


class Pace:
    """Counts calls for each key, within all of the limits."""

    def __init__(self, limits: Sequence[Limit], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._limits = [(limit.count, limit.length.total_seconds()) for limit in limits]
        self._monotonic = monotonic
        self._calls: dict[Hashable, deque[float]] = {}

    def wait(self, key: Hashable) -> float:
        """Seconds until the key may call; 0 where it may now."""
        now, calls = self._monotonic(), self._calls.get(key)
        if not calls:
            return 0
        ends = [calls[-count] + length for count, length in self._limits if len(calls) >= count]
        return max(0.0, *(end - now for end in ends)) if ends else 0

    def count(self, key: Hashable) -> None:
        """It has called."""
        longest = max(count for count, _ in self._limits)
        calls = self._calls.pop(key, None) or deque(maxlen=longest)
        calls.append(self._monotonic())
        self._calls[key] = calls
        if len(self._calls) > REMEMBERED:
            del self._calls[next(iter(self._calls))]
