"""What digests need to have kept, as protocols."""

from datetime import date, datetime
from typing import Protocol

from bot.alerts.condition import EVERYTHING, Condition
from bot.alerts.conversation import Scope
from bot.alerts.digest import Digest, DigestNumbers
from bot.alerts.schedule import DigestSchedule
from bot.alerts.trends import Columns, Trends


class Digests(Protocol):
    def add(
        self,
        conversation: int,
        *,
        slot: str,
        local_date: date,
        zone: str,
        numbers: DigestNumbers,
        at: datetime,
        schedule: int | None = None,
        wants: str = "",
    ) -> int | None:
        """The digest's id, or None where that slot already has one."""
        ...

    def exists(self, conversation: int, slot: str) -> bool: ...

    def get(self, digest: int) -> Digest: ...

    def last(self, conversation: int, schedule: int) -> DigestNumbers | None:
        """What the newest one of a schedule said."""
        ...

    def count(
        self,
        scope: Scope,
        since: datetime,
        until: datetime,
        *,
        wants: Condition = EVERYTHING,
        now: datetime | None = None,
        me: str | None = None,
    ) -> DigestNumbers:
        """Of what is in a scope and fits, from `since` on and before `until`; what is open is so now.

        `now` is for the times of the condition, `me` whom the word means in it.
        """
        ...

    def longest_waiting(self, scope: Scope, *, wants: Condition, now: datetime, me: str) -> int | None:
        """The oldest open alert that fits and that nobody has."""
        ...

    def trends(self, scope: Scope, columns: Columns, *, wants: Condition, now: datetime, me: str) -> Trends:
        """What came, how it ended and how soon somebody answered, for each of some columns."""
        ...


class Schedules(Protocol):
    """Digests that come again and again. Those of the settings are here only where somebody paused them."""

    def all(self) -> list[DigestSchedule]:
        """Of conversations that are not gone."""
        ...

    def of(self, conversation: int) -> list[DigestSchedule]:
        """Those of one conversation, by number."""
        ...

    def get(self, schedule: int) -> DigestSchedule | None:
        """By our id, None where it was removed."""
        ...

    def add(self, schedule: DigestSchedule) -> DigestSchedule:
        """Make one, whose number was never given there; whatever number it came with."""
        ...

    def put(self, schedule: DigestSchedule) -> int:
        """Make the one of that number, or change it; its id."""
        ...

    def remove(self, schedule: int) -> None: ...
