"""Tells webhooks of what a work has done, in its own transaction: so no change goes untold, and nothing is told that
did not happen. Whoever writes a use case need not think of it."""

import logging
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Connection

from bot.alerts.alert import Alert
from bot.alerts.condition import MAX_TEXT, Condition, ConditionError, tests_of
from bot.alerts.condition_fields import spec_of
from bot.alerts.condition_match import matches
from bot.alerts.condition_text import parse
from bot.alerts.evidence import Evidence
from bot.alerts.history import Entry
from bot.alerts.outward import people_in
from bot.alerts.people import Person
from bot.alerts.ports import Alerts, People
from bot.alerts.webhook import Webhook, told
from storage import webhook_statements as statements
from storage.bulk import Bulk
from storage.webhook_tables import webhook_events
from storage.webhooks import LONG_AGO, webhook_of

log = logging.getLogger(__name__)

#: A filter may be longer as we write it than as it was typed, in characters.
STORED: Final = 10 * MAX_TEXT

#: Pieces of evidence that filters look at.
EVIDENCE_LOOKED_AT: Final = 1_000

_NEW = ("webhook", "alert", "event_id", "kind", "told", "state", "due_at", "attempt", "why")
_EVENTS = Bulk(webhook_events, _NEW)


class Journal:
    """What a work has done so far: entries in their order, and the alerts after them."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._alerts: dict[tuple[int, int], Alert] = {}

    def saved(self, alert: Alert) -> None:
        self._alerts[alert.number, alert.revision] = alert

    def added(self, entry: Entry) -> None:
        self.entries.append(entry)

    def tell(self, on: Connection, alerts: Alerts, people: People) -> None:
        """Put an event for each entry into the outbox of each webhook that wants it."""
        if not self.entries:
            return
        webhooks = [webhook_of(row) for row in on.execute(statements.LISTENING)]
        if webhooks:
            _EVENTS.add(on, self._rows(webhooks, alerts, people))

    def _rows(self, webhooks: Sequence[Webhook], alerts: Alerts, people: People) -> list[Sequence[Any]]:
        after = [self._alerts.get((entry.alert, entry.revision)) or alerts.get(entry.alert) for entry in self.entries]
        known = people.many(people_in(after, self.entries))
        now = max(entry.at for entry in self.entries)
        pieces: dict[int, Sequence[Evidence]] = {}
        rows: list[Sequence[Any]] = []
        for entry, alert in zip(self.entries, after, strict=True):
            wanted = [webhook for webhook in webhooks if not webhook.kinds or entry.kind in webhook.kinds]
            if any(_looks_at_evidence(webhook.wants) for webhook in wanted) and alert.number not in pieces:
                pieces[alert.number] = alerts.evidence(alert.number, limit=EVIDENCE_LOOKED_AT)
            evidence = pieces.get(alert.number, ())
            wanted = [webhook for webhook in wanted if _fits(webhook.wants, alert, evidence, now, known)]
            if wanted:
                says = told(entry, alert, known)
                rows += (
                    (webhook.id, alert.number, uuid.uuid4().hex, entry.kind.value, says, "pending", LONG_AGO, 0, "")
                    for webhook in wanted
                )
        return rows


def _fits(wants: str, alert: Alert, evidence: Iterable[Evidence], now: datetime, people: Mapping[str, Person]) -> bool:
    if not wants:
        return True
    condition = _parsed(wants)
    return condition is not None and matches(condition, alert, evidence, now, people=people)


@lru_cache(maxsize=1_000)
def _looks_at_evidence(wants: str) -> bool:
    condition = _parsed(wants) if wants else None
    return condition is not None and any(spec_of(test.field).of_evidence for test in tests_of(condition))


@lru_cache(maxsize=1_000)
def _parsed(wants: str) -> Condition | None:
    """It was checked when somebody said it. What a later version cannot read any more keeps everything back: this goes
    out of the house."""
    try:
        return parse(wants, limit=STORED)
    except ConditionError as error:
        log.warning("the filter of a webhook cannot be read (%s), so nothing fits: %s", error, wants)
        return None
