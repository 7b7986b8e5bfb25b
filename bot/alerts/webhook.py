"""Webhooks: programs that are told of every change of an alert. An event is one history entry, told to one of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from bot.alerts.alert import Alert
from bot.alerts.history import Entry, Kind
from bot.alerts.outward import People, alert_json, entry_json

#: The longest text in an event, in characters, and the longest list: what is longer is read at the alert's address.
LONGEST: Final = 4_000


class WebhookState(StrEnum):
    ACTIVE = "active"
    #: Somebody wants it to wait: what happens meanwhile is kept.
    PAUSED = "paused"
    #: The receiver said that it is gone (410): nothing is kept for it any more.
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A receiver. Its address and its secrets are nobody else's: they are not shown, and not logged."""

    id: int
    name: str
    url: str = field(repr=False)
    secret: str = field(repr=False)
    #: The secret before, which signs too until a time, so that the receiver can change over.
    old_secret: str = field(default="", repr=False)
    old_until: datetime | None = None
    #: Which alerts it hears of, as a condition is typed, and which kinds of entries; empty for all.
    wants: str = ""
    kinds: frozenset[Kind] = frozenset()
    state: WebhookState = WebhookState.ACTIVE
    #: Why the last call failed; empty after one that did not.
    why: str = ""
    #: Calls that failed since the last one that did not, for a reason that is the receiver's.
    failures: int = 0
    rest_until: datetime | None = None
    created_at: datetime
    #: When it last took an event.
    last_sent_at: datetime | None = None

    def secrets(self, now: datetime) -> tuple[str, ...]:
        """The newest first."""
        old = self.old_secret and self.old_until is not None and now < self.old_until
        return (self.secret, self.old_secret) if old else (self.secret,)


@dataclass(frozen=True, slots=True, kw_only=True)
class HookEvent:
    """An event on its way to a webhook. `attempt` counts the calls, the one that is being made among them."""

    id: int
    webhook: Webhook
    event_id: str
    kind: str
    alert: int
    sequence: int
    told: Mapping[str, Any] = field(repr=False)
    attempt: int = 1

    @property
    def body(self) -> bytes:
        """Byte for byte the same each time that it is sent."""
        return body(self.webhook.name, self.event_id, self.kind, self.sequence, self.told)


@dataclass(frozen=True, slots=True)
class WebhookCounts:
    """How one stands: events waiting and since when the longest one, and events that were given up."""

    waiting: int
    oldest: datetime | None
    dead: int


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that was given up, and why."""

    event_id: str
    kind: str
    alert: int
    sequence: int
    attempts: int
    why: str


def told(entry: Entry, alert: Alert, people: People) -> dict[str, Any]:
    """What an event says: the entry, and the alert's state after it."""
    return {
        "at": entry_json(entry, people)["at"],
        "entry": entry_json(entry, people, longest=LONGEST),
        "alert": alert_json(alert, people, longest=LONGEST),
    }


def body(webhook: str, event_id: str, kind: str, sequence: int, told: Mapping[str, Any]) -> bytes:
    event = {"id": event_id, "type": f"alert.{kind}", "webhook": webhook, "sequence": sequence, **told}
    return json.dumps(event, separators=(",", ":")).encode()
