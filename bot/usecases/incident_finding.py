"""Which incident is meant: merged ones lead to what they are part of now."""

from bot.alerts.conversation import Scope
from bot.alerts.errors import NotAvailable
from bot.alerts.incident import Incident
from bot.alerts.ports import UnitOfWork
from bot.usecases.visibility import Reader, scope_of


def visible_incident(uow: UnitOfWork, number: int, reader: Reader) -> tuple[Incident, Scope]:
    """The incident, or the one that it became part of, and the reader's scope. Raises NotAvailable."""
    scope, incident = scope_of(uow, reader), final(uow, number)
    if not uow.incidents.in_scope(incident.number, scope):
        raise NotAvailable(f"incident {number}")
    return uow.incidents.seen(incident.number, scope), scope


def final(uow: UnitOfWork, number: int) -> Incident:
    """The incident, or the one that it became part of. Raises NotAvailable."""
    incident, seen = uow.incidents.get(number), {number}
    while incident.merged_into is not None and incident.merged_into not in seen:
        seen.add(incident.merged_into)
        incident = uow.incidents.get(incident.merged_into)
    return incident
