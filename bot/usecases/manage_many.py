"""Manage several alerts alike: a list to choose from, a preview, and all of it in one transaction, undone as one."""

from collections.abc import Collection, Mapping
from datetime import datetime

from bot.alerts.errors import Refused
from bot.alerts.managing import Plan
from bot.alerts.outcome import Outcome
from bot.alerts.people import Person
from bot.alerts.planned import Planned, plan_for
from bot.alerts.ports import UnitOfWork
from bot.alerts.views import SimilarView
from bot.usecases import read
from bot.usecases.acting import Act
from bot.usecases.bulk import each
from bot.usecases.manage import manage
from bot.usecases.permission import require
from bot.usecases.visibility import Reader, require_visible, settled

#: Alerts that one action changes at most.
MOST = 100

#: Similar alerts that are offered for it.
OFFERED = 50


def offer(uow: UnitOfWork, number: int, reader: Reader) -> SimilarView:
    """The alert and those similar to it; refused to whoever may not manage them."""
    similar = read.similar(uow, number, reader, limit=OFFERED)
    require(uow, reader, "manage")
    return similar


def preview(uow: UnitOfWork, reader: Reader, numbers: Collection[int], plan: Plan) -> tuple[Planned, ...]:
    """What would be done to each, by number. Raises as `manage_many` does."""
    _check(uow, settled(uow, reader), numbers)
    alerts = [uow.alerts.get(number) for number in sorted(set(numbers))]
    return plan_for(read.views_of(uow, alerts), plan)


def manage_many(
    uow: UnitOfWork, by: Person, reader: Reader, at: datetime, *, seen: Mapping[int, int], plan: Plan
) -> Outcome:
    """Carry it out. `seen` has the revision of each alert that its preview was about: where somebody has changed since
    what the plan would change, that alert stays as it is, and the outcome says who was first.

    Raises NotAvailable where one of them may not be seen, and Refused: "pickSome", "manyPicked", "role".
    """
    reader = settled(uow, reader)
    _check(uow, reader, seen)
    acts = [Act(alert=number, by=by, reader=reader, at=at, rev=rev) for number, rev in seen.items()]
    return each(uow, acts, lambda uow, act: manage(uow, act, plan))


def _check(uow: UnitOfWork, reader: Reader, numbers: Collection[int]) -> None:
    require(uow, reader, "manage")
    if not numbers:
        raise Refused("pickSome")
    if len(set(numbers)) > MOST:
        raise Refused("manyPicked", limit=MOST)
    for number in sorted(set(numbers)):
        require_visible(uow, number, reader)
