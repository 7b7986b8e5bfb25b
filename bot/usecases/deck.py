"""One's own open alerts as a deck: one at a time, the worst first, the next one after each decision."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.alerts.alert import Alert
from bot.alerts.ports import UnitOfWork
from bot.alerts.views import DeckView, QueueFilter
from bot.usecases.permission import require
from bot.usecases.read import LONG_AGO, own_view
from bot.usecases.visibility import Reader, scope_of

#: Alerts in a deck: nobody works through more of them.
MOST: Final = 300


def deck(uow: UnitOfWork, reader: Reader, after: int | None = None) -> DeckView | None:
    """The first one, or the one that follows another, which may be out of the deck; after the last comes the first.

    None where the reader has no open alerts.
    """
    require(uow, reader, "mine")
    wanted = QueueFilter(since=LONG_AGO, assignee=reader.person, me=reader.person, now=reader.at)
    found, count = uow.alerts.page(scope_of(uow, reader), wanted, offset=0, limit=MOST)
    if not found:
        return None
    order = sorted(found, key=_rank)
    place = _place(uow, order, after)
    return DeckView(own_view(uow, order[place], reader), place + 1, count)


def _place(uow: UnitOfWork, order: Sequence[Alert], after: int | None) -> int:
    if after is None:
        return 0
    left = _rank(uow.alerts.get(after))
    return next((place for place, alert in enumerate(order) if _rank(alert) > left), 0)


def _rank(alert: Alert) -> tuple[int, datetime, int]:
    return -alert.severity.rank, alert.received_at, alert.number
