"""Manage: several changes of an alert at once, as one decision, so that one undo takes all of it back."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from bot.alerts import alert as alerts
from bot.alerts.alert import Alert, Decision
from bot.alerts.errors import Refused
from bot.alerts.history import Change, Kind
from bot.alerts.words import Classification, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What shall be different; None leaves a thing as it is.

    `assignee` and `incident` are in a tuple of one, because nobody and no incident are wishes, too.
    """

    status: Status | None = None
    assignee: tuple[str | None] | None = None
    verdict: tuple[Classification, str] | None = None
    incident: tuple[int | None] | None = None
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    comment: str = ""

    @property
    def is_empty(self) -> bool:
        return all(not getattr(self, field.name) for field in fields(self))

    @property
    def touches(self) -> frozenset[str]:
        """The fields that two people cannot both change; adding tags and comments is no such thing."""
        names = {
            "status": self.status,
            "assignee": self.assignee,
            "classification": self.verdict,
            "determination": self.verdict,
            "incident": self.incident,
        }
        return frozenset(name for name, wish in names.items() if wish is not None)


def manage(alert: Alert, plan: Plan) -> Decision:
    """All of it, in one entry. Refused where any part is, or where nothing would be different."""
    changes: list[Change] = []
    if plan.status is not None and plan.status is not alert.status:
        changes.append(Change("status", alert.status.value, plan.status.value))
    if plan.assignee is not None and plan.assignee[0] != alert.assignee:
        changes += alerts.assign(alert, plan.assignee[0]).changes
    if plan.verdict is not None and plan.verdict != (alert.classification, alert.determination):
        changes += alerts.classify(alert, *plan.verdict).changes
    if plan.incident is not None and plan.incident[0] != alert.incident:
        changes += alerts.link(alert, plan.incident[0]).changes
    if _tags_differ(alert, plan):
        changes += alerts.tag(alert, plan.add_tags, plan.remove_tags).changes
    comment = alerts.comment(alert, plan.comment).comment if plan.comment.strip() else ""
    if not changes and not comment:
        raise Refused("nothingChanged")
    return Decision(_kind(alert, changes), tuple(changes), comment)


def _tags_differ(alert: Alert, plan: Plan) -> bool:
    known = {tag.casefold() for tag in alert.tags}
    removed = {tag.strip().casefold() for tag in plan.remove_tags}
    return bool(known & removed) or any(tag.strip().casefold() not in known for tag in plan.add_tags)


def _kind(alert: Alert, changes: list[Change]) -> Kind:
    """What it mostly was. Resolved and reopened stay what they are, whatever else was done with it."""
    status = next((change.new for change in changes if change.field == "status"), None)
    if status == Status.RESOLVED:
        return Kind.RESOLVED
    if status is not None and not alert.is_open:
        return Kind.REOPENED
    if status == Status.IN_PROGRESS and len(changes) == 1:
        return Kind.STARTED
    kinds = {_KINDS.get(change.field, Kind.MANAGED) for change in changes}
    return kinds.pop() if len(kinds) == 1 else Kind.MANAGED if kinds else Kind.COMMENTED


_KINDS: Mapping[str, Kind] = {
    "assignee": Kind.ASSIGNED,
    "classification": Kind.CLASSIFIED,
    "determination": Kind.CLASSIFIED,
    "incident": Kind.LINKED,
    "incident_reason": Kind.LINKED,
    "tags": Kind.TAGGED,
}
