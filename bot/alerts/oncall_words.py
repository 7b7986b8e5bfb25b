"""What people say about being on call: `me 2h`, `bo until 08:00 network`, `ana 22:00-07:00`. Pure."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.alerts.errors import Refused
from bot.alerts.moments import read_ahead, wall

_SPAN = re.compile(r"(?P<begin>[0-2]?\d:[0-5]\d)\s*[-–]\s*(?P<end>[0-2]?\d:[0-5]\d)")
_LEAD = re.compile(r"(?<!\S)(?:until|till|for|from)(?!\S)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Somebody shall have it from a time to another. `who` is as it was said; `rota` empty for the usual one."""

    who: str
    starts_at: datetime
    ends_at: datetime
    rota: str = ""


def split_rota(text: str, rotas: Collection[str]) -> tuple[str, str]:
    """The text without the name of a rota at its end, and that name; empty for none."""
    words = text.split()
    for cut in (2, 1):
        tail = [word.casefold() for word in words[-cut:]]
        if len(words) >= cut and tail[-1] in rotas and (cut == 1 or tail[0] in {"for", "in", "on"}):
            return " ".join(words[:-cut]), tail[-1]
    return " ".join(words), ""


def read_wish(text: str, now: datetime, zone: ZoneInfo, rotas: Collection[str]) -> Wish:
    """Times are those of whoever speaks. Raises Refused with what was understood."""
    text, rota = split_rota(text, rotas)
    if match := _SPAN.search(text):
        who = _who(text[: match.start()], text)
        start, end = _span(_clock(match["begin"], text), _clock(match["end"], text), now, zone)
        return Wish(who=who, starts_at=start, ends_at=end, rota=rota)
    lead = _LEAD.search(text)
    who, when = (text[: lead.start()], text[lead.end() :]) if lead else text.rpartition(" ")[::2]
    if not when.strip():
        raise Refused("overrideWhen", words=text)
    try:
        moment = read_ahead(when, now, zone)
    except Refused as refused:
        if refused.reason != "badWhen":
            raise
        raise Refused("overrideWhen", words=text) from None
    if moment.rest:
        raise Refused("overrideWhen", words=text)
    return Wish(who=_who(who, text), starts_at=now, ends_at=moment.at, rota=rota)


def _who(words: str, text: str) -> str:
    who = words.strip().strip(",").strip()
    if not who:
        raise Refused("overrideWho", words=text)
    return _LEAD.sub("", who).strip()


def _span(begin: time, end: time, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """What is left of the one that lasts, or else the next one."""
    today = now.astimezone(zone).date()
    for ahead in (-1, 0, 1):
        start = wall(today + timedelta(days=ahead), begin, zone)
        finish = wall(today + timedelta(days=ahead + (end <= begin)), end, zone, after=start)
        if finish > now:
            return max(start, now), finish
    raise Refused("overridePast")


def _clock(word: str, text: str) -> time:
    try:
        return time.fromisoformat(word.zfill(5))
    except ValueError:
        raise Refused("overrideWhen", words=text) from None


#: What shortens a span on a button.
SPANS: Final = ("2h", "8h")
