"""What the card of a page is drawn from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.alerts.escalation import Page
from bot.alerts.people import Person
from bot.alerts.views import AlertView


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """A page with the first of its alerts, those that still wait before the others; `count` and `waiting` are of all.

    `people` are those whom it mentions.
    """

    page: Page
    views: tuple[AlertView, ...]
    waiting: int
    count: int
    people: Mapping[str, Person] = field(default_factory=dict)

    @property
    def is_personal(self) -> bool:
        return self.page.person is not None
