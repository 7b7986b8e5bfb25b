"""Presses about reminders: ask for one, look at one's own, cancel one."""

from bot.alerts.errors import Refused
from bot.alerts.messages import ConversationKind
from bot.alerts.ports import UnitOfWork
from bot.alerts.reminder import Reminder
from bot.teams import screens
from bot.teams.identity import arrive
from bot.teams.pressed import Pressed
from bot.teams.screens import Screen
from bot.usecases import read, reminders
from bot.usecases.reminders import Wish
from bot.usecases.visibility import Reader
from cards.buttons import Press
from cards.reminder import render_reminder, render_reminders, when_told


def is_complete(press: Press) -> bool:
    return press.span is not None or press.moment is not None


def remind(uow: UnitOfWork, pressed: Pressed) -> Screen:
    """Remind of it, once however often the press is repeated. Raises NotAvailable and Refused."""
    reader = arrive(uow, pressed.activity, pressed.person, pressed.at)
    press, key = pressed.press, pressed.key()
    view = read.alert_view(uow, pressed.alert, reader)
    plain = screens.of_view(view)
    if key is not None and not uow.presses.first_time(key, pressed.at):
        return plain
    when = (press.moment or "").strip() or press.span or ""
    words = f"{when}: {(press.comment or '').strip()}"
    made = reminders.remind(uow, Wish(pressed.alert, words, pressed.lang.zone, _thread(pressed)), reader).reminder
    here = made.conversation == reader.conversation.id
    earlier = _own(uow, press.reminder, reader)

    def screen(f: screens.Frame) -> screens.Json:
        notice = when_told(made, f.lang, f.now, here=here)
        if earlier is not None:
            return render_reminder(earlier, view, lang=f.lang, now=f.now, nonce=f.nonce, notice=notice)
        return plain(f.saying(notice))

    return screen


def listed(uow: UnitOfWork, reader: Reader, *, cancelled: Reminder | None = None) -> Screen:
    views = reminders.listed(uow, reader)

    def screen(f: screens.Frame) -> screens.Json:
        notice = f.lang.t("Reminder {number} is cancelled.", number=cancelled.id) if cancelled else f.notice
        return render_reminders(views, lang=f.lang, now=f.now, nonce=f.nonce, notice=notice)

    return screen


def cancel(uow: UnitOfWork, pressed: Pressed) -> Screen:
    reader = arrive(uow, pressed.activity, pressed.person, pressed.at)
    number, key = pressed.press.reminder, pressed.key()
    if number is None:
        raise Refused("badPress", field="reminder", why="Field required")
    if key is not None and not uow.presses.first_time(key, pressed.at):
        return listed(uow, reader)
    return listed(uow, reader, cancelled=reminders.cancel(uow, number, reader))


def _own(uow: UnitOfWork, number: int | None, reader: Reader) -> Reminder | None:
    """The reminder on whose card one pressed."""
    reminder = uow.reminders.get(number) if number is not None else None
    return reminder if reminder is not None and reminder.person == reader.person else None


def _thread(pressed: Pressed) -> str | None:
    """In a channel the thread of the card that was pressed, which may be its root."""
    if pressed.activity.kind is not ConversationKind.CHANNEL:
        return None
    return pressed.activity.address.thread or pressed.activity.reply_to_id or None
