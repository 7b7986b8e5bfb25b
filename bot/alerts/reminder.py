"""Reminders: somebody wants to hear of an alert again, once, at a time.

A reminder is its person's own affair. It changes nothing about the alert, so it is no entry of the alert's history: an
entry would draw every copy of the card anew, outdate the buttons on them, and tell everybody of one's plans.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from bot.alerts.alert import Alert

#: How many of somebody's may wait at a time, and characters of a note.
MOST: Final = 50
NOTE: Final = 300


class ReminderState(StrEnum):
    WAITING = "waiting"
    #: Its card was wanted.
    TOLD = "told"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """`conversation` is where it is told, by our id: the person's 1:1 chat, or else where they asked for it."""

    id: int
    alert: int
    #: Whom it reminds, by Entra object id.
    person: str
    due_at: datetime
    made_at: datetime
    conversation: int
    #: The root of the channel thread in which it is told.
    thread: str | None = None
    note: str = ""
    state: ReminderState = ReminderState.WAITING


@dataclass(frozen=True, slots=True)
class ReminderView:
    """A reminder with its alert as it is now."""

    reminder: Reminder
    alert: Alert


class Reminders(Protocol):
    def add(self, reminder: Reminder) -> int:
        """Keep it; its id is given here."""
        ...

    def get(self, reminder: int) -> Reminder:
        """Raises NotAvailable."""
        ...

    def waiting(self, person: str) -> Sequence[Reminder]:
        """Somebody's own, the next one first."""
        ...

    def waiting_in(self, conversation: int, until: datetime) -> Sequence[Reminder]:
        """Those that will be told in a conversation before then, the next one first."""
        ...

    def due(self, now: datetime, *, limit: int) -> Sequence[Reminder]: ...

    def settle(self, reminder: int, state: ReminderState) -> bool:
        """It waits no longer; False where it did not wait any more."""
        ...
