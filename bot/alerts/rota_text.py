"""Rotas and plans as they are written in the settings. What makes no sense is answered with an example that works."""

import re
from datetime import date, time, timedelta
from typing import Final
from zoneinfo import available_timezones

from bot.alerts.oncall import Layer

EXAMPLE: Final = "weekly monday 09:00 Europe/Berlin: ana@contoso.example, bo@contoso.example"

#: People of one rota, its layers, and characters of the whole text.
MOST_PEOPLE, MOST_LAYERS, LONGEST = 200, 8, 20_000

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

#: A Monday from which turns are counted where nothing else is said.
EPOCH: Final = date(2024, 1, 1)

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_CLOCK = re.compile(r"[0-2]?\d:[0-5]\d")
_HEAD = re.compile(r"\s*(?:weekly|daily|every)\b(?P<head>.*?):(?=\s|$)", re.IGNORECASE | re.DOTALL)


def rota_name(name: str) -> str:
    """A rota's name as it is kept. Raises ValueError."""
    name = name.strip().casefold()
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name[:40]!r} is no name of a rota: letters, digits, - and _, such as “network”")
    return name


def is_feed(text: str) -> bool:
    """Whether a rota's text is addresses of calendars."""
    words = text.split()
    return bool(words) and all("://" in word for word in words)


def feeds_of(text: str) -> tuple[str, ...]:
    """The addresses of a rota's calendars, in the order of their levels; `webcal://` is https."""
    return tuple(re.sub(r"^webcals?://", "https://", word, flags=re.IGNORECASE) for word in text.split())


def read_rota(text: str, zone: str) -> tuple[Layer, ...]:
    """`weekly monday 09:00 Europe/Berlin from 2026-01-05: ana@…, bo@… + chidi@…; dana@…`

    Layers are parted by `;` or stand on lines of their own; one without a head of its own has that of the one before.
    `zone` counts where none is said. Raises ValueError with what was understood.
    """
    if len(text) > LONGEST:
        raise ValueError(f"is longer than {LONGEST} characters")
    parts = [part.strip() for part in re.split(r"[;\n]", text) if part.strip() and not part.strip().startswith("#")]
    if not parts:
        raise ValueError(f"names nobody; write for example “{EXAMPLE}”")
    if len(parts) > MOST_LAYERS:
        raise ValueError(f"has {len(parts)} levels; at most {MOST_LAYERS}")
    layers: list[Layer] = []
    head = "weekly monday 09:00"
    for level, part in enumerate(parts):
        if match := _HEAD.match(part):
            head, part = part[: match.end() - 1].strip(), part[match.end() :]  # noqa: PLW2901 - what is left of it
        layers.append(_layer(head, _turns(part), zone, level))
    if sum(len(turn) for layer in layers for turn in layer.turns) > MOST_PEOPLE:
        raise ValueError(f"names more than {MOST_PEOPLE} people")
    return tuple(layers)


def check_rota(name: str, text: str, zone: str) -> None:
    """Raises ValueError with what is wrong with a rota of the settings."""
    rota_name(name)
    if not is_feed(text):
        read_rota(text, zone)
    elif len(text.split()) > MOST_LAYERS:
        raise ValueError(f"has more than {MOST_LAYERS} calendars")


def _turns(text: str) -> tuple[tuple[str, ...], ...]:
    turns = tuple(tuple(who.strip() for who in turn.split("+")) for turn in text.split(",") if turn.strip())
    if not turns:
        raise ValueError(f"names nobody after the colon; write for example “{EXAMPLE}”")
    for who in (who for turn in turns for who in turn):
        if not who:
            raise ValueError(f"has a “+” without somebody beside it in {text.strip()[:80]!r}")
        if ":" in who or len(who) > 120:
            raise ValueError(
                f"{who[:80]!r} is nobody: people are named by Entra object id, user principal name or name, parted by"
                f" commas; a schedule begins with “weekly” or “daily”, as in “{EXAMPLE}”"
            )
    return turns


def _layer(head: str, turns: tuple[tuple[str, ...], ...], zone: str, level: int) -> Layer:
    """From `weekly monday 09:00 Europe/Berlin from 2026-01-05`, `daily 08:00`, `every 14 days 09:00`."""
    words = head.split()
    days, weekday, at, begins = _length(words), None, time(9), None
    while words:
        word = words.pop(0)
        low = word.casefold()
        if _CLOCK.fullmatch(low):
            at = _time(low)
        elif low == "from" and words and _DATE.fullmatch(words[0]):
            begins = _date(words.pop(0))
        elif (day := _weekday(low)) is not None:
            weekday = day
        elif word in available_timezones():
            zone = word
        elif low not in {"on", "at", "days", "day"}:
            raise ValueError(
                f"{word!r} in “{head[:80]}” is neither a day of the week, nor a time such as 09:00, nor an IANA zone"
                f" such as Europe/Berlin, nor “from 2026-01-05”; write for example “{EXAMPLE}”"
            )
    start = begins or EPOCH
    if weekday is not None:
        start += timedelta(days=(weekday - start.weekday()) % 7)
    return Layer(turns=turns, days=days, at=at, zone=zone, begins=start, level=level)


def _length(words: list[str]) -> int:
    """Takes `weekly`, `daily` or `every 14` off."""
    word = words.pop(0).casefold()
    if word in {"weekly", "daily"}:
        return 7 if word == "weekly" else 1
    if words and words[0].isascii() and words[0].isdigit() and 0 < int(words[0][:4]) <= 366:
        return int(words.pop(0)[:4])
    raise ValueError("“every” is followed by a number of days, as in “every 14 days 09:00: ana@…, bo@…”")


def _weekday(word: str) -> int | None:
    return next((day for day, name in enumerate(DAYS) if len(word) >= 3 and name.startswith(word.rstrip("s"))), None)


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text.zfill(5))
    except ValueError:
        raise ValueError(f"{text!r} is no time of day such as 09:00") from None


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no date such as 2026-01-05") from None
