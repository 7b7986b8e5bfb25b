"""What triage needs to have kept, as a protocol."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from bot.alerts.triage import Mode, Run, State, TriageRule


class Triage(Protocol):
    """Rules, and what became of each on each alert, which is also the queue."""

    def rules(self) -> list[TriageRule]:
        """All that there are, in the order of their numbers."""
        ...

    def get(self, number: int) -> TriageRule | None: ...

    def add(self, rule: TriageRule) -> int:
        """Its number is given here."""
        ...

    def set_mode(self, number: int, mode: Mode, at: datetime) -> None: ...

    def delete(self, number: int) -> None:
        """What it has done stays in the history, and its number is never given again."""
        ...

    def queue(self, caught: Collection[tuple[int, int]], at: datetime) -> None:
        """Rules, by number, that shall look at alerts; one that did so once is not queued again."""
        ...

    def next_due(self) -> datetime | None:
        """When the next one may be worked on; None where nothing waits."""
        ...

    def claim(self, now: datetime, *, owner: str, lease: timedelta, limit: int) -> list[Run]:
        """Take what is due, oldest first, and count the attempt. Leases run by the database's own clock."""
        ...

    def delay(self, run: Run, *, owner: str, until: datetime, why: str) -> None: ...

    def finish(self, run: Run, *, owner: str, state: State, at: datetime, why: str, found: Mapping[str, bool]) -> bool:
        """False where the lease was lost; then nothing is written, and nothing must be done."""
        ...

    def release(self, owner: str | None) -> None:
        """Nothing is under way any more for an owner, or for anybody with None: a sole process has just begun."""
        ...

    def runs(self, rule: int, *, limit: int) -> list[Run]:
        """The newest first."""
        ...

    def counts(self) -> Mapping[tuple[int, State], int]: ...
