"""Where paging begins, and where somebody's answer ends it: called wherever alerts are shown, and with each entry."""

from collections.abc import Iterable
from datetime import datetime

from bot.alerts.alert import Alert
from bot.alerts.escalation import Escalation, State, is_answer, is_over, read_plan, wants_paging
from bot.alerts.history import Entry
from bot.alerts.people import ActorKind
from bot.alerts.ports import UnitOfWork
from bot.alerts.routing import Route
from bot.usecases.oncall import rota_named


def begin(uow: UnitOfWork, alert: Alert, routes: Iterable[Route], now: datetime) -> bool:
    """Page for an alert that goes along some routes, by the plan of its severity; not where nobody could be on call."""
    if not wants_paging(alert):
        return False
    text = uow.rotas.plans().get(alert.severity.value, "")
    steps = read_plan(text)
    rota = rota_along(routes)
    if not steps or rota_named(uow, rota) is None:
        return False
    return uow.escalations.start(
        Escalation(
            alert=alert.number,
            rota=rota,
            plan=text,
            state=State.RUNNING,
            started_at=now,
            due_at=now + steps[0].after,
        )
    )


def rota_along(routes: Iterable[Route]) -> str:
    """The first rota that a route names; empty for the one that serves all others."""
    return next((route.rota for route in sorted(routes, key=lambda route: route.id) if route.rota), "")


def answered(uow: UnitOfWork, entry: Entry) -> None:
    """Whatever somebody does with an alert, from anywhere, ends its paging."""
    if not is_answer(entry):
        return
    by = entry.actor.id if entry.actor.kind is ActorKind.PERSON else entry.actor.name
    uow.escalations.end(entry.alert, State.ENDED if is_over(entry) else State.ANSWERED, at=entry.at, by=by)
