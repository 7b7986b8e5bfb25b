"""Link: put an alert into an incident, an existing one or a new one."""

from bot.alerts import alert as alerts
from bot.alerts.alert import Alert, Decision
from bot.alerts.errors import Refused
from bot.alerts.ports import UnitOfWork
from bot.usecases.acting import Act, Done, perform
from bot.usecases.visibility import require_visible

INCIDENT = frozenset({"incident"})


def link(uow: UnitOfWork, act: Act, incident: int | None) -> Done:
    """Link to an incident that the actor may see, or to none. Any other is refused as if it did not exist."""
    scope = require_visible(uow, act.alert, act.reader)
    if incident is not None and not uow.incidents.in_scope(incident, scope):
        raise Refused("unknownIncident", incident=incident)
    return perform(uow, act, "link", lambda alert: alerts.link(alert, incident), touches=INCIDENT)


def link_to_new(uow: UnitOfWork, act: Act, name: str = "") -> Done:
    """Link to a new incident, named after the alert unless a name is given."""

    def decide(alert: Alert) -> Decision:
        return alerts.link(alert, uow.incidents.create(name.strip() or alert.title, act.at))

    return perform(uow, act, "link", decide, touches=INCIDENT)
