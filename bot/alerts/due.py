"""What an alert is due by next, and whether that is over."""

from datetime import datetime

from bot.alerts.alert import Alert
from bot.alerts.words import Status


def waits_for_answer(alert: Alert) -> bool:
    """Whether nobody has answered it yet, here or at its source."""
    return alert.status is Status.NEW and alert.acknowledged_at is None


def due_at(alert: Alert) -> datetime | None:
    """The first answer, and after that its end; None where nothing is due. storage/breaches.py says the same in SQL."""
    if not alert.is_open or alert.is_hidden:
        return None
    if waits_for_answer(alert) and alert.acknowledge_by is not None:
        return alert.acknowledge_by
    return alert.resolve_by


def is_overdue(alert: Alert, now: datetime) -> bool:
    by = due_at(alert)
    return by is not None and by <= now


def is_due_soon(alert: Alert, now: datetime) -> bool:
    """A quarter of its time is left, or less."""
    by = due_at(alert)
    return by is not None and by - (by - alert.received_at) / 4 <= now < by
