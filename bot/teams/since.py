"""Since when, as people say it: today, yesterday, monday, 2h, 2026-11-20, ever."""

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.alerts.condition_values import read_time
from bot.alerts.errors import Refused

_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_EVER: Final = datetime(2000, 1, 1, tzinfo=UTC)


def read_since(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """A day begins where Tocsin is; a weekday is the last one of its name, today among them.

    Raises Refused("badSince").
    """
    word = text.strip().lower().removeprefix("since").strip()
    today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    if word in {"", "ever", "always", "all"}:
        return _EVER
    if word in {"today", "yesterday"}:
        return (today - timedelta(days=word == "yesterday")).astimezone(UTC)
    weekday = next((place for place, day in enumerate(_DAYS) if len(word) > 2 and day.startswith(word)), None)
    if weekday is not None:
        return (today - timedelta(days=(today.weekday() - weekday) % 7)).astimezone(UTC)
    try:
        read = read_time(word if "-" not in word else word.upper())
    except (ValueError, OverflowError):
        raise Refused("badSince", text=text) from None
    if isinstance(read, timedelta):
        return now - read
    return datetime.fromisoformat(word.upper()).replace(tzinfo=zone).astimezone(UTC)
