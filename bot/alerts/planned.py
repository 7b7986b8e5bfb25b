"""What a plan would do to each of several alerts, before anybody does it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.alerts.alert import Decision
from bot.alerts.errors import Refused
from bot.alerts.managing import Plan, manage
from bot.alerts.views import AlertView
from bot.alerts.words import Classification, Severity


@dataclass(frozen=True, slots=True)
class Planned:
    """An alert and what would be done to it; no decision where it would stay as it is, or refuses."""

    view: AlertView
    decision: Decision | None
    why: Refused | None = None

    @property
    def overrules(self) -> bool:
        """Whether it was found to be a true positive, and would not be one any more."""
        if self.decision is None or self.view.alert.classification is not Classification.TRUE_POSITIVE:
            return False
        new = next((change.new for change in self.decision.changes if change.field == "classification"), None)
        return new is not None and new != Classification.TRUE_POSITIVE

    @property
    def is_high(self) -> bool:
        return self.decision is not None and self.view.alert.severity is Severity.HIGH


def plan_for(views: Sequence[AlertView], plan: Plan) -> tuple[Planned, ...]:
    """In their order."""
    return tuple(_planned(view, plan) for view in views)


def _planned(view: AlertView, plan: Plan) -> Planned:
    try:
        return Planned(view, manage(view.alert, plan))
    except Refused as refused:
        return Planned(view, None, refused)
