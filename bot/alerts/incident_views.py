"""What the card of an incident is drawn from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.alerts.incident import Incident, IncidentEntry
from bot.alerts.incident_mirror import IncidentMirror
from bot.alerts.incident_ports import IncidentFacts
from bot.alerts.people import Person
from bot.alerts.views import AlertView


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentView:
    """An incident as a reader may see it: through the alerts in their scope.

    `alerts` is a page of them; `reasons` are why alerts are in it, as they are kept, the most frequent of the page
    first; `note` is the newest comment that stands; `mirror` is how far its source knows, where that is told, and
    `overruled` that both sides changed the same. `people` has everybody named by id, by Entra object id.
    """

    incident: Incident
    facts: IncidentFacts
    alerts: tuple[AlertView, ...]
    page: int
    page_size: int
    reasons: tuple[str, ...] = ()
    note: IncidentEntry | None = None
    people: Mapping[str, Person] = field(default_factory=dict)
    mirror: IncidentMirror | None = None
    overruled: IncidentEntry | None = None

    @property
    def pages(self) -> int:
        return max(1, -(-self.facts.count // self.page_size))


@dataclass(frozen=True, slots=True)
class IncidentHistoryView:
    """Its history: entries newest first; `older` counts those not shown, `undone` are revisions that stand undone."""

    view: IncidentView
    entries: tuple[IncidentEntry, ...]
    older: int
    undone: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class MergeView:
    """An incident, and others that it could take in."""

    view: IncidentView
    others: tuple[Incident, ...]
