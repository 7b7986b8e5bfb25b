"""What routing needs to have kept, as protocols."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.alerts.alert import Alert
from bot.alerts.routing import Route, Window


@dataclass(frozen=True, slots=True)
class RouteDay:
    """What a route sent on a day: cards, alerts beyond its limit, and the card that these share."""

    cards: int = 0
    beyond: int = 0
    card: int | None = None


class Routes(Protocol):
    def all(self) -> list[Route]:
        """Of conversations that are not gone, in the order in which they were made."""
        ...

    def of(self, conversation: int) -> list[Route]:
        """Those of one conversation, gone or not."""
        ...

    def put(
        self,
        conversation: int,
        *,
        at: datetime,
        name: str = "",
        wants: str = "",
        fallback: bool = False,
        limit: int | None = None,
        zone: str = "UTC",
        rota: str = "",
    ) -> int:
        """Make the conversation's route of that name, or change it; its id."""
        ...

    def remove(self, conversation: int, *, name: str | None = None) -> int:
        """Take away the route of a name, or all of them with None; how many."""
        ...

    def take(self, route: int, day: date, *, limit: int | None) -> bool:
        """Count a card of that day; False, and nothing counted, where the limit is reached."""
        ...

    def beyond(self, route: int, day: date, *, card: int) -> None:
        """An alert beyond the limit shares that card."""
        ...

    def day(self, route: int, day: date) -> RouteDay: ...

    def cards_of(self, alert: int) -> Mapping[int, bool]:
        """The conversations in which an alert is shown, by our id, and whether by a card of its own."""
        ...


class Windows(Protocol):
    """Maintenance windows and what they held back."""

    def add(self, window: Window) -> int:
        """Keep it; its id is given here."""
        ...

    def get(self, window: int) -> Window | None: ...

    def standing(self, now: datetime) -> list[Window]:
        """Those that nobody has ended and that last now, or will."""
        ...

    def end(self, window: int, at: datetime) -> None: ...

    def hold(self, held: Collection[tuple[int, int, int]], at: datetime) -> None:
        """Remember what was held back: window, conversation, alert."""
        ...

    def counts(self, windows: Collection[int]) -> Mapping[int, int]:
        """How many alerts each held back."""
        ...

    def held(self, window: int, *, limit: int) -> Sequence[Alert]:
        """The newest alerts that it held back, newest first."""
        ...

    def holding(self, alert: int) -> Mapping[int, int]:
        """By conversation, the window that held an alert back there last."""
        ...

    def unreleased(self) -> list[tuple[Window, int, list[int]]]:
        """What was held back and not dealt with yet, oldest first: by window and conversation, the open alerts."""
        ...

    def release(self, window: int, conversation: int) -> bool:
        """What it held back there is dealt with; False where it was already."""
        ...
