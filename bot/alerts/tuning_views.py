"""What cards about tuning rules are drawn from."""

from dataclasses import dataclass, field
from typing import Final

from bot.alerts.alert import Alert
from bot.alerts.rules import RuleAct, RuleCount
from bot.alerts.tuning import TuningRule, WhyApproval

#: Rules, and alerts that a rule caught, on one page.
PAGE_SIZE: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """A rule and its surroundings.

    `place` counts from 1 among the rules in force, 0 for others. `before` is a rule that catches all of it first;
    `changeable` are fields that it asks for and that people and rules change. `edits` is the rule that it will replace.
    """

    rule: TuningRule
    count: RuleCount = field(default_factory=RuleCount)
    place: int = 0
    before: TuningRule | None = None
    changeable: tuple[str, ...] = ()
    #: Triage rules, by number and name, that change a field which this rule asks for.
    loops: tuple[tuple[int, str], ...] = ()
    #: Properties that look misspelt, and what may have been meant.
    doubtful: tuple[tuple[str, str], ...] = ()
    why: WhyApproval | None = None
    is_quiet: bool = False
    is_expired: bool = False
    edits: TuningRule | None = None


@dataclass(frozen=True, slots=True)
class RulesPage:
    """One page of the list. `page` counts from 0."""

    rules: tuple[RuleView, ...]
    total: int
    page: int
    creation: bool

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True, slots=True)
class CaughtPage:
    """One page of what a rule caught, newest first: those that the reader may see. `acts` are theirs."""

    view: RuleView
    alerts: tuple[tuple[RuleAct, Alert], ...]
    page: int
    has_more: bool
