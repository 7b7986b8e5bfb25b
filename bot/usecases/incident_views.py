"""What people look at of an incident. Nothing here changes anything."""

from collections import Counter
from collections.abc import Iterable, Sequence

from bot.alerts.conversation import Conversation, Scope
from bot.alerts.errors import NotAvailable
from bot.alerts.incident import Incident, IncidentEntry, IncidentKind
from bot.alerts.incident_mirror import is_ours
from bot.alerts.incident_views import IncidentHistoryView, IncidentView, MergeView
from bot.alerts.messages import ConversationKind
from bot.alerts.people import ActorKind
from bot.alerts.ports import UnitOfWork
from bot.usecases.incident_finding import final, visible_incident
from bot.usecases.read import ENTRIES_SHOWN, INCIDENTS_OFFERED, PAGE_SIZE, views_of
from bot.usecases.visibility import Reader, conversation_scope, scope_of


def incident_view(uow: UnitOfWork, number: int, reader: Reader, page: int = 0) -> IncidentView:
    """Raises NotAvailable, as everything here does, for what the reader may not see."""
    incident, scope = visible_incident(uow, number, reader)
    return _view(uow, incident, scope, page)


def shared_incident_view(uow: UnitOfWork, number: int, reader: Reader) -> IncidentView:
    """The view that everybody in a conversation shares. In a chat of two it is that of its person."""
    here: Conversation = reader.conversation
    if here.kind is ConversationKind.PERSONAL:
        return incident_view(uow, number, reader)
    scope = conversation_scope(uow, here, reader.at)
    return _view(uow, uow.incidents.seen(final(uow, number).number, scope), scope, 0)


def incident_history(uow: UnitOfWork, number: int, reader: Reader) -> IncidentHistoryView:
    view, scope = incident_view(uow, number, reader), scope_of(uow, reader)
    entries = uow.incidents.entries(view.incident.number, limit=ENTRIES_SHOWN)
    older = view.incident.revision - len(entries)
    return IncidentHistoryView(view, tuple(_tellable(uow, entries, scope)), older, undone_among(entries))


def mergeable(uow: UnitOfWork, number: int, reader: Reader) -> MergeView:
    incident, scope = visible_incident(uow, number, reader)
    others = uow.incidents.newest(scope, limit=INCIDENTS_OFFERED + 1)
    view = _view(uow, incident, scope, 0)
    return MergeView(view, tuple(other for other in others if other.number != incident.number))


def undone_among(entries: Iterable[IncidentEntry]) -> frozenset[int]:
    """The revisions of what stands undone, in an incident's newest entries, newest first."""
    undone: set[int] = set()
    for entry in entries:
        # An undo that was itself undone takes nothing back any more.
        if entry.undoes is not None and entry.revision not in undone:
            undone.add(entry.undoes)
    return frozenset(undone)


def _view(uow: UnitOfWork, incident: Incident, scope: Scope, page: int) -> IncidentView:
    facts = uow.incidents.facts(incident.number, scope)
    if facts is None:
        raise NotAvailable(f"incident {incident.number}")
    page = min(page, max(0, -(-facts.count // PAGE_SIZE) - 1))
    found = uow.incidents.page(incident.number, scope, offset=page * PAGE_SIZE, limit=PAGE_SIZE)
    entries = uow.incidents.entries(incident.number, limit=ENTRIES_SHOWN) if incident.revision > 1 else ()
    tellable = _tellable(uow, entries, scope)
    whom = {who for who in (incident.assignee, *facts.assignees, *_named(entries)) if who}
    return IncidentView(
        incident=incident,
        facts=facts,
        alerts=tuple(views_of(uow, found)),
        page=page,
        page_size=PAGE_SIZE,
        reasons=tuple(reason for reason, _ in Counter(a.incident_reason for a in found).most_common() if reason),
        note=_note(tellable),
        people=uow.people.many(whom),
        mirror=uow.incident_mirrors.many([incident.number]).get(incident.number),
        overruled=_overruled(tellable),
    )


def _tellable(uow: UnitOfWork, entries: Sequence[IncidentEntry], scope: Scope) -> list[IncidentEntry]:
    """Without what was said about alerts alone that one may not see."""

    def is_seen(entry: IncidentEntry) -> bool:
        if entry.actor.kind is ActorKind.SOURCE and any(change.field == "name" for change in entry.changes):
            return scope.is_unlimited or uow.incidents.is_whole(entry.incident, scope)
        if scope.is_unlimited or entry.kind is not IncidentKind.LINKED or not entry.touched:
            return True
        return any(uow.alerts.in_scope(alert, scope) for alert, _ in entry.touched)

    return [entry for entry in entries if is_seen(entry)]


def _note(entries: Sequence[IncidentEntry]) -> IncidentEntry | None:
    undone = undone_among(entries)
    return next((entry for entry in entries if entry.comment and entry.revision not in undone), None)


def _overruled(entries: Sequence[IncidentEntry]) -> IncidentEntry | None:
    """Both sides changed the same, and nobody here has done anything since, nor the source to what was contested."""
    later: set[str] = set()
    for entry in entries:
        if entry.kind is IncidentKind.OVERRULED:
            return entry if later.isdisjoint(change.field for change in entry.changes) else None
        if is_ours(entry):
            return None
        later.update(change.field for change in entry.changes)
    return None


def _named(entries: Iterable[IncidentEntry]) -> set[str]:
    changes = (change for entry in entries for change in entry.changes if change.field == "assignee")
    return {value for change in changes for value in (change.old, change.new) if isinstance(value, str)}
