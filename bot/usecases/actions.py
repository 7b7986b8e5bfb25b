"""Actions taken: what became of an alert's assets, and what investigations of its type found."""

from collections import Counter
from typing import Final

from bot.alerts.action_views import ActionsView, group_of, in_groups, waits_for_approval
from bot.alerts.ports import UnitOfWork
from bot.usecases.read import view_of
from bot.usecases.visibility import Reader, require_visible

#: Pieces that are looked at, pieces on a page, and investigations shown.
LOOKED_AT: Final = 1_000
PAGE_SIZE: Final = 12
NEWEST: Final = 5


def actions_taken(uow: UnitOfWork, number: int, reader: Reader, page: int = 0) -> ActionsView:
    """One page of it; a page beyond the last one is the last one. Raises NotAvailable."""
    scope = require_visible(uow, number, reader)
    alert = uow.alerts.get(number)
    evidence = in_groups(uow.alerts.evidence(number, limit=LOOKED_AT))
    pages = max(1, -(-len(evidence) // PAGE_SIZE))
    page = min(page, pages - 1)
    return ActionsView(
        view=view_of(uow, alert, reader.conversation.id),
        evidence=evidence[page * PAGE_SIZE : (page + 1) * PAGE_SIZE],
        counts=Counter(map(group_of, evidence)),
        waiting=waits_for_approval(evidence),
        investigations=uow.alerts.investigated(alert, scope, limit=NEWEST),
        page=page,
        left=max(0, len(evidence) - (page + 1) * PAGE_SIZE),
    )
