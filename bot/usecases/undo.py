"""Undo: take back one's own last action on an alert, or a rule's where that came later. Undoing an undo redoes."""

from bot.alerts import alert as alerts
from bot.alerts.alert import Alert, Decision
from bot.alerts.errors import Refused
from bot.alerts.history import Entry
from bot.alerts.people import ActorKind
from bot.alerts.ports import UnitOfWork
from bot.usecases.acting import Act, Done, perform
from bot.usecases.showing import show_back


def undo(uow: UnitOfWork, act: Act) -> Done:
    def decide(alert: Alert) -> Decision:
        entry = uow.history.last_by(alert.number, act.by.object_id)
        if entry is None:
            raise Refused("nothingToUndo")
        decision = alerts.undo(alert, entry)
        if decision.withdraws is not None:
            uow.history.withdraw(alert.number, _comment_of(uow, entry), withdrawn=decision.withdraws)
        return decision

    done = perform(uow, act, "undo", decide)
    if done.entry is not None and done.entry.undoes is not None:
        _mark(uow, done.alert, done.entry.undoes, act)
    return done


def _mark(uow: UnitOfWork, alert: Alert, revision: int, act: Act) -> None:
    """Remember that a rule's action does not stand any more, or stands again; what it hid is to be seen again."""
    undone, entry = True, uow.history.entry(alert.number, revision)
    while entry is not None and entry.actor.kind is not ActorKind.RULE and entry.undoes is not None:
        undone, entry = not undone, uow.history.entry(alert.number, entry.undoes)
    if entry is not None and entry.actor.kind is ActorKind.RULE:
        uow.rule_acts.mark(alert.number, entry.revision, undone=undone)
        if not alert.is_hidden:
            show_back(uow, [alert], act.at)


def _comment_of(uow: UnitOfWork, entry: Entry) -> int:
    """The revision of the entry that brought the comment: down the chain of undone undos."""
    while not entry.comment and entry.undoes is not None:
        before = uow.history.entry(entry.alert, entry.undoes)
        if before is None:
            break
        entry = before
    return entry.revision
