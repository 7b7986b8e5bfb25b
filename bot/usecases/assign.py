"""Assign and start: who has an alert."""

from bot.alerts import alert as alerts
from bot.alerts.errors import Refused
from bot.alerts.ports import UnitOfWork
from bot.usecases.acting import Act, Done, perform
from bot.usecases.visibility import require_visible

ASSIGNEE = frozenset({"assignee"})
STATUS = frozenset({"status"})


def assign(uow: UnitOfWork, act: Act, to: str | None) -> Done:
    """Give the alert to somebody whom we have met, by Entra object id, or to nobody."""
    require_visible(uow, act.alert, act.reader)
    if to is not None and to != act.by.object_id and to not in uow.people.many([to]):
        raise Refused("unknownPerson", person=to)
    return perform(uow, act, "assign", lambda alert: alerts.assign(alert, to), touches=ASSIGNEE)


def start(uow: UnitOfWork, act: Act) -> Done:
    """Set in progress, and take it when nobody has it; a program takes nothing."""
    return perform(uow, act, "start", lambda alert: alerts.start(alert, act.taker), touches=STATUS)
