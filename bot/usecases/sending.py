"""Where an alert goes: by the routes, by who may see it, and not where maintenance holds it back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from bot.alerts.alert import Alert
from bot.alerts.condition_facts import Facts
from bot.alerts.condition_match import predicate
from bot.alerts.conversation import Conversation
from bot.alerts.evidence import Evidence
from bot.alerts.ports import UnitOfWork
from bot.alerts.routing import Route, Window, taking
from bot.alerts.words import Severity
from bot.usecases.visibility import barred_here, channels_of

#: Pieces of evidence that filters look at where somebody has changed an alert.
EVIDENCE_LOOKED_AT = 1_000


@dataclass(frozen=True, slots=True)
class Going:
    """An alert on its way to a conversation, along the routes of it that take the alert, and what holds it back."""

    alert: Alert
    conversation: Conversation
    routes: tuple[Route, ...]
    held_by: Window | None = None


class Sending:
    """Everything that decides where alerts go at a time, looked up once."""

    def __init__(self, uow: UnitOfWork, now: datetime) -> None:
        self._uow = uow
        self._now = now
        self.routes: Sequence[Route] = uow.routes.all()
        self._channels: dict[str, frozenset[int]] = {}
        self._barred: dict[int, frozenset[str]] = {}

    @cached_property
    def windows(self) -> list[Window]:
        """Maintenance that is under way, anywhere."""
        return [window for window in self._uow.windows.standing(self._now) if window.span_at(self._now)]

    def of(self, facts: Facts) -> list[Going]:
        """Where the alert goes, by our ids of the conversations; what is held back is among them."""
        by_conversation: dict[int, list[Route]] = {}
        for route in taking(self.routes, facts, self._now):
            by_conversation.setdefault(route.conversation.id, []).append(route)
        going = []
        for _, routes in sorted(by_conversation.items()):
            here = routes[0].conversation
            if not self.bars(here, facts.alert) and (not routes[0].is_personal or self.sees(here, by_conversation)):
                going.append(Going(facts.alert, here, tuple(routes), self.held_by(facts, here.id)))
        return going

    def sees(self, chat: Conversation, going: Iterable[int]) -> bool:
        """Whether the person of a 1:1 chat is in one of the channels that an alert goes to."""
        person = chat.person or ""
        if person not in self._channels:
            self._channels[person] = channels_of(self._uow, person)
        return not self._channels[person].isdisjoint(going)

    def bars(self, here: Conversation, alert: Alert) -> bool:
        """Whether somebody there may not see alerts of its service source."""
        if here.id not in self._barred:
            self._barred[here.id] = barred_here(self._uow, here, self._now)
        return alert.service_source in self._barred[here.id]

    def held_by(self, facts: Facts, conversation: int) -> Window | None:
        """The maintenance that holds an alert back in a conversation."""
        is_high = facts.alert.severity is Severity.HIGH
        for window in self.windows:
            if window.conversation not in {None, conversation} or (is_high and not window.even_high):
                continue
            if predicate(window.condition)(facts, self._now):
                return window
        return None


def facts_of(uow: UnitOfWork, alert: Alert, evidence: Sequence[Evidence] | None = None) -> Facts:
    """The alert as conditions see it. With None, its evidence is loaded."""
    if evidence is None:
        evidence = uow.alerts.evidence(alert.number, limit=EVIDENCE_LOOKED_AT)
    return Facts(alert, evidence, people=uow.people.many([alert.assignee] if alert.assignee else []))


def hold(uow: UnitOfWork, going: Iterable[Going], now: datetime) -> None:
    """Remember what maintenance holds back."""
    held = [(one.held_by.id, one.conversation.id, one.alert.number) for one in going if one.held_by is not None]
    uow.windows.hold(held, now)


def conversations_of(routes: Iterable[Route]) -> Mapping[int, list[Route]]:
    """Routes by our ids of their conversations, in the order of those."""
    found: dict[int, list[Route]] = {}
    for route in sorted(routes, key=lambda route: (route.conversation.id, route.id)):
        found.setdefault(route.conversation.id, []).append(route)
    return found
