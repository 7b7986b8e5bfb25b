"""Triage rules: what is done by itself to alerts that meet a condition, after a look elsewhere where they ask for one.

Each rule acts at most once on an alert, so that no two of them can keep each other going. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, Protocol

from bot.alerts.condition import Condition
from bot.alerts.condition_facts import Facts
from bot.alerts.condition_index import ConditionIndex
from bot.alerts.condition_values import text_at
from bot.alerts.errors import TocsinError
from bot.alerts.evidence import Evidence
from bot.alerts.routing import stored_condition
from bot.alerts.rules import RuleName
from bot.alerts.words import Classification


class Mode(StrEnum):
    """What becomes of an alert that a rule catches."""

    OFF = "off"
    #: What it would do is written down, beside what people do.
    WATCH = "watch"
    ACT = "act"


class Lookup(StrEnum):
    """What is asked of Entra about the people of an alert."""

    #: Their automatic replies are on.
    AWAY = "away"
    #: They are at high risk.
    HIGH_RISK = "highRisk"


@dataclass(frozen=True, slots=True)
class Asked:
    """A lookup, and which answer the rule needs: of everybody for `away`, of anybody for `highRisk`, else of nobody."""

    lookup: Lookup
    wanted: bool


class StepKind(StrEnum):
    ASSIGN = "assign"
    TAG = "tag"
    CLASSIFY = "classify"
    RESOLVE = "resolve"
    COMMENT = "comment"
    #: Tells the channels that show the alert what the rule has done.
    POST = "post"


#: Fields of conditions that each kind of step changes.
CHANGES: Mapping[StepKind, frozenset[str]] = {
    StepKind.ASSIGN: frozenset({"assignee"}),
    StepKind.TAG: frozenset({"tag"}),
    StepKind.CLASSIFY: frozenset({"classification", "determination"}),
    StepKind.RESOLVE: frozenset({"status", "resolved", "classification", "determination"}),
    StepKind.COMMENT: frozenset({"comments"}),
    StepKind.POST: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that a rule does. Which fields count depends on the kind."""

    kind: StepKind
    #: An Entra object id.
    to: str = ""
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    #: None leaves the classification of what is resolved alone.
    classification: Classification | None = None
    determination: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageRule:
    """`wants` is a condition as it is written, `number` the rule's name in chat."""

    number: int
    name: str
    mode: Mode
    wants: str
    steps: tuple[Step, ...]
    made_at: datetime
    asked: tuple[Asked, ...] = ()
    made_by: str = ""
    #: Since when it has the mode.
    mode_at: datetime | None = None

    @property
    def condition(self) -> Condition:
        return stored_condition(self.wants)

    @property
    def rule(self) -> RuleName:
        return RuleName(f"triage:{self.number}", self.name)


class State(StrEnum):
    """What became of a rule on an alert."""

    #: It waits for its lookups, or for its turn.
    QUEUED = "queued"
    #: It has been written down only.
    WATCHED = "watched"
    ACTED = "acted"
    #: Entra's answers were not those that the rule needs.
    UNMET = "unmet"
    #: A lookup failed, so nothing was done.
    FAILED = "failed"
    #: Somebody was at it already, or it met the condition no more.
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A rule on an alert: once for ever. `why` says more about its state, `found` what the lookups answered."""

    rule: int
    alert: int
    state: State
    at: datetime
    attempt: int = 0
    why: str = ""
    found: Mapping[str, bool] = field(default_factory=dict)


class LookupFailed(TocsinError):
    """It could not be found out. `again` is after how long it may be asked again; None for no use in asking."""

    def __init__(self, why: str, *, again: timedelta | None = None) -> None:
        super().__init__(why)
        self.again = again


class Lookups(Protocol):
    async def ask(self, lookup: Lookup, user: str) -> bool:
        """About somebody by Entra object id or principal name. Raises LookupFailed."""
        ...


def catching(rules: Sequence[TriageRule], facts: Facts, now: datetime) -> list[int]:
    """The rules whose condition an alert meets, by number."""
    return list(_index(tuple((rule.number, rule.wants) for rule in rules)).matching(facts, now))


@lru_cache(maxsize=16)
def _index(rules: tuple[tuple[int, str], ...]) -> ConditionIndex[int]:
    return ConditionIndex({rule: stored_condition(wants) for rule, wants in rules})


def users_of(evidence: Sequence[Evidence]) -> list[str]:
    """The people of an alert as Entra knows them: object ids, or principal names where there is none."""
    found: dict[str, None] = {}
    for piece in evidence:
        if piece.kind == "user":
            name = text_at(piece.properties, ("userAccount", "azureAdUserId")) or text_at(
                piece.properties, ("userAccount", "userPrincipalName")
            )
            if name:
                found[name] = None
    return list(found)


def holds(asked: Asked, answers: Sequence[bool]) -> bool:
    """Whether the answers about an alert's people are what the rule needs."""
    if not asked.wanted:
        return not any(answers)
    return all(answers) if asked.lookup is Lookup.AWAY else any(answers)


def step_json(step: Step) -> dict[str, Any]:
    """As it is stored; what is empty is left out."""
    stored: dict[str, Any] = {"kind": step.kind.value}
    if step.classification is not None:
        stored["classification"] = step.classification.value
    for name in ("to", "add", "remove", "determination", "text"):
        if value := getattr(step, name):
            stored[name] = list(value) if isinstance(value, tuple) else value
    return stored


def read_step(stored: Mapping[str, Any]) -> Step:
    """From `step_json`."""
    classification = stored.get("classification")
    return Step(
        kind=StepKind(stored["kind"]),
        to=stored.get("to", ""),
        add=tuple(stored.get("add", ())),
        remove=tuple(stored.get("remove", ())),
        classification=Classification(classification) if classification else None,
        determination=stored.get("determination", ""),
        text=stored.get("text", ""),
    )
