"""When a digest shall come, as somebody types it: `weekdays 08:30 Europe/Berlin quiet:nothing severity>=medium`.

What cannot be understood is refused with what was understood before it, so that people see where it went wrong.
"""

import re
from dataclasses import dataclass
from datetime import time
from difflib import get_close_matches
from functools import cache
from zoneinfo import available_timezones

from bot.alerts.errors import Refused
from bot.alerts.schedule import Rhythm, Timing

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_TIME = re.compile(r"(?P<hour>[0-9]{1,2})(?:[:.h](?P<minute>[0-9]{2}))?(?P<half>am|pm)?", re.IGNORECASE)
_LIKE_TIME = re.compile(r"[0-9][0-9:.]*[a-z]{0,2}|noon|midnight", re.IGNORECASE)
_QUIET = re.compile(r"quiet:(\S*)", re.IGNORECASE)
#: A word of a filter has one of these; a zone never has.
_OF_FILTER = re.compile(r'[:<>="()*]')
_NAMED_TIMES = {"noon": time(12), "midnight": time(0)}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A digest as somebody asks for it; `filter` is still text."""

    timing: Timing
    filter: str = ""
    says_quiet: bool = True


@dataclass(frozen=True, slots=True)
class _Days:
    rhythm: Rhythm
    weekday: int = 0


def read_schedule(text: str, *, zone: str) -> Wanted:
    """`zone` is for whoever names none. Raises Refused: "digestDays", "digestTime", "digestZone", "digestQuiet"."""
    words = text.split()
    days, words = _days(words)
    said = _said(days)
    if words and words[0].casefold() == "at":
        words = words[1:]
    if not words:
        raise Refused("digestTime", text="", understood=said)
    at = read_time(words[0], understood=said)
    named, words = _zone(words[1:], f"{said} {at:%H:%M}")
    rest = " ".join(words)
    quiet = _QUIET.search(rest)
    says_quiet = read_quiet(quiet[1]) if quiet else True
    if quiet:
        rest = f"{rest[: quiet.start()]}{rest[quiet.end() :]}"
    timing = Timing(rhythm=days.rhythm, at=at, zone=named or zone, weekday=days.weekday)
    return Wanted(timing, " ".join(rest.split()) if '"' not in rest else rest.strip(), says_quiet)


def begins_schedule(word: str) -> bool:
    """Whether somebody who begins so says on which days."""
    return _one_word(word.casefold()) is not None or word.casefold() in ("every", "each", "weekly", "on")


def read_time(text: str, *, understood: str = "") -> time:
    """`08:30`, `8`, `8:30pm`, `noon`. Raises Refused("digestTime")."""
    wrong = Refused("digestTime", text=text, understood=understood)
    named = _NAMED_TIMES.get(text.casefold())
    if named is not None:
        return named
    match = _TIME.fullmatch(text)
    if match is None:
        raise wrong
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            raise wrong
        hour = hour % 12 + (12 if match["half"].casefold() == "pm" else 0)
    if hour > 23 or minute > 59:
        raise wrong
    return time(hour, minute)


def read_zone(text: str, *, understood: str = "") -> str:
    """A zone's IANA name in any case, with blanks for its underscores. Raises Refused("digestZone") with the nearest
    ones."""
    key = text.strip().casefold().replace(" ", "_")
    found = _zones().get(key)
    if found is None:
        raise Refused("digestZone", text=text.strip(), near=_near(key), understood=understood)
    return found


def read_quiet(text: str) -> bool:
    """Whether quiet days have their line. Raises Refused("digestQuiet")."""
    if text.casefold() in ("line", "yes", "on"):
        return True
    if text.casefold() in ("nothing", "none", "no", "off"):
        return False
    raise Refused("digestQuiet", text=text)


def _days(words: list[str]) -> tuple[_Days, list[str]]:
    """Raises Refused("digestDays")."""
    said = [word.casefold().rstrip(",") for word in words]
    if said[:1] in (["every"], ["each"], ["on"]):
        said, words = said[1:], words[1:]
    if said[:1] == ["weekly"]:
        rest = 2 if said[1:2] == ["on"] else 1
        weekday = _weekday(said[rest]) if len(said) > rest else None
        if weekday is None:
            wrong = words[rest] if len(words) > rest and not _LIKE_TIME.fullmatch(words[rest]) else ""
            near = get_close_matches(wrong.casefold(), (*DAYS, *(day[:3] for day in DAYS)), n=1) if wrong else []
            raise Refused("digestWeekday", text=wrong, near=near, understood="weekly")
        return _Days(Rhythm.WEEKLY, weekday), words[rest + 1 :]
    days = _one_word(said[0]) if said else None
    if days is None:
        near = get_close_matches(said[0], ("daily", "weekdays", "weekly", *DAYS), n=1) if said else []
        raise Refused("digestDays", text=words[0] if words else "", near=near)
    return days, words[1:]


def _one_word(word: str) -> _Days | None:
    if word in ("daily", "day", "everyday"):
        return _Days(Rhythm.DAILY)
    if word in ("weekdays", "weekday", "workdays", "workday"):
        return _Days(Rhythm.WEEKDAYS)
    weekday = _weekday(word)
    return _Days(Rhythm.WEEKLY, weekday) if weekday is not None else None


def _weekday(word: str) -> int | None:
    word = word.removesuffix("s") if word.removesuffix("s") in DAYS else word
    fitting = [place for place, day in enumerate(DAYS) if len(word) >= 2 and day.startswith(word)]
    return fitting[0] if len(fitting) == 1 else None


def _zone(words: list[str], understood: str) -> tuple[str, list[str]]:
    """The zone that the words begin with, if they do, and what follows. Raises Refused("digestZone")."""
    if words and words[0].casefold() == "in":
        return read_zone(words[1] if len(words) > 1 else "", understood=understood), words[2:]
    if not words or _OF_FILTER.search(words[0]):
        return "", words
    key = words[0].casefold()
    if key in _zones():
        return _zones()[key], words[1:]
    # A word alone may be one of a filter, unless it looks like a place or an abbreviation.
    if "/" in key or _near(key) or re.fullmatch("[A-Z]{3,4}", words[0]):
        raise Refused("digestZone", text=words[0], near=_near(key), understood=understood)
    return "", words


def _near(key: str) -> list[str]:
    """Zones that somebody may mean: of that city, else spelt much like it."""
    cities = [name for name in _zones().values() if "/" in name and name.rsplit("/", 1)[1].casefold() == key]
    if cities:
        return sorted(cities, key=lambda name: (name.startswith(("Etc", "US", "posix", "right")), name))[:2]
    near = get_close_matches(key, _zones(), n=2, cutoff=0.75)
    return [_zones()[each] for each in near]


@cache
def _zones() -> dict[str, str]:
    usable = (name for name in available_timezones() if not name.startswith(("posix", "right", "Factory")))
    return {name.casefold(): name for name in sorted(usable) if name != "localtime"}


def _said(days: _Days) -> str:
    return f"weekly {DAYS[days.weekday][:3]}" if days.rhythm is Rhythm.WEEKLY else days.rhythm.value


def spelled(timing: Timing, *, says_quiet: bool = True, wants: str = "") -> str:
    """As one would type it."""
    days = _said(_Days(timing.rhythm, timing.weekday))
    parts = (days, f"{timing.at:%H:%M}", timing.zone, "" if says_quiet else "quiet:nothing", wants)
    return " ".join(part for part in parts if part)
