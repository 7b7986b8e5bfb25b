"""Routes: which alerts go to which channel, chat or person, and when nothing goes there. Pure."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.alerts.condition import EVERYTHING, MAX_TEXT, Condition, ConditionError, Not, all_of, any_of
from bot.alerts.condition_facts import Facts
from bot.alerts.condition_index import ConditionIndex
from bot.alerts.condition_text import parse
from bot.alerts.conversation import Conversation
from bot.alerts.messages import ConversationKind

log = logging.getLogger(__name__)

#: A filter may be longer as we write it than as it was typed, in characters.
STORED = 10 * MAX_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Alerts that fit go there. A conversation has one without a name, and any number with one."""

    id: int
    conversation: Conversation
    made_at: datetime
    name: str = ""
    #: As a condition is written; empty for every alert.
    wants: str = ""
    #: Takes only what no other route to a channel or group chat takes.
    fallback: bool = False
    #: Cards a day; what is more shares one card. None for any number.
    limit: int | None = None
    #: IANA name of the zone whose days are counted.
    zone: str = "UTC"
    #: The rota of whoever is on call for its alerts; empty for the one that serves all others.
    rota: str = ""

    @property
    def condition(self) -> Condition:
        return stored_condition(self.wants)

    @property
    def takes_everything(self) -> bool:
        return not self.wants and not self.fallback

    @property
    def is_personal(self) -> bool:
        return self.conversation.kind is ConversationKind.PERSONAL


@lru_cache(maxsize=4_096)
def stored_condition(text: str) -> Condition:
    """A condition that was checked when somebody said it.

    What cannot be read any more, because a later version has other words, wants everything: better too much.
    """
    if not text:
        return EVERYTHING
    try:
        return parse(text, limit=STORED)
    except ConditionError as error:
        log.warning("a stored filter cannot be read (%s), so everything fits: %s", error, text)
        return EVERYTHING


def taking(routes: Sequence[Route], facts: Facts, now: datetime) -> list[Route]:
    """The routes that take an alert, in their order. A person's own route leaves it to the fallback, too."""
    index = _index(tuple((route.id, route.wants) for route in routes))
    by_id = {route.id: route for route in routes}
    fitting = [by_id[route] for route in index.matching(facts, now)]
    taken = any(_settles(route) for route in fitting)
    return [route for route in fitting if not (route.fallback and taken)]


@lru_cache(maxsize=16)
def _index(routes: tuple[tuple[int, str], ...]) -> ConditionIndex[int]:
    return ConditionIndex({route: stored_condition(wants) for route, wants in routes})


def _settles(route: Route) -> bool:
    return not route.fallback and not route.is_personal


def taken_by(conversations: Iterable[int], routes: Sequence[Route]) -> Condition | None:
    """Which alerts go to any of some conversations, as a condition; None for none."""
    here = frozenset(conversations)
    parts = [part for route in routes if route.conversation.id in here and (part := _taken(route, routes)) is not None]
    if any(part == EVERYTHING for part in parts):
        return EVERYTHING
    return any_of(*parts) if parts else None


def _taken(route: Route, routes: Sequence[Route]) -> Condition | None:
    others = [other.condition for other in routes if _settles(other)] if route.fallback else []
    if not others:
        return route.condition
    if any(other == EVERYTHING for other in others):
        return None
    left = Not(any_of(*others))
    return left if route.condition == EVERYTHING else all_of(route.condition, left)


class Fate(StrEnum):
    """What becomes of an alert at a route, and why."""

    EVERYTHING = "everything"
    FITS = "fits"
    FALLBACK = "fallback"
    #: It would, but for maintenance.
    HELD = "held"
    #: It does not fit.
    MISFIT = "misfit"
    #: It fits a fallback, but another route has taken it.
    TAKEN = "taken"
    #: It fits what a person wants, who is in no channel that it goes to.
    UNSEEN = "unseen"
    #: Somebody there may not see alerts of its service source.
    BARRED = "barred"
    #: A rule keeps it out of sight.
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Maintenance: what fits gets no card while it lasts, and is kept and counted. Once, or weekly at the wall time."""

    id: int
    starts_at: datetime
    #: The end of the first time.
    ends_at: datetime
    made_at: datetime
    #: Where, by our id; None for everywhere.
    conversation: int | None = None
    wants: str = ""
    weekly: bool = False
    zone: str = "UTC"
    #: Holds back high severity, too.
    even_high: bool = False
    reason: str = ""
    made_by: str = ""
    #: When somebody ended it for good.
    ended_at: datetime | None = None

    @property
    def condition(self) -> Condition:
        return stored_condition(self.wants)

    def span_at(self, moment: datetime) -> tuple[datetime, datetime] | None:
        """When it lasts around a moment: from a time on and before another; None where it does not."""
        if self.ended_at is not None and moment >= self.ended_at:
            return None
        for start, end in self._times_around(moment):
            if start <= moment < end:
                return start, end
        return None

    def next_at(self, moment: datetime) -> tuple[datetime, datetime] | None:
        """When it lasts now or next; None where it is over for good."""
        if self.ended_at is not None:
            return None
        return next((span for span in self._times_around(moment) if moment < span[1]), None)

    def _times_around(self, moment: datetime) -> list[tuple[datetime, datetime]]:
        if not self.weekly:
            return [(self.starts_at, self.ends_at)]
        weeks = max(0, (moment - self.starts_at) // timedelta(weeks=1))
        return [self._time(week) for week in range(max(0, weeks - 1), weeks + 3)]

    def _time(self, week: int) -> tuple[datetime, datetime]:
        """By the wall clock, so that a change of clocks moves neither."""
        zone, later = ZoneInfo(self.zone), timedelta(weeks=week)
        start, end = (
            (moment.astimezone(zone).replace(tzinfo=None) + later).replace(tzinfo=zone).astimezone(moment.tzinfo)
            for moment in (self.starts_at, self.ends_at)
        )
        return start, end
