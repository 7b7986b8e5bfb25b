"""What a condition would have caught: counted in the database, a stretch of time at a time."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, case, func, select

from bot.alerts.alert import Alert
from bot.alerts.condition import Condition
from bot.alerts.tuning import POSITIVES_NAMED, Caught
from bot.alerts.words import Classification
from storage.conditions import condition_filter
from storage.rows import SELECT_ALERT, alert_of
from storage.tables import OPEN, alerts


def caught(on: Connection, condition: Condition, since: datetime, until: datetime, *, now: datetime) -> Caught:
    """Among the alerts received since then and before then."""
    within = and_(alerts.c.received_at >= since, alerts.c.received_at < until)
    total = on.execute(select(func.count()).select_from(alerts).where(within)).scalar_one()
    if not total:
        return Caught()
    held = and_(condition_filter(condition, on.dialect.name, now=now), within)
    rows = on.execute(
        select(
            alerts.c.classification,
            func.count(),
            func.sum(case((OPEN, 1), else_=0)),
        )
        .where(held)
        .group_by(alerts.c.classification)
    ).all()
    verdicts = {Classification(row[0]): row[1] for row in rows}
    positives: tuple[int, ...] = ()
    if verdicts.get(Classification.TRUE_POSITIVE):
        positives = tuple(_true_positives(on, held))
    return Caught(total=total, verdicts=verdicts, open=sum(row[2] for row in rows), true_positives=positives)


def open_caught(
    on: Connection, condition: Condition, visible: ColumnElement[bool], *, now: datetime, limit: int
) -> list[Alert]:
    """Open alerts for which a condition holds, newest first."""
    held = condition_filter(condition, on.dialect.name, now=now)
    newest = SELECT_ALERT.where(OPEN, held, visible).order_by(alerts.c.number.desc()).limit(limit)
    return [alert_of(row) for row in on.execute(newest)]


def _true_positives(on: Connection, held: ColumnElement[bool]) -> list[int]:
    is_true = alerts.c.classification == Classification.TRUE_POSITIVE.value
    newest = select(alerts.c.number).where(held, is_true).order_by(alerts.c.number.desc()).limit(POSITIVES_NAMED)
    return list(on.execute(newest).scalars())
