"""Tuning rules: what people never want to see again, said once. Pure: what a rule catches, and which rules make sense.

A rule is looked at when an alert comes in, and when its source says something new before anybody has touched it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum

from bot.alerts.condition import EVERYTHING, Condition, Field, Op, all_of, any_of, tests_of
from bot.alerts.condition_checks import ME, make_test
from bot.alerts.condition_fields import name_of, spec_of
from bot.alerts.condition_sense import is_contradiction, is_everything
from bot.alerts.condition_vocabulary import PROPERTIES
from bot.alerts.errors import Refused
from bot.alerts.rules import RuleName
from bot.alerts.words import DETERMINATIONS, UNDETERMINED, Classification

#: Longest texts of a rule, in characters.
NAME_LENGTH, DESCRIPTION_LENGTH, COMMENT_LENGTH = 120, 1_000, 1_000

#: True positives that a look back names; the rest are counted.
POSITIVES_NAMED = 20

#: Devices, groups or users that one rule names at most.
NAMED = 50


class Action(StrEnum):
    """What a rule does with what it catches."""

    #: Kept and counted, but out of sight.
    HIDE = "hide"
    #: Closed with a verdict.
    RESOLVE = "resolve"


class Standing(StrEnum):
    """How far a rule has come."""

    DRAFT = "draft"
    #: It needs a second person's approval.
    WAITING = "waiting"
    IN_FORCE = "inForce"
    DECLINED = "declined"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a rule catches and does: all that its author says.

    `services` are service sources, or `source:alertmanager` for a source that has none; empty for all of them.
    `alert_type` is empty for any type. Without devices, groups and users it is about the whole organisation.
    """

    name: str
    action: Action
    description: str = ""
    comment: str = ""
    services: tuple[str, ...] = ()
    alert_type: str = ""
    #: What an alert of that type was called when the rule was made: types are ids, titles change.
    type_name: str = ""
    devices: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    #: Whatever evidence has caused the alert; then `indicators` may still narrow it.
    any_indicator: bool = False
    indicators: Condition = EVERYTHING
    classification: Classification = Classification.NOT_SET
    determination: str = UNDETERMINED
    expires_at: datetime | None = None

    @property
    def is_everywhere(self) -> bool:
        return not (self.devices or self.groups or self.users)

    @property
    def needs_administrator(self) -> bool:
        """The whole organisation, and users alone, are for administrators."""
        return not (self.devices or self.groups)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caught:
    """What a condition caught within a stretch of time: among how many alerts, by classification, how many are open
    now, and the newest true positives."""

    total: int = 0
    open: int = 0
    verdicts: Mapping[Classification, int] = field(default_factory=dict)
    true_positives: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookback:
    """What a rule would have caught since then: how many of all alerts, by classification, and which true positives.

    `open` counts those of them that are open now. `done` is the share that has been looked through, 0 to 1.
    """

    since: datetime
    until: datetime
    total: int = 0
    open: int = 0
    verdicts: Mapping[Classification, int] = field(default_factory=dict)
    true_positives: tuple[int, ...] = ()
    done: float = 0.0

    @property
    def caught(self) -> int:
        return sum(self.verdicts.values())

    @property
    def is_done(self) -> bool:
        return self.done >= 1

    @property
    def share(self) -> float:
        """Of all alerts, 0 to 1."""
        return self.caught / self.total if self.total else 0.0

    def plus(self, found: Caught, *, done: float) -> "Lookback":
        """With what was found in an earlier stretch of time."""
        verdicts = {
            one: count for one in Classification if (count := self.verdicts.get(one, 0) + found.verdicts.get(one, 0))
        }
        return replace(
            self,
            total=self.total + found.total,
            open=self.open + found.open,
            verdicts=verdicts,
            true_positives=(*self.true_positives, *found.true_positives)[:POSITIVES_NAMED],
            done=done,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TuningRule:
    """A rule. Rules are looked at by their `position`, the smallest first."""

    id: int
    terms: Terms
    standing: Standing
    position: int
    #: Entra object id and name of whoever made it.
    author: str
    author_name: str
    created_at: datetime
    changed_at: datetime
    enabled: bool = True
    #: The alert that it was made from.
    origin: int | None = None
    #: The rule whose terms this draft will become.
    replaces: int | None = None
    #: Whether other open alerts that it catches are meant, too.
    with_open: bool = False
    lookback: Lookback | None = None
    #: Who approved or declined it.
    decided_by: str = ""

    @property
    def as_actor(self) -> RuleName:
        return RuleName(key_of(self.id), self.terms.name)

    def in_force(self, now: datetime) -> bool:
        expires = self.terms.expires_at
        return self.standing is Standing.IN_FORCE and self.enabled and (expires is None or now < expires)


def key_of(rule: int) -> str:
    """A rule's key in the history."""
    return f"tuning:{rule}"


def rule_of(key: str | None) -> int | None:
    """The id in a key of a tuning rule; None for anything else."""
    kind, _, number = (key or "").partition(":")
    return int(number) if kind == "tuning" and number.isdigit() else None


def condition_of(terms: Terms) -> Condition:
    """All that has to hold for an alert."""
    parts: list[Condition] = []
    if terms.services:
        parts.append(any_of(*map(service_test, terms.services)))
    if terms.alert_type:
        parts.append(make_test(Field("type"), Op.EQUALS, terms.alert_type))
    devices: list[Condition] = []
    if terms.devices:
        devices.append(make_test(Field("evidence", ("device",)), Op.IS, *terms.devices))
    if terms.groups:
        devices.append(make_test(Field("evidence", ("device", "rbacGroupName")), Op.IS, *terms.groups))
    if devices:
        parts.append(any_of(*devices))
    if terms.users:
        parts.append(make_test(Field("evidence", ("user",)), Op.IS, *terms.users))
    if terms.indicators != EVERYTHING:
        parts.append(terms.indicators)
    return all_of(*parts)


def service_test(name: str) -> Condition:
    """That an alert is of a service source, or of a source that has none."""
    source = name.removeprefix("source:")
    return make_test(Field("source" if source != name else "service"), Op.EQUALS, source)


def check_terms(terms: Terms, now: datetime) -> None:
    """Raises Refused where a rule would make no sense, and ConditionError for values that nothing can have."""
    _check_texts(terms)
    _check_indicators(terms)
    if len(terms.devices) + len(terms.groups) + len(terms.users) > NAMED:
        raise Refused("manyNamed", limit=NAMED)
    if terms.determination and terms.determination not in DETERMINATIONS[terms.classification]:
        raise Refused("badDetermination", classification=terms.classification, determination=terms.determination)
    if terms.expires_at is not None and terms.expires_at <= now:
        raise Refused("expired")
    condition = condition_of(terms)
    if is_contradiction(condition):
        raise Refused("emptyRule")
    if is_everything(condition):
        raise Refused("wholeRule")


def _check_texts(terms: Terms) -> None:
    if not terms.name.strip():
        raise Refused("noRuleName")
    for text, limit in (
        (terms.name, NAME_LENGTH),
        (terms.description, DESCRIPTION_LENGTH),
        (terms.comment, COMMENT_LENGTH),
    ):
        if len(text) > limit:
            raise Refused("longRule", limit=limit)


def _check_indicators(terms: Terms) -> None:
    tests = list(tests_of(terms.indicators))
    if any(test.field.name == "assignee" and ME in test.values for test in tests):
        raise Refused("nobodysFilter")
    if terms.any_indicator and not terms.alert_type:
        raise Refused("anyIndicator")
    if not terms.any_indicator and not any(spec_of(test.field).of_evidence for test in tests):
        raise Refused("noIndicator")


#: Fields that rules and people change: a rule that asks for them depends on who was there first.
CHANGEABLE = frozenset(
    {"status", "classification", "determination", "assignee", "tag", "comments", "hidden", "incident"}
    | {"acknowledged", "resolved"}
)


def changeable_fields(condition: Condition) -> tuple[str, ...]:
    """Fields of a condition that other rules and people change, each once."""
    return tuple(dict.fromkeys(test.field.name for test in tests_of(condition) if test.field.name in CHANGEABLE))


def doubtful_properties(condition: Condition) -> tuple[tuple[str, str], ...]:
    """Properties of evidence that look like misspelt ones, and what may have been meant: they may exist after all."""
    found: dict[str, str] = {}
    for test in tests_of(condition):
        kind, *path = test.field.path or ("",)
        known = PROPERTIES.get(kind, {})
        if test.field.name != "evidence" or len(path) != 1 or tuple(path) in known.values():
            continue
        if near := get_close_matches(path[0].lower(), known, n=1, cutoff=0.6):
            found[name_of(test.field)] = name_of(Field("evidence", (kind, *known[near[0]])))
    return tuple(found.items())


class WhyApproval(StrEnum):
    """Why a second person has to agree."""

    TRUE_POSITIVE = "truePositive"
    SHARE = "share"


def why_approval(lookback: Lookback, share: float) -> WhyApproval | None:
    """Whether a rule needs a second person: it would have caught a true positive, or more than a share of all."""
    if lookback.verdicts.get(Classification.TRUE_POSITIVE, 0):
        return WhyApproval.TRUE_POSITIVE
    return WhyApproval.SHARE if lookback.share > share else None


def in_order(rules: Iterable[TuningRule]) -> list[TuningRule]:
    return sorted(rules, key=lambda rule: (rule.position, rule.id))
