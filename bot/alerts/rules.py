"""Rules as actors: what they are called in the history, and what they did."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class RuleName:
    """A rule of any kind. `key` is its own for ever, such as `tuning:3`; `name` is what people call it now."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class RuleAct:
    """Something that a rule did to an alert: the entry of the history at `revision`; `undone` if it was taken back."""

    rule: str
    alert: int
    revision: int
    at: datetime
    undone: bool = False


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How many alerts a rule acted on, how many of its acts were undone, and when it last acted."""

    alerts: int = 0
    undone: int = 0
    last: datetime | None = None


class RuleActs(Protocol):
    """What rules did, beside the history, so that it can be found by rule."""

    def add(self, act: RuleAct) -> None: ...

    def mark(self, alert: int, revision: int, *, undone: bool) -> None: ...

    def of_alert(self, alert: int) -> Sequence[RuleAct]:
        """Oldest first."""
        ...

    def newest(self, rule: str, *, offset: int, limit: int) -> Sequence[RuleAct]:
        """Newest first, undone ones among them."""
        ...

    def standing(self, rule: str, *, since: datetime) -> Sequence[RuleAct]:
        """All since then that were not undone, newest first."""
        ...

    def counts(self, rules: Iterable[str]) -> Mapping[str, RuleCount]:
        """For those of the rules that ever did something."""
        ...
