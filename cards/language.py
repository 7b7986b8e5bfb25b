"""The language that a text is written in: messages from a gettext catalogue, dates by CLDR, times in the reader's zone.

The message ids are the English texts, so English needs no catalogue file; another language is one (`languages`).
"""

import gettext
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton, format_time, get_day_names, get_timezone_name
from babel.numbers import format_decimal

from bot.alerts.errors import Saying

_UTC: Final = ZoneInfo("UTC")
_BRITISH: Final = Locale("en", "GB")


@dataclass(frozen=True, slots=True)
class Language:
    """A catalogue and a time zone. Call `t` with a literal only, so that the extraction of messages finds it."""

    catalogue: gettext.NullTranslations
    zone: ZoneInfo = _UTC
    #: How dates and numbers are written. English ones are British: 24 hours, and the day before the month.
    locale: Locale = _BRITISH
    #: Whether who reads it may be in another zone.
    names_zone: bool = False

    def t(self, message: str, /, **values: object) -> str:
        """The message in this language, with its `{named}` values filled in."""
        text = self.catalogue.gettext(message)
        return text.format_map(values) if values else text

    def n(self, one: str, many: str, count: int, /, **values: object) -> str:
        """The message in the plural form that fits `count`, which fills `{count}`."""
        return self.catalogue.ngettext(one, many, count).format_map({"count": count, **values})

    def term(self, terms: Mapping[str, str], value: str) -> str:
        """The label of a value of some vocabulary; a value that we do not know is shown as words."""
        label = terms.get(value)
        return self.catalogue.gettext(label) if label else as_words(value)

    def said(self, words: str) -> str:
        """What the core said, in this language; other words as they are."""
        return self.catalogue.gettext(words.message).format_map(words.values) if isinstance(words, Saying) else words

    def quoted(self, words: str) -> str:
        """`“looks real”`"""
        return self.t("“{words}”", words=words)

    def inside(self, label: str) -> str:
        """A label within a sentence. English ones then begin with a small letter; other languages have other rules."""
        return label[:1].lower() + label[1:] if self.locale.language == "en" else label

    def number(self, value: float) -> str:
        """`12,000`"""
        return format_decimal(value, locale=self.locale)

    def clock(self, at: datetime) -> str:
        """`03:12`"""
        return format_time(at.astimezone(self.zone).time(), "short", locale=self.locale)

    def moment(self, at: datetime, *, now: datetime) -> str:
        """`03:12` today, `20 Nov 03:12` otherwise, with the year where it is another one."""
        local, today = at.astimezone(self.zone), now.astimezone(self.zone)
        if local.date() == today.date():
            return self.clock(at)
        day = self.day(local.date()) if local.year == today.year else self.day_of_year(local.date())
        return self.t("{day} {time}", day=day, time=self.clock(at))

    def day(self, date: date) -> str:
        """`20 Nov`"""
        return format_skeleton("MMMd", date, locale=self.locale)

    def day_of_year(self, date: date) -> str:
        """`20 Nov 2026`"""
        return format_skeleton("yMMMd", date, locale=self.locale)

    def weekday(self, date: date) -> str:
        """`Monday`"""
        return str(get_day_names("wide", locale=self.locale)[date.weekday()])

    def span(self, length: timedelta) -> str:
        """`under 1 min`, `12 min`, `3 h 5 min`, `2 d 4 h`, with blanks at which no line breaks."""
        return self._span(length).replace(" ", "\u00a0")

    def _span(self, length: timedelta) -> str:
        minutes = int(length.total_seconds() // 60)
        if minutes < 1:
            return self.t("under 1 min")
        if minutes < 60:
            return self.t("{minutes} min", minutes=minutes)
        hours, minutes = divmod(minutes, 60)
        if hours < 24:
            return (
                self.t("{hours} h {minutes} min", hours=hours, minutes=minutes)
                if minutes
                else self.t("{hours} h", hours=hours)
            )
        days, hours = divmod(hours, 24)
        return self.t("{days} d {hours} h", days=days, hours=hours) if hours else self.t("{days} d", days=days)

    def period(self, first: datetime, last: datetime, *, now: datetime) -> str:
        """`03:02 – 03:11`; the second day is named where it is another one, the zone where it is not everybody's."""
        period = self._period(first, last, now=now)
        return f"{period} {self.zone_name(last)}" if self.names_zone else period

    def zone_name(self, at: datetime) -> str:
        """`CET`, as people say in this language, else as the zone calls itself, else `UTC-03`."""
        local = at.astimezone(self.zone)
        said = get_timezone_name(local, width="short", locale=self.locale)
        own = local.tzname() or ""
        return next((name for name in (said, own) if name.isalpha()), f"UTC{own}")

    def _period(self, first: datetime, last: datetime, *, now: datetime) -> str:
        begin, end = self.moment(first, now=now), self.moment(last, now=now)
        if begin == end:
            return begin
        same_day = first.astimezone(self.zone).date() == last.astimezone(self.zone).date()
        return f"{begin} – {self.clock(last) if same_day else end}"


def mark(message: str) -> str:
    """Marks a message of a table for extraction; `Language.term` looks it up when it is shown."""
    return message


ENGLISH = Language(gettext.NullTranslations())

#: Where a word begins; letters that stand for words, as in SOC, stay together.
_NEXT_WORD = re.compile("(?<=[a-z0-9])[A-Z](?![A-Z])")


def as_words(value: str) -> str:
    """`lateralMovement` and `lateral_movement` as `Lateral movement`; what has blanks is words already."""
    if " " in value:
        return value
    words = _NEXT_WORD.sub(lambda match: f" {match[0].lower()}", value.replace("_", " ")).strip()
    return words[:1].upper() + words[1:]
