"""What a reply in the thread of an alert's card tells."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.alerts.history import Entry
from bot.alerts.people import Person


@dataclass(frozen=True, slots=True)
class ThreadNews:
    """The entries, oldest first; the people whom they name, by Entra object id; and those whom the reply calls."""

    entries: tuple[Entry, ...]
    people: Mapping[str, Person]
    called: tuple[Person, ...]
