"""Alerts that share a card: looked at one by one, and handled all at once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.alerts.alert import Alert
from bot.alerts.conversation import Scope
from bot.alerts.errors import NotAvailable
from bot.alerts.messages import ConversationKind
from bot.alerts.outcome import Outcome
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.views import FoldPage, FoldView
from bot.usecases.acting import Act, Done
from bot.usecases.bulk import each
from bot.usecases.permission import require
from bot.usecases.read import PAGE_SIZE, views_of
from bot.usecases.visibility import Reader, scope_of, settled

#: Alerts that one press handles at most: more would keep everybody else waiting for it.
AT_ONCE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What is to be done to all alerts of a card, by whom, and to which: those that fit among the `counted` ones.

    `counted` is how many alerts the presser was shown: what has joined the card since is not meant. None means all.
    """

    by: Person
    at: datetime
    do: Callable[[UnitOfWork, Act], Done]
    fits: Callable[[Alert], bool] = lambda _alert: True
    counted: int | None = None


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of the alerts, and how many are left because they were too many for one press."""

    outcome: Outcome
    left: int


def fold_view(uow: UnitOfWork, card: int, reader: Reader) -> FoldView:
    """Raises NotAvailable for a card of another conversation, as for one that does not exist."""
    require(uow, reader, "show")
    place = uow.folds.place(card)
    view = uow.folds.view(card) if place is not None and place.conversation == reader.conversation.id else None
    if view is None or not _may_see(uow, card, reader):
        raise NotAvailable(f"card {card}")
    return view


def _may_see(uow: UnitOfWork, card: int, reader: Reader) -> bool:
    """What was sent to a channel may be seen there for ever; in 1:1 only while its person may see all of it."""
    is_personal = reader.conversation.kind is ConversationKind.PERSONAL
    return not is_personal or uow.folds.within(card, scope_of(uow, reader))


def fold_page(uow: UnitOfWork, card: int, reader: Reader, page: int) -> FoldPage:
    view = fold_view(uow, card, reader)
    without = scope_of(uow, reader).without
    if without and not uow.folds.within(card, Scope(everything=True, without=without)):
        raise NotAvailable(f"card {card}")
    page = min(page, max(0, -(-view.count // PAGE_SIZE) - 1))
    alerts: list[Alert] = uow.folds.page(card, offset=page * PAGE_SIZE, limit=PAGE_SIZE)
    return FoldPage(view, tuple(views_of(uow, alerts)), page, PAGE_SIZE)


def handle_all(uow: UnitOfWork, card: int, reader: Reader, errand: Errand) -> Handled:
    """Do it to the open alerts of a card that fit, oldest first. One that refuses it stays as it is."""
    require(uow, reader, "manage")
    everything = uow.folds.page(card, offset=0, limit=fold_view(uow, card, reader).count)
    # Whatever joins a card is newer than what is there, so those that were counted come first.
    counted = sorted(everything, key=lambda alert: alert.number)[: errand.counted]
    meant = [alert.number for alert in counted if alert.is_open and not alert.is_hidden and errand.fits(alert)]
    reader = settled(uow, reader)
    acts = [Act(alert=number, by=errand.by, reader=reader, at=errand.at) for number in meant[:AT_ONCE]]
    return Handled(each(uow, acts, errand.do), len(meant[AT_ONCE:]))
