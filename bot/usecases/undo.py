"""Undo: take back one's own last action on an alert. Undoing an undo redoes."""

from bot.alerts import alert as alerts
from bot.alerts.alert import Alert, Decision
from bot.alerts.errors import Refused
from bot.alerts.history import Entry
from bot.alerts.ports import UnitOfWork
from bot.usecases.acting import Act, Done, perform


def undo(uow: UnitOfWork, act: Act) -> Done:
    def decide(alert: Alert) -> Decision:
        entry = uow.history.last_by(alert.number, act.by.object_id)
        if entry is None:
            raise Refused("nothingToUndo")
        decision = alerts.undo(alert, entry)
        if decision.withdraws is not None:
            uow.history.withdraw(alert.number, _comment_of(uow, entry), withdrawn=decision.withdraws)
        return decision

    return perform(uow, act, decide)


def _comment_of(uow: UnitOfWork, entry: Entry) -> int:
    """The revision of the entry that brought the comment: down the chain of undone undos."""
    while not entry.comment and entry.undoes is not None:
        before = uow.history.entry(entry.alert, entry.undoes)
        if before is None:
            break
        entry = before
    return entry.revision
