"""Whose card new alerts may share: for each type and host, the alert that came first in the last minutes."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Subquery,
    TableValuedAlias,
    Text,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
)

from bot.alerts.conversation import Subject
from bot.alerts.words import Status
from storage.statements import Twin
from storage.tables import OPEN, Number, alerts, cards, evidence
from storage.types import Json, Utc

#: How many of the newest alerts of a host are looked at for one of the same type.
_NEWEST = 50

_HERE = bindparam("conversation_", type_=Number)
_SINCE = bindparam("since_", type_=Utc())
_KINDS = bindparam("kinds_", type_=Json)

#: Somebody is at it already.
_TAKEN = or_(alerts.c.assignee.is_not(None), alerts.c.status != Status.NEW.value)


#: Added to the number of an alert that somebody has, so that it comes after all others.
_BEHIND_ALL = literal_column(str(2**52), Number)


def _newest_on(listed: TableValuedAlias, host: ColumnElement[str]) -> Subquery:
    """The newest alerts of a host of a list."""
    return (
        select(evidence.c.alert)
        .where(evidence.c.entity == host, evidence.c.entity != literal_column("''"))
        .order_by(evidence.c.alert.desc())
        .limit(_NEWEST)
        .correlate(listed)
        .subquery()
    )


def _own_card(number: ColumnElement[int]) -> ColumnElement[bool]:
    """An alert's own card here, and no copy that somebody asked for."""
    return and_(
        cards.c.subject == literal(Subject.ALERT.value),
        cards.c.subject_id == number,
        cards.c.conversation == _HERE,
        cards.c.origin == literal(""),
    )


def _leaders_on_sqlite() -> Select[Any]:
    """For each type and host of a list, a look at the newest alerts of the host."""
    listed = func.json_each(_KINDS).table_valued("value")
    kind, host = (func.json_extract(listed.c.value, f"$[{place}]", type_=Text()) for place in (0, 1))
    newest = _newest_on(listed, host)
    first = (
        select(cards.c.id)
        .select_from(newest)
        .join(alerts, alerts.c.number == newest.c.alert)
        .join(cards, _own_card(alerts.c.number))
        .where(alerts.c.alert_type == kind, alerts.c.received_at > _SINCE, OPEN)
        .order_by(case((_TAKEN, 1), else_=0), alerts.c.number)
        .limit(1)
        .correlate(listed)
        .scalar_subquery()
    )
    found = select(kind.label("kind"), host.label("host"), first.label("card")).select_from(listed).subquery()
    return (
        select(found.c.kind, found.c.host, cards.c.id, alerts.c.severity, case((_TAKEN, 1), else_=0))
        .select_from(found)
        .join(cards, cards.c.id == found.c.card)
        .join(alerts, alerts.c.number == cards.c.subject_id)
    )


def _leaders_on_postgresql() -> Select[Any]:
    """The same, so written that the planner looks alerts up one by one, and does not get the idea to go through all
    cards, or all alerts of the last minutes, for each line of the list."""
    listed = func.json_array_elements(_KINDS).table_valued("value")
    kind, host = (listed.c.value.op("->>")(literal_column(str(place), Integer())) for place in (0, 1))
    newest = _newest_on(listed, host)
    one = (
        select(alerts.c.number + case((_TAKEN, _BEHIND_ALL), else_=0))
        .where(
            alerts.c.number == newest.c.alert,
            alerts.c.alert_type == kind,
            alerts.c.received_at > _SINCE,
            OPEN,
            exists(select(cards.c.id).where(_own_card(alerts.c.number))),
        )
        .correlate(newest, listed)
        .scalar_subquery()
    )
    first = select(func.min(one)).select_from(newest).correlate(listed).scalar_subquery()
    found = select(kind.label("kind"), host.label("host"), first.label("first")).select_from(listed).cte()
    found = found.prefix_with("MATERIALIZED")
    number = case((found.c.first >= _BEHIND_ALL, found.c.first - _BEHIND_ALL), else_=found.c.first)
    return (
        select(found.c.kind, found.c.host, cards.c.id, alerts.c.severity, case((_TAKEN, 1), else_=0))
        .select_from(found)
        .join(alerts, alerts.c.number == number)
        .join(cards, _own_card(alerts.c.number))
    )


LEADERS = Twin(_leaders_on_sqlite(), _leaders_on_postgresql())
