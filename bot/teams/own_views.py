"""Views of one's own of a card that everybody shares: Teams asks for one whenever such a person looks at it."""

from collections import OrderedDict
from dataclasses import replace
from threading import Lock
from typing import Final

from bot.alerts.alert import Alert
from bot.alerts.ports import UnitOfWork
from bot.alerts.views import AlertView, Viewer
from bot.teams.pressed import Pressed
from bot.teams.screens import Screen, of_view
from bot.usecases.read import view_of
from bot.usecases.visibility import Reader, role_of, visible_alert

#: Cards that are kept.
_KEPT: Final = 1_000


class OwnViews:
    """What the posted cards show, by their revision: read once for all who look at one. Who may see it, and what they
    may do, is asked each time."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, int], AlertView] = OrderedDict()
        self._lock = Lock()  # with SQLite a transaction has a thread of its own

    def look(self, uow: UnitOfWork, pressed: Pressed, reader: Reader) -> Screen:
        """Raises NotAvailable."""
        alert = visible_alert(uow, pressed.alert, reader)
        role = role_of(uow, reader)
        view = self._view(uow, alert, pressed, reader)
        return of_view(replace(view, viewer=Viewer(reader.person, role)) if role is not None else view)

    def _view(self, uow: UnitOfWork, alert: Alert, pressed: Pressed, reader: Reader) -> AlertView:
        here = reader.conversation.id
        card = uow.cards.of_activity(here, pressed.activity.reply_to_id)
        if card is None:
            return view_of(uow, alert, here, reader.at)
        key = card.id, card.wanted_revision
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None and kept.alert == alert:
            return kept
        view = view_of(uow, alert, here, reader.at)
        with self._lock:
            self._kept[key] = view
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return view
