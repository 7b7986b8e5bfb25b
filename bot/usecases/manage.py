"""Manage: status, assignee, verdict, incident, tags and a comment, in one step."""

from collections.abc import Sequence
from dataclasses import replace

from bot.alerts.alert import Alert, Decision
from bot.alerts.errors import Refused
from bot.alerts.incident import Incident
from bot.alerts.managing import Plan
from bot.alerts.managing import manage as decide_all
from bot.alerts.ports import UnitOfWork
from bot.alerts.views import AlertView
from bot.usecases import read
from bot.usecases.acting import Act, Done, perform
from bot.usecases.link import INCIDENT, made_for, tell_incident
from bot.usecases.permission import require
from bot.usecases.tags import as_called
from bot.usecases.visibility import Reader, require_visible


def form(uow: UnitOfWork, number: int, reader: Reader) -> tuple[AlertView, Sequence[Incident]]:
    """The alert, and the incidents that it could be linked to; refused to whoever may not manage it."""
    found = read.incidents(uow, number, reader)
    require(uow, reader, "manage")
    return found


def manage(uow: UnitOfWork, act: Act, plan: Plan, *, into_new: bool = False) -> Done:
    """Carry a plan out, all of it or nothing; `into_new` links the alert to a new incident that is named after it.

    Raises NotAvailable, and Refused: "unknownPerson", "unknownIncident", "nothingChanged", "changed" …
    """
    scope = require_visible(uow, act.alert, act.reader)
    person = plan.assignee[0] if plan.assignee else None
    if person is not None and person != act.by.object_id and person not in uow.people.many([person]):
        raise Refused("unknownPerson", person=person)
    incident = plan.incident[0] if plan.incident else None
    if incident is not None and not uow.incidents.in_scope(incident, scope):
        raise Refused("unknownIncident", incident=incident)

    def decide(alert: Alert) -> Decision:
        called = replace(plan, add_tags=as_called(uow, alert, plan.add_tags)) if plan.add_tags else plan
        if not into_new:
            return decide_all(alert, called)
        return decide_all(alert, replace(called, incident=(made_for(uow, act),)))

    touches = plan.touches | (INCIDENT if into_new else frozenset())
    done = perform(uow, act, "manage", decide, touches=touches)
    if done.entry is not None and any(change.field == "incident" for change in done.entry.changes):
        tell_incident(uow, act, done)
    return done
