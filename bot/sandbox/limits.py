"""Teams' published rate limits for bots, as sliding windows over the sandbox's clock."""

from collections import defaultdict, deque
from datetime import datetime, timedelta

# (calls, seconds), per bot and conversation; the tenant-wide limit is per bot.
_SENDS = ((7, 1), (8, 2), (60, 30), (1800, 3600))
_READS = ((14, 1), (16, 2), (120, 30), (3600, 3600))
_TENANT = ((50, 1),)
_KINDS = {"post": _SENDS, "update": _SENDS, "delete": _SENDS, "create": _SENDS, "members": _READS}


class Limits:
    """Counts the calls that were let through; the refused ones do not count."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], deque[datetime]] = defaultdict(deque)

    def refuse(self, *, kind: str, conversation: str, now: datetime) -> tuple[str, int] | None:
        """None lets the call through; otherwise (what was exceeded, seconds until it may be tried again)."""
        windows = _KINDS.get(kind, _READS)
        family = "read" if windows is _READS else "create" if kind == "create" else "send"
        own = self._seen[(family, conversation)]
        tenant = self._seen[("tenant", "")]
        for calls, limits, name in ((own, windows, "conversation"), (tenant, _TENANT, "tenant")):
            _forget(calls, now=now, keep=limits[-1][1])
            for admitted, seconds in limits:
                # The calls are in order: the limit is reached where the admitted-last one is still inside the window.
                if len(calls) >= admitted and now - calls[-admitted] < timedelta(seconds=seconds):
                    free_at = calls[-admitted] + timedelta(seconds=seconds)
                    wait = min(seconds, max(1, -int(-(free_at - now).total_seconds() // 1)))
                    return f"maximum admitted {admitted} per {seconds} Second(s) for {name}", wait
        own.append(now)
        tenant.append(now)
        return None


def _forget(calls: deque[datetime], *, now: datetime, keep: int) -> None:
    while calls and now - calls[0] >= timedelta(seconds=keep):
        calls.popleft()
    while calls and calls[-1] - now > timedelta(minutes=1):  # the clock was moved back
        calls.pop()
