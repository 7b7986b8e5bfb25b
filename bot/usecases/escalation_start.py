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


def begin(uow: UnitOfWork, coming: Iterable[tuple[Alert, Iterable[Route]]], now: datetime) -> int:
    """Page for alerts that go along some routes, by the plan of their severity; not where nobody could be on call. How
    many it began with.

    What holds for all of them is asked once: in a storm they are many.
    """
    wanting = [(alert, rota_along(routes)) for alert, routes in coming if wants_paging(alert)]
    plans = uow.rotas.plans() if wanting else {}
    is_there: dict[str, bool] = {}
    begun = 0
    for alert, rota in wanting:
        text = plans.get(alert.severity.value, "")
        if not (steps := read_plan(text)):
            continue
        if rota not in is_there:
            is_there[rota] = rota_named(uow, rota) is not None
        if is_there[rota]:
            begun += uow.escalations.start(
                Escalation(
                    alert=alert.number,
                    rota=rota,
                    plan=text,
                    state=State.RUNNING,
                    started_at=now,
                    due_at=now + steps[0].after,
                )
            )
    return begun


def is_answered(uow: UnitOfWork, alert: Alert) -> bool:
    """Whether somebody knows of it, here or in its source's portal."""
    if alert.acknowledged_at is not None:
        return True
    before = uow.escalations.get(alert.number)
    return before is not None and before.state is State.ANSWERED


def rota_along(routes: Iterable[Route]) -> str:
    """The first rota that a route names; empty for the one that serves all others."""
    return next((route.rota for route in sorted(routes, key=lambda route: route.id) if route.rota), "")


def answered(uow: UnitOfWork, entry: Entry) -> None:
    """Whatever somebody does with an alert, from anywhere, ends its paging."""
    if not is_answer(entry):
        return
    by = entry.actor.id if entry.actor.kind is ActorKind.PERSON else entry.actor.name
    uow.escalations.end(entry.alert, State.ENDED if is_over(entry) else State.ANSWERED, at=entry.at, by=by)
