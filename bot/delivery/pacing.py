"""Teams' published limits, kept on our side so that Teams never has to refuse us."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` calls in any `length`."""

    count: int
    length: timedelta


#: "Send to conversation" of Microsoft's page on rate limits, per bot and conversation; an update counts as a send.
PER_CONVERSATION = (
    Limit(7, timedelta(seconds=1)),
    Limit(8, timedelta(seconds=2)),
    Limit(60, timedelta(seconds=30)),
    Limit(1_800, timedelta(hours=1)),
)

#: The same page, per bot and tenant.
PER_TENANT = (Limit(50, timedelta(seconds=1)),)

#: A call takes a while to arrive, so two calls may arrive closer together than they were sent.
SLACK = timedelta(milliseconds=150)


class Pacer:
    """Remembers calls and says how long to wait before the next one. Times come from the caller."""

    def __init__(
        self, per_conversation: Sequence[Limit] = PER_CONVERSATION, per_tenant: Sequence[Limit] = PER_TENANT
    ) -> None:
        self._per_conversation = per_conversation
        self._tenant = _Window(per_tenant)
        self._conversations: dict[int, _Window] = {}
        self._held: dict[int, datetime] = {}

    def free_at(self, conversation: int, now: datetime) -> datetime:
        """When the next call to a conversation may go out; not after `now` if it may go at once."""
        held = self._held.get(conversation, now)
        if held <= now:
            self._held.pop(conversation, None)
        window = self._conversations.get(conversation)
        return max(held, self._tenant.free_at(now), window.free_at(now) if window else now)

    def sent(self, conversation: int, now: datetime) -> None:
        self._tenant.add(now)
        self._conversations.setdefault(conversation, _Window(self._per_conversation)).add(now)

    def hold(self, conversation: int, until: datetime) -> None:
        """Teams asked for a pause in this conversation (`Retry-After`)."""
        self._held[conversation] = max(until, self._held.get(conversation, until))

    def held(self, now: datetime) -> dict[int, datetime]:
        """Conversations that must wait, and until when; forgets what is over."""
        waits = {conversation: self.free_at(conversation, now) for conversation in {*self._held, *self._conversations}}
        self._conversations = {key: window for key, window in self._conversations.items() if not window.idle(now)}
        return {conversation: at for conversation, at in waits.items() if at > now}


class _Window:
    """A log of calls as long as the longest limit."""

    def __init__(self, limits: Sequence[Limit]) -> None:
        self._limits = limits
        self._longest = max(limit.length for limit in limits)
        self._calls: deque[datetime] = deque(maxlen=max(limit.count for limit in limits))

    def add(self, now: datetime) -> None:
        self._calls.append(now)

    def free_at(self, now: datetime) -> datetime:
        free = now
        for limit in self._limits:
            if len(self._calls) >= limit.count:
                free = max(free, self._calls[-limit.count] + limit.length + SLACK)
        return free

    def idle(self, now: datetime) -> bool:
        return not self._calls or self._calls[-1] + self._longest + SLACK < now
