"""Link: put an alert into an incident, an existing one or a new one, and say why."""

from collections.abc import Callable

from bot.alerts import alert as alerts
from bot.alerts.alert import Alert, Decision
from bot.alerts.errors import Refused
from bot.alerts.ports import UnitOfWork
from bot.usecases.acting import Act, Done, perform
from bot.usecases.incidents import IncidentAct, note_link, open_incident
from bot.usecases.visibility import require_visible

INCIDENT = frozenset({"incident"})


def link(uow: UnitOfWork, act: Act, incident: int | None, reason: str = "", comment: str = "") -> Done:
    """Link to an incident that the actor may see, or to none. Any other is refused as if it did not exist."""
    scope = require_visible(uow, act.alert, act.reader)
    if incident is not None and not uow.incidents.in_scope(incident, scope):
        raise Refused("unknownIncident", incident=incident)
    return _link(uow, act, lambda alert: alerts.link(alert, incident, reason, comment))


def link_to_new(uow: UnitOfWork, act: Act, name: str = "", reason: str = "", comment: str = "") -> Done:
    """Link to a new incident, named after the alert unless a name is given."""

    def decide(alert: Alert) -> Decision:
        return alerts.link(alert, made_for(uow, act, name), reason, comment)

    return _link(uow, act, decide)


def made_for(uow: UnitOfWork, act: Act, name: str = "") -> int:
    """A new incident for an alert. Without a name it is called like its worst alert that a reader may see."""
    return open_incident(uow, name.strip(), by=act.actor, way=act.way, at=act.at)


def _link(uow: UnitOfWork, act: Act, decide: Callable[[Alert], Decision]) -> Done:
    done = perform(uow, act, "link", decide, touches=INCIDENT)
    tell_incident(uow, act, done)
    return done


def tell_incident(uow: UnitOfWork, act: Act, done: Done) -> None:
    """Note in the incident what was just put into it."""
    if done.entry is not None and done.alert.incident is not None:
        its = IncidentAct(
            incident=done.alert.incident, by=act.by, reader=act.reader, at=act.at, actor=act.actor, way=act.way
        )
        note_link(uow, its, done.alert.number, done.entry.revision, done.entry.comment)
