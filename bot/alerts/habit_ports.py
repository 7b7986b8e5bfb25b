"""How alerts were judged before, and the upkeep of what similar alerts are found by."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.alerts.conversation import Scope
from bot.alerts.people import ActorKind
from bot.alerts.recommendation import Circles, Tally
from bot.alerts.words import Classification


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict on an alert, by whom and when. `by` is the object id of a person, or the name of what else gave it."""

    alert: int
    verdict: Classification
    determination: str
    kind: ActorKind
    by: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Handled:
    """The comment with which an alert was resolved."""

    alert: int
    comment: str
    author: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where the verdict on an alert counts: its circles, and its site as the source writes it."""

    circles: Circles
    site: str


@dataclass(frozen=True, slots=True)
class Usual:
    """How the alerts of a rule at a site were judged, in the order of VERDICTS. `only_by` has judged them all alone."""

    counts: tuple[int, int, int]
    only_by: str = ""


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What one round has done, and how many alerts are still to be indexed."""

    done: int
    left: int


class Habits(Protocol):
    """What was judged how."""

    def place(self, alert: int) -> Place | None:
        """None for an alert that is not indexed yet."""
        ...

    def tallies(self, circles: Circles, *, but: int) -> Mapping[int, Tally]:
        """The counts of these circles, without the verdict on one alert."""
        ...

    def usual(self, alert: int) -> Usual | None:
        """How others of the same rule at the same site were judged, of an alert that is not judged itself."""
        ...

    def judgements(self, circles: Circles, scope: Scope, *, but: int, limit: int) -> tuple[Judgement, ...]:
        """The newest verdicts on the same rule at the same site that the reader may see."""
        ...

    def true_positives(self, circles: Circles, scope: Scope, *, but: int, limit: int) -> tuple[Judgement, ...]:
        """The newest true positives among them, however old they are."""
        ...

    def handled(self, alerts: Iterable[int]) -> Mapping[int, Handled]:
        """How some alerts were resolved, where somebody said so."""
        ...

    def keep_up(self, now: datetime, *, most: int) -> Upkeep:
        """Index alerts from before there was an index, else count the words of new ones."""
        ...
