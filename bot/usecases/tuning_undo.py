"""A wrong rule is undone as a whole."""

from datetime import datetime

from bot.alerts.conversation import Subject
from bot.alerts.ports import UnitOfWork
from bot.usecases.automatic import BroughtBack, bring_back
from bot.usecases.permission import require
from bot.usecases.tuning import Doing


def undo_rule(uow: UnitOfWork, doing: Doing, rule: int, since: datetime) -> BroughtBack:
    """Bring back everything that it did since then, as far as one press may. The rule itself stays as it is."""
    require(uow, doing.reader, "tune")
    found = uow.tuning.get(rule)
    back = bring_back(uow, found.as_actor, since, by=doing.by, reader=doing.reader, at=doing.at)
    uow.cards.raise_wanted(Subject.RULE, rule, at=doing.at)
    return back
