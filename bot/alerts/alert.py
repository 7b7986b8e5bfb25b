"""The alert: its state, and how each verb changes it. Nothing here reads a clock or a database.

A verb is a pure function from an alert to a Decision; `apply` folds the history entry made of it into the state. So
the state is always what a replay of the history gives.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.alerts.errors import Refused
from bot.alerts.evidence import Asset
from bot.alerts.history import Change, Entry, Kind, as_plain
from bot.alerts.people import ActorKind
from bot.alerts.words import DETERMINATIONS, UNDETERMINED, Classification, Severity, Signal, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What people handle. `number` is its name in chat (#1042); `revision` counts its history entries."""

    number: int
    source: str
    external_id: str
    revision: int
    title: str
    severity: Severity
    created_at: datetime
    first_activity: datetime
    last_activity: datetime
    #: When we first heard of it; never changes.
    received_at: datetime
    status: Status = Status.NEW
    signal: Signal | None = None
    classification: Classification = Classification.NOT_SET
    determination: str = UNDETERMINED
    #: An Entra object id, or the user principal name of somebody whom we have not met.
    assignee: str | None = None
    incident: int | None = None
    #: Why it is in it: Graph's `correlationReason`, or what grouping found, see `grouping.read_reason`.
    incident_reason: str = ""
    tags: tuple[str, ...] = ()
    source_tags: tuple[str, ...] = ()
    investigation_state: str = ""
    service_source: str = ""
    detection_source: str = ""
    category: str = ""
    alert_type: str = ""
    product: str = ""
    threat: str = ""
    threat_actor: str = ""
    description: str = ""
    recommended_actions: str = ""
    mitre: tuple[str, ...] = ()
    alert_url: str = ""
    incident_url: str = ""
    documentation_url: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    assets: tuple[Asset, ...] = ()
    asset_count: int = 0
    evidence_count: int = 0
    comment_count: int = 0
    #: The first entry by a person.
    acknowledged_at: datetime | None = None
    #: Since when the assignee has it.
    assigned_at: datetime | None = None
    #: When the status last became resolved; None while it is open.
    resolved_at: datetime | None = None
    #: The name of who did that, and the key of the rule where it was one.
    resolved_by: str = ""
    resolved_rule: str = ""
    #: The key of the rule that keeps it out of sight, None where it is to be seen; and what that rule was called.
    hidden: str | None = None
    hidden_by: str = ""
    #: Until when its source is to keep quiet about it: an ISO time, empty where it is not.
    silenced_until: str = ""
    #: By when somebody is to answer it first, and by when it is to be resolved: see targets.py.
    acknowledge_by: datetime | None = None
    resolve_by: datetime | None = None

    #: Who was paged last, by Entra object id, or what else was done to wake somebody: see escalation.py.
    paged: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.status is not Status.RESOLVED

    @property
    def is_hidden(self) -> bool:
        return self.hidden is not None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a verb wants done: field changes, perhaps a comment. It becomes one history entry."""

    kind: Kind
    changes: tuple[Change, ...] = ()
    comment: str = ""
    undoes: int | None = None
    #: Withdraws (True) or restores (False) the comment of the entry named by `undoes`.
    withdraws: bool | None = None

    @property
    def is_empty(self) -> bool:
        return not self.changes and not self.comment and self.withdraws is None


#: Longest comment that Defender takes, in characters.
COMMENT_LIMIT = 30_000


def assign(alert: Alert, to: str | None) -> Decision:
    """Give it to somebody, or to nobody. The status stays."""
    if alert.assignee == to:
        raise Refused("alreadyAssigned" if to else "alreadyUnassigned", assignee=alert.assignee)
    return Decision(Kind.ASSIGNED, (_change(alert, "assignee", to),))


def start(alert: Alert, by: str | None) -> Decision:
    """Set in progress, and take it when nobody has it, unless it is nobody who starts."""
    if alert.status is Status.IN_PROGRESS and (alert.assignee is not None or by is None):
        raise Refused("alreadyStarted", assignee=alert.assignee)
    if alert.status is Status.RESOLVED:
        raise Refused("resolved")
    wanted: dict[str, Any] = {"status": Status.IN_PROGRESS}
    if alert.assignee is None:
        wanted["assignee"] = by
    return Decision(Kind.STARTED, _changes(alert, wanted))


def comment(_alert: Alert, text: str) -> Decision:
    text = text.strip()
    if not text:
        raise Refused("emptyComment")
    if len(text) > COMMENT_LIMIT:
        raise Refused("longComment", limit=COMMENT_LIMIT)
    return Decision(Kind.COMMENTED, comment=text)


def classify(alert: Alert, classification: Classification, determination: str = UNDETERMINED) -> Decision:
    """Say what it turned out to be. A new classification clears a determination that was not given with it."""
    changes = _verdict(alert, classification, determination)
    if not changes:
        raise Refused("alreadyClassified")
    return Decision(Kind.CLASSIFIED, changes)


def resolve(
    alert: Alert,
    classification: Classification | None = None,
    determination: str = UNDETERMINED,
    comment_text: str = "",
) -> Decision:
    """Close it, and say in the same step what it was, if one likes."""
    if alert.status is Status.RESOLVED:
        raise Refused("resolved")
    text = comment_text.strip()
    if len(text) > COMMENT_LIMIT:
        raise Refused("longComment", limit=COMMENT_LIMIT)
    verdict = _verdict(alert, classification, determination) if classification is not None else ()
    return Decision(Kind.RESOLVED, (_change(alert, "status", Status.RESOLVED), *verdict), comment=text)


def reopen(alert: Alert) -> Decision:
    """Back to in progress, or to new when nobody has it."""
    if alert.status is not Status.RESOLVED:
        raise Refused("open")
    status = Status.NEW if alert.assignee is None else Status.IN_PROGRESS
    return Decision(Kind.REOPENED, (_change(alert, "status", status),))


#: Our tags: short, at most so many.
TAG_LENGTH, TAGS_LIMIT = 50, 20


def tag(alert: Alert, add: Iterable[str] = (), remove: Iterable[str] = ()) -> Decision:
    """Add and remove our own tags; case is kept but does not tell two tags apart."""
    gone = {name.strip().casefold() for name in remove}
    tags = [name for name in alert.tags if name.casefold() not in gone]
    known = {name.casefold() for name in tags}
    for name in (name.strip() for name in add):
        if not name or len(name) > TAG_LENGTH:
            raise Refused("badTag", limit=TAG_LENGTH)
        if name.casefold() not in known:
            known.add(name.casefold())
            tags.append(name)
    if len(tags) > TAGS_LIMIT:
        raise Refused("manyTags", limit=TAGS_LIMIT)
    if tuple(tags) == alert.tags:
        raise Refused("sameTags")
    return Decision(Kind.TAGGED, (_change(alert, "tags", tuple(tags)),))


def link(alert: Alert, incident: int | None, reason: str = "", comment_text: str = "") -> Decision:
    """Put it into an incident, or move it there, or take it out of one, with the reason and a comment if one likes."""
    if alert.incident == incident:
        raise Refused("alreadyLinked" if incident else "notLinked", incident=incident)
    text = comment_text.strip()
    if len(text) > COMMENT_LIMIT:
        raise Refused("longComment", limit=COMMENT_LIMIT)
    changes = (_change(alert, "incident", incident), *_changes(alert, {"incident_reason": reason}))
    return Decision(Kind.LINKED, changes, comment=text)


def hide(alert: Alert, rule: str, comment_text: str = "") -> Decision:
    """Out of sight, by a rule's key. It stays what it is."""
    if alert.hidden is not None:
        raise Refused("hidden")
    return Decision(Kind.HIDDEN, (_change(alert, "hidden", rule),), comment=comment_text.strip()[:COMMENT_LIMIT])


def unhide(alert: Alert) -> Decision:
    """Back into sight."""
    if alert.hidden is None:
        raise Refused("notHidden")
    return Decision(Kind.UNHIDDEN, (_change(alert, "hidden", None),))


def undo(alert: Alert, entry: Entry) -> Decision:
    """The inverse of an entry. Refused where a field has changed since; undoing an undo redoes."""
    if entry.kind is Kind.ESCALATED:
        raise Refused("pagedAlready")
    inverse: list[Change] = []
    for change in entry.changes:
        if as_plain(getattr(alert, change.field)) != change.new:
            raise Refused("changedSince", field=change.field)
        inverse.append(Change(change.field, change.new, change.old))
    withdraws = None
    if entry.comment:
        withdraws = True
    elif entry.withdraws is not None:
        withdraws = not entry.withdraws
    return Decision(Kind.UNDONE, tuple(inverse), undoes=entry.revision, withdraws=withdraws)


_NOTHING: Mapping[str, Any] = {}


def apply(alert: Alert, entry: Entry, apart: Mapping[str, Any] = _NOTHING) -> Alert:
    """The state after an entry: the one way in which an alert ever changes.

    `apart` holds fields that came with it and that the history skips.
    """
    fields: dict[str, Any] = {
        change.field: _FROM_PLAIN.get(change.field, _same)(change.new) for change in entry.changes
    }
    if "status" in fields:
        resolved = fields["status"] is Status.RESOLVED
        fields["resolved_at"] = entry.at if resolved else None
        fields["resolved_by"] = entry.actor.name if resolved else ""
        fields["resolved_rule"] = entry.actor.id if resolved and entry.actor.kind is ActorKind.RULE else ""
        if alert.resolved_at is not None and not resolved:
            # The clock has stood still meanwhile.
            due = {name: getattr(alert, name) for name in ("acknowledge_by", "resolve_by")}
            fields |= {name: by + (entry.at - alert.resolved_at) for name, by in due.items() if by is not None}
    if "hidden" in fields:
        fields["hidden_by"] = entry.actor.name if fields["hidden"] else ""
    if "assignee" in fields:
        fields["assigned_at"] = entry.at if fields["assignee"] else None
    if entry.actor.kind is ActorKind.PERSON and alert.acknowledged_at is None:
        fields["acknowledged_at"] = entry.at
    if entry.comment or entry.withdraws is False:
        fields["comment_count"] = alert.comment_count + 1
    elif entry.withdraws:
        fields["comment_count"] = alert.comment_count - 1
    return replace(alert, revision=entry.revision, **apart, **fields)


def _verdict(alert: Alert, classification: Classification, determination: str) -> tuple[Change, ...]:
    if determination and determination not in DETERMINATIONS[classification]:
        raise Refused("badDetermination", classification=classification, determination=determination)
    return _changes(alert, {"classification": classification, "determination": determination})


def _changes(alert: Alert, wanted: Mapping[str, Any]) -> tuple[Change, ...]:
    return tuple(_change(alert, name, value) for name, value in wanted.items() if getattr(alert, name) != value)


def _change(alert: Alert, name: str, value: Any) -> Change:  # noqa: ANN401 - any field of the alert
    return Change(name, as_plain(getattr(alert, name)), as_plain(value))


def _same(value: Any) -> Any:  # noqa: ANN401 - any field of the alert
    return value


#: How a field comes back from its plain form in the history; unnamed fields are plain already.
_FROM_PLAIN: Mapping[str, Any] = {
    "severity": Severity,
    "status": Status,
    "signal": lambda value: Signal(value) if value else None,
    "classification": Classification,
    "tags": tuple,
    "source_tags": tuple,
    "paged": tuple,
    "mitre": tuple,
    "created_at": datetime.fromisoformat,
    "first_activity": datetime.fromisoformat,
    "last_activity": datetime.fromisoformat,
}
