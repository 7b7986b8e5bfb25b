"""What an incident's alerts say together."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, case, func, select

from bot.alerts.incident_ports import IncidentFacts
from bot.alerts.words import Severity
from storage.tables import OPEN, Number, alerts, evidence

#: How many of its newest alerts the most frequent assets are counted over.
_COUNTED = 500

#: Assets, categories and people that are named.
_NAMED = 12

RANK = case({word.value: word.rank for word in Severity}, value=alerts.c.severity, else_=0)


def in_incident() -> ColumnElement[bool]:
    """The alerts of the incident `number_`."""
    return and_(alerts.c.incident == bindparam("number_", type_=Number), alerts.c.incident.is_not(None))


def facts(on: Connection, number: int, visible: ColumnElement[bool]) -> IncidentFacts | None:
    its, key = and_(in_incident(), visible), {"number_": number}
    count, is_open, rank, open_rank, first, last, unassigned = on.execute(_summary(its), key).one()
    if not count:
        return None
    labels = on.execute(_assets(its), key).scalars().all()
    severities = list(Severity)
    return IncidentFacts(
        count=count,
        open=is_open,
        severity=severities[rank],
        worst_open=severities[open_rank] if open_rank is not None else None,
        first_activity=first,
        last_activity=last,
        assets=tuple(labels[:_NAMED]),
        asset_count=len(labels),
        categories=tuple(on.execute(_categories(its), key).scalars()),
        assignees=tuple(on.execute(_assignees(its), key).scalars()),
        unassigned=unassigned,
    )


def _summary(its: ColumnElement[bool]) -> Select[Any]:
    return select(
        func.count(),
        func.coalesce(func.sum(case((OPEN, 1), else_=0)), 0),
        func.max(RANK),
        func.max(case((OPEN, RANK))),
        func.min(alerts.c.first_activity),
        func.max(alerts.c.last_activity),
        func.coalesce(func.sum(case((and_(OPEN, alerts.c.assignee.is_(None)), 1), else_=0)), 0),
    ).where(its)


def _assets(its: ColumnElement[bool]) -> Select[Any]:
    newest = select(alerts.c.number).where(its).order_by(alerts.c.number.desc()).limit(_COUNTED).subquery()
    return (
        select(evidence.c.label)
        .join(newest, newest.c.number == evidence.c.alert)
        .where(evidence.c.kind.in_(("device", "user", "mailbox")), evidence.c.label != "")
        .group_by(evidence.c.label)
        .order_by(func.count(evidence.c.alert.distinct()).desc(), evidence.c.label)
    )


def _categories(its: ColumnElement[bool]) -> Select[Any]:
    """In the order in which they began: the story in a line."""
    return (
        select(alerts.c.category)
        .where(its, alerts.c.category != "")
        .group_by(alerts.c.category)
        .order_by(func.min(alerts.c.first_activity), alerts.c.category)
        .limit(_NAMED)
    )


def _assignees(its: ColumnElement[bool]) -> Select[Any]:
    return (
        select(alerts.c.assignee)
        .where(its, OPEN, alerts.c.assignee.is_not(None))
        .group_by(alerts.c.assignee)
        .order_by(func.count().desc(), alerts.c.assignee)
        .limit(_NAMED)
    )
