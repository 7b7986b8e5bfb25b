"""Quiet hours: what somebody chose for themselves."""

import re
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.alerts.choices import Choices, Notice
from bot.alerts.errors import Refused
from bot.alerts.moments import wall
from bot.alerts.ports import UnitOfWork
from bot.usecases.permission import require
from bot.usecases.reading import choose_language
from bot.usecases.reminders import zone_of
from bot.usecases.visibility import Reader

_SPAN = re.compile(r"([0-2]?\d)(?:[:.]([0-5]\d))?\s*[-–]\s*([0-2]?\d)(?:[:.]([0-5]\d))?(?:\s+(\S+))?")
_OFF = frozenset({"off", "none", "no", "end", "never"})


def quiet_until(uow: UnitOfWork, person: str, now: datetime) -> datetime | None:
    """When somebody's quiet hours end, by Entra object id; None where they have none now."""
    chosen = uow.choices.of(person)
    begin, end = chosen.quiet_from, chosen.quiet_until
    if begin is None or end is None:
        return None
    zone = zone_of(uow, person, ZoneInfo("UTC"))
    today = now.astimezone(zone).date()
    for day in (today - timedelta(days=1), today):
        start = wall(day, begin, zone)
        finish = wall(day + timedelta(days=end <= begin), end, zone, after=start)
        if start <= now < finish:
            return finish.astimezone(UTC)
    return None


def look(uow: UnitOfWork, reader: Reader) -> Choices:
    require(uow, reader, "quiet")
    return uow.choices.of(reader.person)


def choose(uow: UnitOfWork, reader: Reader, text: str) -> Choices:
    """`22:00-07:00`, `22-7 Europe/Berlin`, `off`. Without a zone it is where they are. Raises Refused."""
    require(uow, reader, "quiet")
    before = uow.choices.of(reader.person)
    if text.strip().casefold() in _OFF:
        chosen = replace(before, quiet_from=None, quiet_until=None)
    else:
        begin, end, named = _read(text)
        chosen = replace(before, quiet_from=begin, quiet_until=end, zone=_zone(named, text) or before.zone)
    uow.choices.keep(chosen, reader.at)
    return chosen


def choose_all(
    uow: UnitOfWork, reader: Reader, *, hours: str, zone: str, language: str, unheard: frozenset[Notice]
) -> Choices:
    """Everything at once; what is empty is as in their Teams, and empty hours are none. Raises Refused."""
    require(uow, reader, "choices")
    begin, end, _ = _read(hours) if hours.strip() else (None, None, "")
    chosen = Choices(
        person=reader.person,
        quiet_from=begin,
        quiet_until=end,
        zone=_zone(zone.strip(), zone),
        unheard=unheard,
    )
    uow.choices.keep(chosen, reader.at)
    choose_language(uow, reader, language)
    return chosen


def _read(text: str) -> tuple[time, time, str]:
    match = _SPAN.fullmatch(text.strip())
    if match is None:
        raise Refused("quietWhen", words=text)
    try:
        begin, end = time(int(match[1]), int(match[2] or 0)), time(int(match[3]), int(match[4] or 0))
    except ValueError:
        raise Refused("quietWhen", words=text) from None
    if begin == end:
        raise Refused("quietWhen", words=text)
    return begin, end, match[5] or ""


def _zone(name: str, text: str) -> str:
    try:
        return str(ZoneInfo(name)) if name else ""
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refused("quietWhen", words=text) from None
