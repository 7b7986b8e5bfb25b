"""What alerts are due by, as SQL: the same as bot/alerts/due.py."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, literal_column, null, or_, type_coerce

from storage.tables import alerts
from storage.types import Utc

UNANSWERED: ColumnElement[bool] = and_(alerts.c.acknowledged_at.is_(None), alerts.c.status == literal_column("'new'"))

#: What an alert is due by next, NULL for nothing: the same as `due_at`.
DUE_AT: ColumnElement[datetime] = type_coerce(
    case(
        (or_(alerts.c.status == literal_column("'resolved'"), alerts.c.hidden.is_not(None)), null()),
        (and_(UNANSWERED, alerts.c.acknowledge_by.is_not(None)), alerts.c.acknowledge_by),
        else_=alerts.c.resolve_by,
    ),
    Utc(),
)


def moment(attribute: str) -> ColumnElement[datetime]:
    """A time of an alert."""
    return DUE_AT if attribute == "due_at" else alerts.c[attribute]


def overdue(now: datetime) -> ColumnElement[bool]:
    return and_(DUE_AT.is_not(None), now >= DUE_AT)
