"""Calendars as the services of being on call export them, iCalendar (RFC 5545), as shifts.

Who has a shift: the attendees who have not declined, else the summary, as PagerDuty (`On Call - Ana Alvarez -
Primary`), Opsgenie and Grafana OnCall (`[L1] ana`) write it. Only what is asked for is expanded: no calendar keeps us
busy for long.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from time import monotonic
from typing import Any, Final
from zoneinfo import ZoneInfo

from dateutil.rrule import DAILY, MONTHLY, WEEKLY, YEARLY, rrule, weekday
from icalendar import Calendar, Event

from bot.alerts.oncall import Shift

#: Events of one calendar, shifts of one event, and characters of a name.
MOST_EVENTS, MOST_SHIFTS, NAME = 5_000, 1_000, 200

#: Seconds for expanding a calendar. Rules that never come true are looked through to the year 9999, and nobody can end
#: the thread that does it.
EXPANDING: Final = 5

#: Levels within a calendar.
LEVELS: Final = 9

#: What the libraries raise for calendars that are none.
_WRONG: Final = (ValueError, LookupError, AttributeError, TypeError, ArithmeticError, RecursionError, OSError)

_OFTEN: Final[dict[str, Any]] = {"DAILY": DAILY, "WEEKLY": WEEKLY, "MONTHLY": MONTHLY, "YEARLY": YEARLY}
_KNOWN: Final = frozenset(
    {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS", "WKST", "SKIP", "RSCALE"}
)
_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY: Final = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
_LENGTHS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_LEVEL: Final = re.compile(r"^\[L(\d)\]\s*", re.IGNORECASE)
_LEAD: Final = re.compile(r"^on[ -]?call\s*(?:[-–:]\s*|(?=$))", re.IGNORECASE)
_PARTED: Final = re.compile(r"\s*(?:;| / | & | \+ )\s*")


#: A component as the library has it: its properties are of many types, and each is looked at as what it should be.
_Event = Any


class BadCalendar(ValueError):
    """It is no calendar that we can read; the text says why."""


class _Unsupported(ValueError):
    """A way of recurring that we do not expand."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """The shifts of a calendar, and what of it was left out, in words; empty for nothing."""

    shifts: tuple[Shift, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Ground:
    """From when to when shifts are asked for, in which zone times without one are meant, and the first level."""

    since: datetime
    until: datetime
    zone: tzinfo
    level: int


def read_calendar(body: bytes, *, since: datetime, until: datetime, zone: str, level: int = 0) -> Parsed:
    """The shifts between two times. Raises BadCalendar."""
    try:
        calendar = Calendar.from_ical(body)
        events = [one for one in calendar.walk("VEVENT") if isinstance(one, Event)]
        ground = _Ground(since, until, _zone_of(calendar, zone), level)
    except _WRONG as wrong:
        raise BadCalendar(f"it is no iCalendar file ({type(wrong).__name__})") from None
    if calendar.name != "VCALENDAR":
        raise BadCalendar("it is no iCalendar file")
    if len(events) > MOST_EVENTS:
        raise BadCalendar(f"it has {len(events)} events, more than {MOST_EVENTS}")
    shifts, lacking, odd = _shifts(events, ground)
    notes = []
    if odd:
        notes.append(f"Recurring events left out: {', '.join(sorted(odd)[:3])}")
    if lacking:
        notes.append(f"{lacking} events could not be read")
    return Parsed(tuple(sorted(shifts, key=lambda one: (one.starts_at, one.level, one.who))), "; ".join(notes))


def _zone_of(calendar: _Event, zone: str) -> tzinfo:
    """Times without a zone are those of the calendar, where it says which, else those of the rota."""
    named = str(calendar.get("X-WR-TIMEZONE") or "")
    try:
        return ZoneInfo(named or zone)
    except _WRONG:
        return ZoneInfo(zone)


def _shifts(events: Iterable[_Event], ground: _Ground) -> tuple[set[Shift], int, set[str]]:
    """The shifts, how many events could not be read, and the names of those whose recurring is not understood."""
    by_uid: dict[str, list[_Event]] = {}
    for place, event in enumerate(events):
        by_uid.setdefault(str(event.get("UID") or f"#{place}"), []).append(event)
    shifts: set[Shift] = set()
    lacking, odd, latest = 0, set[str](), monotonic() + EXPANDING
    for series in by_uid.values():
        moved = _moved(series, ground)
        for event in series:
            if monotonic() > latest:
                raise BadCalendar(f"expanding its events takes longer than {EXPANDING} s")
            try:
                shifts.update(_of_event(event, moved, ground))
            except _Unsupported:
                odd.add(f"“{str(event.get('SUMMARY') or '')[:60]}”")
            except _WRONG:
                lacking += 1
    return shifts, lacking, odd


def _moved(series: Iterable[_Event], ground: _Ground) -> set[datetime]:
    """When those occurrences would begin that were changed alone."""
    found = set()
    for event in series:
        try:
            if event.get("RECURRENCE-ID") is not None:
                found.add(_moment(event["RECURRENCE-ID"].dt, ground.zone).astimezone(UTC))
        except _WRONG:
            continue
    return found


def _of_event(event: _Event, moved: set[datetime], ground: _Ground) -> Iterator[Shift]:
    if str(event.get("STATUS") or "").upper() == "CANCELLED":
        return
    level, names = _names(event, ground)
    first = _moment(event["DTSTART"].dt, ground.zone)
    length = _length(event, first, ground.zone)
    is_changed = event.get("RECURRENCE-ID") is not None
    for start in _starts(event, first, length, ground):
        begin = start.astimezone(UTC)
        if begin in moved and not is_changed:
            continue
        # By the wall clock: what is handed over at nine is handed over at nine, whatever the clocks do.
        end = (start.replace(tzinfo=None) + length).replace(tzinfo=start.tzinfo).astimezone(UTC)
        if begin < end and begin < ground.until and end > ground.since:
            for who in names:
                yield Shift(who=who, starts_at=begin, ends_at=end, level=level)


def _moment(value: object, zone: tzinfo) -> datetime:
    """All day means from midnight on."""
    if isinstance(value, datetime):
        return value if value.tzinfo is not None else value.replace(tzinfo=zone)
    if isinstance(value, date):
        return datetime.combine(value, time(), tzinfo=zone)
    raise ValueError("no time")


def _length(event: _Event, first: datetime, zone: tzinfo) -> timedelta:
    """How long by the wall clock."""
    if event.get("DTEND") is not None:
        end = _moment(event["DTEND"].dt, zone)
        length = end.astimezone(first.tzinfo).replace(tzinfo=None) - first.replace(tzinfo=None)
    elif event.get("DURATION") is not None:
        length = event["DURATION"].dt
    else:
        length = timedelta(days=0 if isinstance(event["DTSTART"].dt, datetime) else 1)
    if not timedelta() < length <= timedelta(days=370):
        raise ValueError("no length")
    return length


def _starts(event: _Event, first: datetime, length: timedelta, ground: _Ground) -> Iterator[datetime]:
    """When it begins, each time that matters."""
    if event.get("RRULE") is None and event.get("RDATE") is None:
        yield first
        return
    zone, wall = first.tzinfo, first.replace(tzinfo=None)
    since = (ground.since - length).astimezone(zone).replace(tzinfo=None)
    until = ground.until.astimezone(zone).replace(tzinfo=None)
    gone = {_moment(one, ground.zone).astimezone(UTC) for one in event.exdates}
    found = {wall} if event.get("RRULE") is None else set()
    for rule in event.rrules:
        found.update(_times(rule, wall, since, until, zone))
    found.update(_moment(one[0], ground.zone).astimezone(zone).replace(tzinfo=None) for one in event.rdates)
    for start in sorted(found)[:MOST_SHIFTS]:
        moment = start.replace(tzinfo=zone)
        if moment.astimezone(UTC) not in gone:
            yield moment


def _times(
    rule: _Event,
    wall: datetime,
    since: datetime,
    until: datetime,
    zone: tzinfo | None,
) -> Iterator[datetime]:
    """The times of a rule between two. Raises _Unsupported for what could have us count for long."""
    said = {str(name).upper(): values if isinstance(values, list) else [values] for name, values in rule.items()}
    often = str(said.get("FREQ", [""])[0]).upper()
    if often not in _OFTEN or not _KNOWN.issuperset(said):
        raise _Unsupported
    months, days = _numbers(said, "BYMONTH", 1, 12), _numbers(said, "BYMONTHDAY", -31, 31)
    if days and not any(abs(day) <= _LENGTHS[month - 1] for day in days for month in months or range(1, 13)):
        return
    places = _numbers(said, "BYSETPOS", -31, 31)
    weekdays = [_weekday(str(one)) for one in said.get("BYDAY", [])]
    if (places or any(one.n for one in weekdays)) and often in {"DAILY", "WEEKLY"}:
        raise _Unsupported
    end = _moment(said["UNTIL"][0], zone or UTC).astimezone(zone).replace(tzinfo=None) if "UNTIL" in said else None
    counted = int(said["COUNT"][0]) if "COUNT" in said else None
    times = rrule(
        _OFTEN[often],
        dtstart=wall,
        interval=max(1, int(said.get("INTERVAL", [1])[0])),
        count=counted if end is None else None,
        until=min(until, end) if end is not None else None if counted is not None else until,
        bymonth=months or None,
        bymonthday=days or None,
        bysetpos=places or None,
        byweekday=weekdays or None,
        wkst=_weekday(str(said["WKST"][0])) if "WKST" in said else None,
    )
    for number, moment in enumerate(times):
        if moment >= until or number > 50 * MOST_SHIFTS:
            return
        if moment > since:
            yield moment


def _numbers(said: dict[str, list[Any]], name: str, least: int, most: int) -> list[int]:
    found = [int(one) for one in said.get(name, [])]
    if any(not least <= one <= most or not one for one in found):
        raise _Unsupported
    return found


def _weekday(text: str) -> weekday:
    match = _DAY.fullmatch(text.upper())
    if match is None:
        raise _Unsupported
    return weekday(_DAYS.index(match[2]), int(match[1]) if match[1] else None)


def _names(event: _Event, ground: _Ground) -> tuple[int, list[str]]:
    """The level, and who: addresses where there are some, else what the summary says."""
    summary = " ".join(str(event.get("SUMMARY") or "").split())
    match = _LEVEL.match(summary)
    level = min(ground.level + max(0, int(match[1]) - 1), LEVELS) if match else ground.level
    given = event.get("ATTENDEE") or []
    attendees = given if isinstance(given, list) else [given]
    who = [
        address
        for one in attendees
        if str(getattr(one, "params", {}).get("PARTSTAT", "")).upper() != "DECLINED"
        if "@" in (address := re.sub(r"^mailto:", "", str(one), flags=re.IGNORECASE).strip())
    ]
    if not who:
        words = _LEAD.sub("", _LEVEL.sub("", summary)).strip()
        who = [part.strip() for part in _PARTED.split(words) if part.strip()]
    if not who:
        raise ValueError("nobody")
    return level, [name[:NAME] for name in dict.fromkeys(who)][:20]
