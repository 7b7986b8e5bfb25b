"""What became of an action on several alerts."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.alerts.alert import Alert
from bot.alerts.errors import TocsinError
from bot.alerts.history import Entry
from bot.alerts.people import Person
from bot.alerts.views import AlertView


@dataclass(frozen=True, slots=True)
class Left:
    """An alert that stayed as it was, why, and how it is now; no view of one that its reader may not see."""

    number: int
    why: TocsinError
    view: AlertView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The alerts that were changed, the entry of each, and those that were left.

    `people` has everybody whom the entries name. `repeated` is set where the same press had taken effect before: it is
    what it did then.
    """

    alerts: tuple[Alert, ...] = ()
    entries: tuple[Entry, ...] = ()
    left: tuple[Left, ...] = ()
    people: Mapping[str, Person] = field(default_factory=dict)
    repeated: bool = False

    @property
    def action(self) -> str:
        """The name of the action, by which it is undone; empty where nothing was changed."""
        return self.entries[0].action if self.entries else ""
