"""The incident: related alerts together. Its numbers are a series of their own.

Its name, who leads it, and what it was merged into are its own, and change only by entries of its own history. How bad
it is, where it stands and what it is about is what its alerts say.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.alerts.errors import Refused
from bot.alerts.history import Change, as_plain
from bot.alerts.people import Actor, Way

#: Characters of a name, and of a note.
NAME_LENGTH, NOTE_LENGTH = 200, 30_000

#: Alerts that one step on an incident changes at most: more would keep everybody else waiting for it.
AT_ONCE = 300


class CorrelationReason(StrEnum):
    """Why somebody says that alerts belong together, with Graph's values (`correlationReason`, misspelling and all)."""

    SAME_ASSET = "sameAsset"
    SAME_ACTOR = "sameActor"
    SHARED_INDICATORS = "sharedIndicators"
    SIMILAR_TTPS = "similarTTPsOrBehavior"
    SIMILAR_ARTIFACTS = "similarArtifacts"
    EVENT_SEQUENCE = "eventSequence"
    CASUAL_SEQUENCE = "eventCasualSequence"
    LATERAL_MOVEMENT = "lateralMovementPath"
    TEMPORAL_PROXIMITY = "temporalProximity"
    TIME_FRAME = "timeFrame"
    REPEATED = "repeatedAlertOccurrence"
    SAME_CAMPAIGN = "sameCampaign"
    SAME_THREAT_SOURCE = "sameThreatSource"
    SAME_TARGETED_ASSET = "sameTargetedAsset"
    SAME_NETWORK_SEGMENT = "sameNetworkSegment"
    NETWORK_PROXIMITY = "networkProximity"
    SAME_GEOGRAPHY = "sameGeography"


class IncidentKind(StrEnum):
    """What kind of thing was done to an incident."""

    CREATED = "created"
    RENAMED = "renamed"
    ASSIGNED = "assigned"
    COMMENTED = "commented"
    RESOLVED = "resolved"
    #: Alerts were put into it by a person.
    LINKED = "linked"
    #: It took another one's alerts; and the other one, that it is part of this one now.
    MERGED = "merged"
    UNDONE = "undone"
    #: The source said something new.
    REPORTED = "reported"
    #: Somebody here and the source changed the same thing; the later change stands.
    OVERRULED = "overruled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """`source` and `external_id` name the source's own incident; both are empty for one that was made here.

    `name` is what somebody called it, perhaps nothing; `worst` is what its worst alert is called, among those that the
    reader may see. `revision` counts its history entries.
    """

    number: int
    name: str
    created_at: datetime
    worst: str = ""
    source: str = ""
    external_id: str = ""
    url: str = ""
    alert_count: int = 0
    revision: int = 0
    #: Who leads it: an Entra object id.
    assignee: str | None = None
    #: The number of the incident that it became part of.
    merged_into: int | None = None

    @property
    def called(self) -> str:
        return self.name or self.worst


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentEntry:
    """One entry of an incident's history. `revision` is the incident's after it.

    `touched` names the entries that the same step made in the histories of alerts, as number and revision; they are
    undone with it.
    """

    incident: int
    revision: int
    at: datetime
    actor: Actor
    way: Way
    kind: IncidentKind
    changes: tuple[Change, ...] = ()
    comment: str = ""
    undoes: int | None = None
    touched: tuple[tuple[int, int], ...] = ()


def rename(incident: Incident, name: str) -> tuple[Change, ...]:
    name = " ".join(name.split())
    if not name:
        raise Refused("emptyName")
    if len(name) > NAME_LENGTH:
        raise Refused("longName", limit=NAME_LENGTH)
    if name == incident.called:
        raise Refused("sameName")
    return (Change("name", incident.name, name),)


def lead(incident: Incident, to: str | None) -> tuple[Change, ...]:
    """Give it to somebody, or to nobody; no change where it is so already."""
    return () if incident.assignee == to else (Change("assignee", incident.assignee, to),)


def note_of(text: str, *, required: bool = False) -> str:
    text = text.strip()
    if required and not text:
        raise Refused("noteNeeded")
    if len(text) > NOTE_LENGTH:
        raise Refused("longComment", limit=NOTE_LENGTH)
    return text


def inverse(incident: Incident, entry: IncidentEntry) -> tuple[Change, ...]:
    """The changes that take an entry back. Refused where a field has changed since."""
    for change in entry.changes:
        if as_plain(getattr(incident, change.field)) != change.new:
            raise Refused("changedSince", field=change.field)
    return tuple(Change(change.field, change.new, change.old) for change in entry.changes)


def apply(incident: Incident, entry: IncidentEntry) -> Incident:
    """The incident after an entry: the one way in which it ever changes."""
    return replace(incident, revision=entry.revision, **{change.field: change.new for change in entry.changes})  # type: ignore[arg-type]
