"""Link: put an alert into an incident, an existing one or a new one."""

from bot.alerts import alert as alerts
from bot.alerts.alert import Alert, Decision
from bot.alerts.errors import NotAvailable
from bot.alerts.ports import UnitOfWork
from bot.usecases.acting import Act, Done, perform
from bot.usecases.visibility import scope_of

INCIDENT = frozenset({"incident"})


def link(uow: UnitOfWork, act: Act, incident: int | None) -> Done:
    """Link to an incident that the actor may see, or to none. Raises NotAvailable for any other."""
    if incident is not None and not uow.incidents.in_scope(incident, scope_of(uow, act.reader)):
        raise NotAvailable(f"incident {incident}")
    return perform(uow, act, lambda alert: alerts.link(alert, incident), touches=INCIDENT)


def link_to_new(uow: UnitOfWork, act: Act, name: str = "") -> Done:
    """Link to a new incident, named after the alert unless a name is given."""

    def decide(alert: Alert) -> Decision:
        return alerts.link(alert, uow.incidents.create(name.strip() or alert.title, act.at))

    return perform(uow, act, decide, touches=INCIDENT)
