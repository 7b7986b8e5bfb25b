"""What a reply in the thread of an alert's card tells."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.alerts.alert import Alert
from bot.alerts.history import Entry
from bot.alerts.people import Person


@dataclass(frozen=True, slots=True)
class ThreadNews:
    """The alert now; the entries, oldest first; whom they name, by Entra object id; and whom the reply calls."""

    alert: Alert
    entries: tuple[Entry, ...]
    people: Mapping[str, Person]
    called: tuple[Person, ...]
