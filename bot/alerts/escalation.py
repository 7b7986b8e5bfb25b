"""Escalation: who is paged when nobody takes an alert, step by step. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

from bot.alerts.alert import Alert
from bot.alerts.history import Entry, Kind
from bot.alerts.people import Actor, ActorKind
from bot.alerts.words import Severity, Status

#: Who pages, in the history.
ACTOR: Final = Actor(ActorKind.SCHEDULE, "escalation", "Tocsin")

EXAMPLE: Final = "page oncall; 5m remind; 10m page next; 20m mention channel"

#: What is done where the settings say nothing.
PLANS: Final[Mapping[Severity, str]] = {Severity.HIGH: EXAMPLE}

#: Steps of a plan, and the latest one.
MOST, LATEST = 20, timedelta(days=7)

#: Kinds of entries that are part of paging, and so no answer to it.
PAGING: Final = frozenset({Kind.PAGED, Kind.REMINDED, Kind.ESCALATED})

#: What `paged` holds beside Entra object ids: the channel was asked; nobody was on call.
CHANNEL, NOBODY = "channel", "nobody"

#: Before the id or the name of somebody who could not be reached.
MISSED: Final = "missed:"

#: How long alerts that page the same person share one message.
TOGETHER: Final = timedelta(minutes=5)


class Ask(StrEnum):
    """What a step does."""

    #: Whoever is on call.
    PAGE = "page"
    #: Whoever was paged last, once more.
    REMIND = "remind"
    #: The next level, or whoever comes next.
    NEXT = "next"
    #: The channels that have the alert, by mention of whoever is on call.
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Step:
    """So long after the alert came."""

    after: timedelta
    ask: Ask


_STEP = re.compile(r"(?:(?P<count>\d{1,5})\s*(?P<unit>s|m|min|h|d)\s+)?(?P<words>\D.*)", re.IGNORECASE | re.DOTALL)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_WORDS: Mapping[str, Ask] = {
    "page": Ask.PAGE,
    "page oncall": Ask.PAGE,
    "page on-call": Ask.PAGE,
    "page on call": Ask.PAGE,
    "remind": Ask.REMIND,
    "page next": Ask.NEXT,
    "next": Ask.NEXT,
    "mention channel": Ask.CHANNEL,
    "channel": Ask.CHANNEL,
}
_NONE = frozenset({"", "off", "none", "no", "never"})


@lru_cache(maxsize=64)
def read_plan(text: str) -> tuple[Step, ...]:
    """`page oncall; 5m remind; 10m page next; 20m mention channel`; `off` for none. Raises ValueError."""
    if text.strip().casefold() in _NONE:
        return ()
    parts = [part.strip() for part in re.split(r"[;,\n]", text) if part.strip()]
    if len(parts) > MOST:
        raise ValueError(f"has {len(parts)} steps; at most {MOST}")
    steps: list[Step] = []
    for part in parts:
        step = _step(part)
        if steps and step.after < steps[-1].after:
            raise ValueError(f"“{part}” would come before the step that stands before it: times count from the alert")
        if not steps and step.ask not in {Ask.PAGE, Ask.CHANNEL}:
            raise ValueError(f"begins with “{part}”: nobody is paged yet. Write for example “{EXAMPLE}”")
        steps.append(step)
    return tuple(steps)


def _step(part: str) -> Step:
    match = _STEP.fullmatch(part)
    words = " ".join(match["words"].casefold().split()) if match else ""
    if match is None or words not in _WORDS:
        raise ValueError(
            f"“{part}” is no step: there are “page oncall”, “remind”, “page next” and “mention channel”, each with a"
            f" time before it. Write for example “{EXAMPLE}”"
        )
    after = timedelta(**{_UNITS[match["unit"][0].lower()]: int(match["count"])}) if match["count"] else timedelta()
    if after > LATEST:
        raise ValueError(f"“{part}” is later than {LATEST.days} days")
    return Step(after, _WORDS[words])


class State(StrEnum):
    RUNNING = "running"
    #: Somebody has it.
    ANSWERED = "answered"
    #: There was nothing to answer any more: resolved by its source, hidden, held back.
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """How far the paging about an alert has come. `steps` done so far, `next` is the plan's next one."""

    alert: int
    rota: str
    plan: str
    state: State
    started_at: datetime
    steps: int = 0
    next: int = 0
    #: When the next step is due; None where none is left.
    due_at: datetime | None = None
    ended_at: datetime | None = None
    answered_by: str = ""

    @property
    def is_running(self) -> bool:
        return self.state is State.RUNNING

    @property
    def next_step(self) -> Step | None:
        plan = read_plan(self.plan)
        return plan[self.next] if self.next < len(plan) else None

    @property
    def asks_others_at(self) -> datetime | None:
        """When somebody else is asked, as things stand; None where nobody will be."""
        plan = read_plan(self.plan)
        others = next((step for step in plan[self.next :] if step.ask is not Ask.REMIND), None)
        if self.due_at is None or others is None:
            return None
        return self.due_at + (others.after - plan[self.next].after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A step that was taken. `whom` as in `Alert.paged`."""

    alert: int
    number: int
    at: datetime
    ask: Ask
    whom: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A message to one person, or to a channel, about one alert or several. `person` is None for a channel.

    `conversation` is None until the 1:1 chat with the person is open. `mentions` are Entra object ids.
    """

    id: int
    key: str
    opened_at: datetime
    person: str | None = None
    conversation: int | None = None
    thread: str | None = None
    mentions: tuple[str, ...] = ()
    #: When a message about it was sent last, and how many.
    told_at: datetime
    told: int = 1
    #: Nobody was on call.
    nobody: bool = False


def wants_paging(alert: Alert) -> bool:
    """Nobody has it, and it is there to be taken."""
    return alert.status is Status.NEW and alert.assignee is None and not alert.is_hidden


def is_answer(entry: Entry) -> bool:
    """Whether somebody has shown that they know, wherever that was: here, in the source's portal, by a program."""
    if entry.kind in PAGING or entry.kind is Kind.CREATED:
        return False
    if entry.actor.kind in {ActorKind.PERSON, ActorKind.API, ActorKind.OPERATOR}:
        return True
    said = {change.field: change.new for change in entry.changes}
    if entry.comment and entry.actor.name != entry.actor.id and entry.actor.kind is ActorKind.SOURCE:
        return True
    status = said.get("status")
    taken = status is not None and status != Status.NEW.value
    return bool(taken or said.get("assignee") or said.get("classification") or said.get("hidden"))


def is_over(entry: Entry) -> bool:
    """Whether such an answer was nobody's: it went away by itself, or by a rule."""
    person = entry.actor.kind in {ActorKind.PERSON, ActorKind.API, ActorKind.OPERATOR}
    by_somebody = entry.actor.kind is ActorKind.SOURCE and entry.actor.name != entry.actor.id
    assigned = any(change.field == "assignee" and change.new for change in entry.changes)
    return not (person or by_somebody or assigned)


def after_step(escalation: Escalation, now: datetime) -> tuple[int, datetime | None]:
    """The plan's next step, and when it is due: as long after this one as the plan says, however late this one was."""
    plan: Sequence[Step] = read_plan(escalation.plan)
    following = escalation.next + 1
    if following >= len(plan):
        return following, None
    return following, now + (plan[following].after - plan[escalation.next].after)
