"""Taking back one entry of an alert's history: the one place where it is decided whether that can be done."""

from bot.alerts import alert as alerts
from bot.alerts.alert import Alert, Decision
from bot.alerts.errors import Refused
from bot.alerts.history import Entry, undone_among
from bot.alerts.ports import UnitOfWork


def take_back(uow: UnitOfWork, alert: Alert, entry: Entry) -> Decision:
    """Its inverse; a comment of it is struck through, or stands again.

    Raises Refused: "alreadyUndone" with who did it and when, and "changedSince" with the field and the entry that
    changed it.
    """
    later = uow.history.since(alert.number, entry.revision)[::-1]
    if entry.revision in undone_among(later):
        by = next(each for each in later if each.undoes == entry.revision)
        raise Refused("alreadyUndone", who=by.actor.name, when=by.at)
    try:
        decision = alerts.undo(alert, entry)
    except Refused as refused:
        field = refused.facts.get("field")
        since = next((each for each in later if any(change.field == field for change in each.changes)), None)
        raise Refused(refused.reason, field=field, entry=since) from None
    if decision.withdraws is not None:
        brought_by = _comment_of(uow, entry)
        comment = uow.history.entry(alert.number, brought_by)
        if comment is not None and comment.withdrawn is decision.withdraws:
            # Another undo of the same comment was first, by another way.
            since = next((each for each in later if each.withdraws is not None), None)
            raise Refused("changedSince", field="comment", entry=since)
        uow.history.withdraw(alert.number, brought_by, withdrawn=decision.withdraws)
    return decision


def _comment_of(uow: UnitOfWork, entry: Entry) -> int:
    """The revision of the entry that brought the comment: down the chain of undone undos."""
    while not entry.comment and entry.undoes is not None:
        before = uow.history.entry(entry.alert, entry.undoes)
        if before is None:
            break
        entry = before
    return entry.revision
