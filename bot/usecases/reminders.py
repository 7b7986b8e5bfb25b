"""Reminders: asked for, listed, cancelled, and told once when they are due."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.alerts.conversation import Subject
from bot.alerts.errors import NotAvailable, Refused
from bot.alerts.moments import read_ahead
from bot.alerts.ports import UnitOfWork
from bot.alerts.reminder import MOST, NOTE, Reminder, ReminderState, ReminderView
from bot.usecases.permission import require
from bot.usecases.visibility import Reader, require_visible, scope_of, visible_alert

#: Somebody waits for it at this very minute.
URGENCY = 0

#: Reminders that are told in one transaction.
STEP = 100


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for: of which alert, and when, in their own words."""

    alert: int
    words: str
    zone: ZoneInfo
    thread: str | None = None


def zone_of(uow: UnitOfWork, person: str, usual: ZoneInfo) -> ZoneInfo:
    """The zone that somebody lives in, as their client told it; else the usual one."""
    known = uow.people.many([person]).get(person)
    try:
        return ZoneInfo(known.own_zone) if known is not None and known.own_zone else usual
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return usual


def remind(uow: UnitOfWork, wish: Wish, reader: Reader) -> ReminderView:
    """Remind somebody, in their 1:1 chat where there is one, else where they asked. Raises NotAvailable and Refused."""
    alert = visible_alert(uow, wish.alert, reader)
    require(uow, reader, "remind")
    if not wish.words.strip():
        raise Refused("noWhen")
    moment = read_ahead(wish.words, reader.at, wish.zone)
    if len(moment.rest) > NOTE:
        raise Refused("longNote", limit=NOTE)
    if len(uow.reminders.waiting(reader.person)) >= MOST:
        raise Refused("manyReminders", limit=MOST)
    chat = uow.conversations.personal(reader.person)
    draft = Reminder(
        id=0,
        alert=alert.number,
        person=reader.person,
        due_at=moment.at,
        made_at=reader.at,
        conversation=chat.id if chat is not None else reader.conversation.id,
        thread=None if chat is not None else wish.thread,
        note=moment.rest,
    )
    return ReminderView(uow.reminders.get(uow.reminders.add(draft)), alert)


def listed(uow: UnitOfWork, reader: Reader) -> list[ReminderView]:
    """One's own that wait, the next one first. In a place with others, only those that are told there."""
    require(uow, reader, "reminders")
    scope = scope_of(uow, reader)
    mine = uow.reminders.waiting(reader.person)
    if reader.conversation.person is None:
        mine = [one for one in mine if one.conversation == reader.conversation.id]
    return [ReminderView(one, uow.alerts.get(one.alert)) for one in mine if uow.alerts.in_scope(one.alert, scope)]


def cancel(uow: UnitOfWork, number: int, reader: Reader) -> Reminder:
    """One's own, as long as it waits. Raises NotAvailable for another's, and Refused where it waits no more."""
    require(uow, reader, "reminders")
    reminder = uow.reminders.get(number)
    if reminder.person != reader.person:
        raise NotAvailable(f"reminder {number}")
    if not uow.reminders.settle(number, ReminderState.CANCELLED):
        raise Refused("reminderOver")
    return reminder


def tell_due(uow: UnitOfWork, now: datetime) -> int:
    """A card for each reminder that is due, once whoever else looks; how many."""
    due = uow.reminders.due(now, limit=STEP)
    for one in due:
        if uow.reminders.settle(one.id, ReminderState.TOLD):
            uow.cards.want(one.conversation, Subject.REMINDER, one.id, priority=URGENCY, at=now, thread=one.thread)
    return len(due)


def told_view(uow: UnitOfWork, number: int, reader: Reader) -> ReminderView:
    """A reminder that is told, with its alert as it is now. Raises NotAvailable where its person may not see that."""
    reminder = uow.reminders.get(number)
    require_visible(uow, reminder.alert, reader)
    return ReminderView(reminder, uow.alerts.get(reminder.alert))
