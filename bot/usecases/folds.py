"""Alerts that share a card: looked at one by one, and handled all at once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.alerts.alert import Alert
from bot.alerts.errors import NotAvailable, Refused
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.views import FoldPage, FoldView
from bot.usecases.acting import Act
from bot.usecases.read import PAGE_SIZE, views_of
from bot.usecases.visibility import Reader

#: Alerts that one press handles at most: more would keep everybody else waiting for it.
AT_ONCE = 300


@dataclass(frozen=True, slots=True)
class Handled:
    """How many alerts were changed, and how many are still open because they were too many for one press."""

    changed: int
    left: int


def fold_view(uow: UnitOfWork, card: int, reader: Reader) -> FoldView:
    """Raises NotAvailable for a card of another conversation, as for one that does not exist."""
    place = uow.folds.place(card)
    view = uow.folds.view(card) if place is not None and place.conversation == reader.conversation.id else None
    if view is None:
        raise NotAvailable(f"card {card}")
    return view


def fold_page(uow: UnitOfWork, card: int, reader: Reader, page: int) -> FoldPage:
    view = fold_view(uow, card, reader)
    page = min(page, max(0, -(-view.count // PAGE_SIZE) - 1))
    alerts: list[Alert] = uow.folds.page(card, offset=page * PAGE_SIZE, limit=PAGE_SIZE)
    return FoldPage(view, tuple(views_of(uow, alerts)), page, PAGE_SIZE)


def handle_all(
    uow: UnitOfWork, card: int, reader: Reader, *, by: Person, at: datetime, do: Callable[[Act], object]
) -> Handled:
    """Do it to every open alert of a card. One that it does not fit, such as one assigned already, stays as it is."""
    open_before = fold_view(uow, card, reader).open
    changed = 0
    for number in uow.folds.open_numbers(card, limit=AT_ONCE):
        try:
            do(Act(alert=number, by=by, reader=reader, at=at))
        except Refused:
            continue
        changed += 1
    return Handled(changed, max(0, open_before - AT_ONCE))
