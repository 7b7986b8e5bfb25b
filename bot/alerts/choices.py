"""What somebody has chosen for themselves."""

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import Protocol


class Notice(StrEnum):
    """What somebody hears of in their own chat."""

    #: They are given an alert.
    ASSIGNED = "assigned"
    #: A comment calls them by name.
    CALLED = "called"
    #: Somebody else changes what they have.
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """`zone` is empty where what their Teams says is right; `unheard` are notices that they do not want.

    In quiet hours they get neither notices nor pages, but for high severity.
    """

    person: str
    quiet_from: time | None = None
    quiet_until: time | None = None
    zone: str = ""
    unheard: frozenset[Notice] = frozenset()


class PersonChoices(Protocol):
    def of(self, person: str) -> Choices: ...

    def keep(self, choices: Choices, at: datetime) -> None: ...
