"""What is said of paging on the card of an alert: who is on call for it, and who was paged."""

from datetime import datetime

from bot.alerts.alert import Alert
from bot.alerts.escalation import MISSED, wants_paging
from bot.alerts.escalation_ports import EscalationView
from bot.alerts.oncall_views import OnDuty
from bot.alerts.ports import UnitOfWork
from bot.usecases.oncall import on_call


def paging_of(uow: UnitOfWork, alert: Alert) -> EscalationView | None:
    """The paging about an alert; None where nobody was paged."""
    if not alert.paged:
        return None
    found = uow.escalations.get(alert.number)
    if found is None:
        return None
    taken = tuple(uow.escalations.taken(alert.number))
    named = {who.removeprefix(MISSED) for one in taken for who in one.whom} | {found.answered_by}
    return EscalationView(escalation=found, taken=taken, people=uow.people.many(named - {""}))


def on_call_for(
    uow: UnitOfWork, alert: Alert, conversation: int, now: datetime, known: EscalationView | None
) -> tuple[OnDuty, ...]:
    """Who is on call for an alert that nobody has: by the rota that it is paged by, else by that of where it is shown.

    Nobody where the routes there have several rotas. `known` is its paging, where it was looked up.
    """
    if not wants_paging(alert):
        return ()
    found = known.escalation if known is not None else uow.escalations.get(alert.number)
    if found is not None:
        return on_call(uow, now, found.rota)
    names = {route.rota for route in uow.routes.of(conversation)}
    return on_call(uow, now, *names) if len(names) == 1 else () if names else on_call(uow, now)
