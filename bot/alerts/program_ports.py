"""What programs outside need to have kept, as protocols: their tokens, webhooks, and the events that wait for those.

Nobody adds events: the unit of work does it itself, for every entry that its work adds to the history, before it is
committed.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from bot.alerts.history import Kind
from bot.alerts.roles import Role
from bot.alerts.tokens import Token
from bot.alerts.webhook import DeadLetter, HookEvent, Webhook, WebhookCounts, WebhookState


class Tokens(Protocol):
    """Tokens of programs; revoked ones stay, for telling who had one."""

    def add(
        self, name: str, *, key: str, digest: str, role: Role, wants: str, at: datetime, expires_at: datetime | None
    ) -> None: ...

    def of_key(self, key: str) -> Token | None: ...

    def standing(self, name: str) -> Token | None:
        """The one of that name that is not revoked."""
        ...

    def all(self) -> list[Token]:
        """By name, oldest first."""
        ...

    def revoke(self, name: str, at: datetime) -> bool:
        """False where none of that name stands."""
        ...

    def used(self, token: int, at: datetime, *, unless_since: datetime) -> None:
        """Remember its use, where none is remembered since a time: not every call is worth a write."""
        ...


class Webhooks(Protocol):
    def add(self, name: str, url: str, *, secret: str, wants: str, kinds: Collection[Kind], at: datetime) -> None: ...

    def find(self, name: str) -> Webhook | None: ...

    def all(self) -> list[Webhook]:
        """By name."""
        ...

    def remove(self, webhook: int) -> None:
        """With everything that waits for it."""
        ...

    def set_state(self, webhook: int, state: WebhookState, *, why: str = "") -> None:
        """Whatever it failed of before is forgotten."""
        ...

    def change_secret(self, webhook: int, secret: str, *, old_until: datetime) -> None: ...

    def is_due(self, now: datetime) -> bool:
        """Whether an event may be sent now that nobody is sending."""
        ...

    def claim(self, now: datetime, *, owner: str, lease: timedelta, limit: int, abreast: int) -> list[HookEvent]:
        """Take events that are due: at most `abreast` at once of a webhook, one of an alert, in their order; of one
        that fails, one at once. Leases run by the database's own clock."""
        ...

    def sent(self, event: HookEvent, *, owner: str, at: datetime) -> bool:
        """It was taken. False when the lease was lost; then nothing is written."""
        ...

    def delay(self, event: HookEvent, *, owner: str, until: datetime, why: str) -> None:
        """It was not taken, for a reason that may be its own."""
        ...

    def rest(self, event: HookEvent, *, owner: str, until: datetime, why: str, give_up_seen_before: datetime) -> int:
        """The receiver takes nothing: all its events wait, and those seen before a time are given up; how many."""
        ...

    def give_up(self, event: HookEvent, *, owner: str, why: str) -> None: ...

    def give_up_paused(self, now: datetime, before: datetime) -> int:
        """What waits for a paused webhook since before a time is given up; how many."""
        ...

    def gone(self, event: HookEvent, *, owner: str, why: str, at: datetime) -> None:
        """The receiver is gone: nothing is sent there any more, and what waits is given up."""
        ...

    def clock_set_back(self, now: datetime) -> None:
        """What seems to wait for a time far ahead is due: it was meant to wait for hours at most."""
        ...

    def release(self, owner: str | None) -> None:
        """Nothing is under way any more for an owner, or for anybody with None: a sole process has just begun."""
        ...

    def counts(self) -> Mapping[str, WebhookCounts]:
        """By name."""
        ...

    def dead(self, webhook: int, *, limit: int) -> list[DeadLetter]:
        """Newest first."""
        ...

    def try_again(self, webhook: int, at: datetime) -> int:
        """What was given up is sent after all; how many."""
        ...

    def forget_dead(self, seen_before: datetime, *, keep: int) -> int:
        """What was given up and seen before then goes, and what is more than so many of a webhook; how many."""
        ...
