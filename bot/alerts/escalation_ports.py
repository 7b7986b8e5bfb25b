"""What paging needs to have kept, as protocols, and what cards about it are drawn from."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.alerts.escalation import Escalation, Page, State, Taken
from bot.alerts.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationView:
    """The paging about an alert so far. `people` has everybody named by id in it."""

    escalation: Escalation
    taken: tuple[Taken, ...] = ()
    people: Mapping[str, Person] = field(default_factory=dict)

    def name_of(self, who: str) -> str:
        known = self.people.get(who)
        return known.name if known and known.name else who


class Escalations(Protocol):
    """Each alert has at most one escalation, and each of its steps is a row that is written once."""

    def start(self, escalation: Escalation) -> bool:
        """False where there is one already that runs."""
        ...

    def get(self, alert: int) -> Escalation | None: ...

    def many(self, alerts: Collection[int]) -> Mapping[int, Escalation]: ...

    def due(self, now: datetime, *, limit: int) -> Sequence[Escalation]:
        """Those whose next step is due, the longest due first."""
        ...

    def take(self, taken: Taken, *, following: int, due_at: datetime | None) -> bool:
        """Write a step down; False where another process has taken it."""
        ...

    def wait(self, alert: int, until: datetime, *, following: int | None = None) -> None:
        """The next step is due then; with `following` it is that one of the plan."""
        ...

    def end(self, alert: int, state: State, *, at: datetime, by: str = "") -> bool:
        """It pages nobody any more; False where it did not anyway."""
        ...

    def taken(self, alert: int) -> Sequence[Taken]:
        """Oldest first."""
        ...

    def places(self, alert: int) -> Sequence[tuple[int, str | None]]:
        """The channels and group chats that show an alert, by our id, and the message of its own card there."""
        ...


class Pages(Protocol):
    def join(self, key: str, alert: int, *, at: datetime, since: datetime) -> Page | None:
        """Put an alert on the page of a key that was opened since then; None where there is none."""
        ...

    def open(self, page: Page, alert: int) -> Page | None:
        """A new page, which others may join; None where another process was faster."""
        ...

    def get(self, page: int) -> Page:
        """Raises NotAvailable."""
        ...

    def of_alert(self, alert: int) -> Sequence[Page]: ...

    def tell_again(self, page: int, *, at: datetime, before: datetime) -> int | None:
        """Count one more message about it, where the last one was sent before then; its number, or None."""
        ...

    def unopened(self, now: datetime, *, limit: int) -> Sequence[Page]:
        """Those whose 1:1 chat is not open yet and that may be tried now."""
        ...

    def opened(self, page: int, conversation: int) -> None: ...

    def try_later(self, page: int, until: datetime) -> None: ...

    def give_up(self, page: int) -> bool:
        """It cannot be delivered; False where that was known."""
        ...

    def undelivered(self, *, limit: int) -> Sequence[Page]:
        """Those that Teams has refused for good, and that nobody has looked at yet."""
        ...

    def alerts(self, page: int, *, limit: int) -> tuple[Sequence[int], int, int]:
        """Alerts on it, those that wait first, oldest first; how many wait, and how many there are."""
        ...

    def waiting(self, page: int) -> Sequence[int]:
        """All of its alerts that wait for an answer."""
        ...
