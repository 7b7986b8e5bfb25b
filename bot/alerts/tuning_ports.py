"""What tuning needs to have kept, as protocols."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.alerts.alert import Alert
from bot.alerts.condition import Condition
from bot.alerts.conversation import Scope
from bot.alerts.tuning import Caught, Lookback, Standing, TuningRule


class TuningRules(Protocol):
    def token(self) -> str:
        """Another one after every change of a rule that is no draft; empty while there has been none."""
        ...

    def creation(self) -> bool:
        """Whether rules may be made and edited."""
        ...

    def set_creation(self, *, on: bool) -> None: ...

    def get(self, rule: int) -> TuningRule:
        """Raises NotAvailable."""
        ...

    def many(self, rules: Iterable[int]) -> Mapping[int, TuningRule]: ...

    def all(self, *standings: Standing) -> Sequence[TuningRule]:
        """In their order."""
        ...

    def add(self, rule: TuningRule) -> TuningRule:
        """Its id is given here, and its place is the last."""
        ...

    def save(self, rule: TuningRule) -> None: ...

    def keep_lookback(self, rule: int, lookback: Lookback) -> None: ...

    def caught(self, condition: Condition, since: datetime, until: datetime, *, now: datetime) -> Caught:
        """What a condition holds for among the alerts received since then and before then; `now` is for its times."""
        ...

    def open_caught(self, condition: Condition, scope: Scope, *, now: datetime, limit: int) -> list[Alert]:
        """Open alerts that it holds for, newest first."""
        ...

    def forget(self, rule: int) -> None:
        """A draft that is not needed any more; nothing else is ever forgotten."""
        ...

    def forget_drafts(self, before: datetime) -> None: ...
