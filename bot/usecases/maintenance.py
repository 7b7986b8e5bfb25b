"""Maintenance windows: made, looked at, ended, and what they held back told of when they are over."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.alerts.condition import EVERYTHING
from bot.alerts.condition_text import to_text
from bot.alerts.conversation import Gathered, Scope
from bot.alerts.errors import NotAvailable, Refused
from bot.alerts.messages import ConversationKind
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.routing import Window
from bot.alerts.views import WindowView
from bot.usecases.permission import require
from bot.usecases.read import views_of
from bot.usecases.routes import read_filter
from bot.usecases.showing import JOIN_EVERY, ROLLUP_URGENCY
from bot.usecases.visibility import Reader, channels_of, scope_of

#: The longest one, and how many may stand at a time.
LONGEST, MOST = timedelta(days=7), 100

#: Alerts that are shown of what one held back.
HELD_SHOWN = 10

_QUOTED = re.compile(r'"[^"]*"')
_FOR = re.compile(r"(?:\A|(?<=\s))for\s+(?P<reason>.*)\Z", re.IGNORECASE | re.DOTALL)
_CLOCK = re.compile(r"(?<!\S)(?P<begin>[0-2]?[0-9]:[0-5][0-9])\s*[-–]\s*(?P<end>[0-2]?[0-9]:[0-5][0-9])(?!\S)")
_LENGTH = re.compile(r"(?<!\S)(?P<count>[1-9][0-9]{0,3})\s?(?P<unit>[mhd])(?!\S)", re.IGNORECASE)
_DATE = re.compile(r"(?<!\S)(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})(?!\S)")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = re.compile(rf"(?<!\S)(?P<day>{'|'.join(f'{day}s?|{day[:3]}' for day in _DAYS)})(?!\S)", re.IGNORECASE)
_WEEKLY = re.compile(r"(?<!\S)(?:weekly|every)(?!\S)", re.IGNORECASE)
_HIGH = re.compile(r"(?<!\S)even\s+high(?!\S)", re.IGNORECASE)
_EVERYWHERE = re.compile(r"(?<!\S)everywhere(?!\S)", re.IGNORECASE)
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class _Words:
    """A text from which what is understood is taken out, piece by piece. Quotes are left alone."""

    def __init__(self, text: str) -> None:
        self.left = text

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        outside = _QUOTED.sub(lambda quoted: "\0" * len(quoted[0]), self.left)
        match = pattern.search(outside)
        if match is None:
            return None
        found = pattern.search(self.left, match.start())
        self.left = f"{self.left[: match.start()]} {self.left[match.end() :]}".strip()
        return found or match


@dataclass(frozen=True, slots=True)
class Planned:
    """A window as somebody asks for it; `everywhere` is more than the conversation where it was said."""

    window: Window
    everywhere: bool


def read_window(text: str, now: datetime, zone: ZoneInfo) -> Planned:
    """`host:web-* 22:00-02:00 for patching`, `every sunday 22:00-02:00 host:web-*`, `host:web-1 2h even high`.

    Raises Refused.
    """
    words = _Words(text.strip())
    reason = words.take(_FOR)
    even_high, everywhere, weekly = (words.take(each) is not None for each in (_HIGH, _EVERYWHERE, _WEEKLY))
    start, end = _span(words, now, zone)
    if not words.left:
        raise Refused("windowOfWhat")
    wants = read_filter(words.left)
    window = Window(
        id=0,
        starts_at=start,
        ends_at=end,
        made_at=now,
        wants="" if wants == EVERYTHING else to_text(wants),
        weekly=weekly,
        zone=str(zone),
        even_high=even_high,
        reason=(reason["reason"].strip() if reason else "")[:200],
    )
    return Planned(window, everywhere)


def _span(words: _Words, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    clock, on, day = words.take(_CLOCK), words.take(_DATE), words.take(_DAY)
    length = words.take(_LENGTH) if clock is None else None
    if clock is None:
        if length is None or on or day:
            raise Refused("windowWhen")
        lasts = timedelta(**{_UNITS[length["unit"].lower()]: int(length["count"])})
        if lasts > LONGEST:
            raise Refused("windowLong", days=LONGEST.days)
        return now, now + lasts
    try:
        begin, end = time.fromisoformat(clock["begin"].zfill(5)), time.fromisoformat(clock["end"].zfill(5))
        dates = [date.fromisoformat(on["date"])] if on else _days_around(now.astimezone(zone).date(), day)
    except ValueError:
        raise Refused("windowWhen") from None
    spans = (_on(each, begin, end, zone) for each in dates)
    found = next((span for span in spans if span[1] > now), None)
    if found is None:
        raise Refused("windowPast")
    return found


def _days_around(today: date, day: re.Match[str] | None) -> Sequence[date]:
    """From yesterday on, because a window may have begun before midnight."""
    near = [today + timedelta(days=ahead) for ahead in range(-1, 9)]
    if day is None:
        return near
    wanted = day["day"].lower()[:3]
    return [each for each in near if _DAYS[each.weekday()].startswith(wanted)]


def _on(day: date, begin: time, end: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    last = day + timedelta(days=1) if end <= begin else day
    return (
        datetime.combine(day, begin, tzinfo=zone).astimezone(UTC),
        datetime.combine(last, end, tzinfo=zone).astimezone(UTC),
    )


def plan(uow: UnitOfWork, planned: Planned, by: Person, reader: Reader) -> WindowView:
    """Make a window for where it was said, or for everywhere. Raises Refused."""
    require(uow, reader, "maintenanceEverywhere" if planned.everywhere else "maintenance")
    if len(uow.windows.standing(reader.at)) >= MOST:
        raise Refused("manyWindows", limit=MOST)
    where = None if planned.everywhere else reader.conversation.id
    window = replace(planned.window, conversation=where, made_by=by.name)
    made = replace(window, id=uow.windows.add(window))
    return WindowView(made, 0, made.next_at(reader.at), here=not planned.everywhere)


def listed(uow: UnitOfWork, reader: Reader) -> list[WindowView]:
    """Those that last or will, here and everywhere; in 1:1 those of one's channels, too."""
    require(uow, reader, "where")
    known = _known(uow, reader)
    windows = [window for window in uow.windows.standing(reader.at) if window.conversation in known]
    counts = uow.windows.counts([window.id for window in windows])
    return [_view(window, counts.get(window.id, 0), reader) for window in windows]


def look(uow: UnitOfWork, number: int, reader: Reader) -> WindowView:
    """One, and the newest of the alerts that it held back and that the reader may see. Raises NotAvailable."""
    require(uow, reader, "where")
    window = _visible(uow, number, reader)
    scope = scope_of(uow, reader)
    held = [alert for alert in uow.windows.held(number, limit=200) if uow.alerts.in_scope(alert.number, scope)]
    view = _view(window, uow.windows.counts([number]).get(number, 0), reader)
    return replace(view, held=tuple(views_of(uow, held[:HELD_SHOWN])))


def end(uow: UnitOfWork, number: int, reader: Reader) -> WindowView:
    """End it now, for good. Raises NotAvailable, or Refused where it is over already."""
    window = _visible(uow, number, reader)
    require(uow, reader, "maintenanceEverywhere" if window.conversation is None else "maintenance")
    if window.next_at(reader.at) is None:
        raise Refused("windowOver")
    uow.windows.end(number, reader.at)
    return look(uow, number, reader)


def release_due(uow: UnitOfWork, now: datetime) -> int:
    """Where a window is over and alerts that it held back are still open, one card tells of them; how many cards."""
    told = 0
    for window, conversation, numbers in uow.windows.unreleased():
        if window.span_at(now) is not None or not uow.windows.release(window.id, conversation):
            continue
        here = Scope(everything=False, shared_in=conversation)
        left = [number for number in numbers if not uow.alerts.in_scope(number, here)]
        if left:
            card = uow.folds.open_rollup(
                conversation, "", priority=ROLLUP_URGENCY, at=now, why=Gathered.MAINTENANCE, number=window.id
            ).card
            uow.folds.add(conversation, {card: left}, again_at=now + JOIN_EVERY)
            told += 1
    return told


def _visible(uow: UnitOfWork, number: int, reader: Reader) -> Window:
    window = uow.windows.get(number)
    if window is None or window.conversation not in _known(uow, reader):
        raise NotAvailable(f"maintenance {number}")
    return window


def _known(uow: UnitOfWork, reader: Reader) -> set[int | None]:
    """Where windows are the reader's to know: None stands for everywhere."""
    known: set[int | None] = {None, reader.conversation.id}
    if reader.conversation.kind is ConversationKind.PERSONAL:
        known |= channels_of(uow, reader.person)
    return known


def _view(window: Window, count: int, reader: Reader) -> WindowView:
    return WindowView(window, count, window.next_at(reader.at), here=window.conversation == reader.conversation.id)
