"""Who gets a view of their own of a card that everybody in a conversation shares."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from bot.alerts.conversation import Conversation
from bot.alerts.errors import NotAvailable
from bot.alerts.people import ActorKind
from bot.alerts.ports import UnitOfWork
from bot.alerts.views import AlertView
from bot.usecases.read import shared_view

#: Teams takes no more of them.
MOST: Final = 60

#: The newest entries whose authors count as being at it.
_ENTRIES: Final = 20


def view_for_all(uow: UnitOfWork, number: int, here: Conversation, now: datetime) -> AlertView:
    """The shared view of an alert, with whom it looks different to: whoever has it, is on call for it or acted on it
    lately, and those who may only look.

    Raises NotAvailable where somebody has come since who may not see such alerts.
    """
    view = shared_view(uow, number, here.id, now)
    if view.alert.service_source in uow.access.barred_in(here.id, now):
        raise NotAvailable(f"alert {number}")
    entries = uow.history.entries(number, limit=_ENTRIES) if view.alert.revision > 1 else ()
    by_people = (entry.actor.id for entry in entries if entry.actor.kind is ActorKind.PERSON)
    at_it = [view.alert.assignee or "", *(duty.person.object_id for duty in view.on_call if duty.person), *by_people]
    people = list(dict.fromkeys(filter(None, [*at_it, *sorted(uow.access.readers_in(here.id, now))])))[:MOST]
    known = uow.people.many(people) if people else {}
    return replace(view, own_views=tuple(known[who].teams_id for who in people if who in known and known[who].teams_id))
