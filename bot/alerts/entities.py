"""Entities: what alerts are about, across alerts. Its shapes, and what is asked about them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.alerts.alert import Alert
from bot.alerts.conversation import Scope
from bot.alerts.evidence import Evidence
from bot.alerts.story import Seen, Tree
from bot.alerts.views import AlertView
from bot.alerts.words import Classification


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityFacts:
    """What the newest alerts with an entity say, those that the reader may see.

    `more` says that there are older ones which were not counted. `verdicts` counts them by classification, and
    `pieces` by what the source says of the entity itself: suspicious, malicious …
    """

    count: int
    open: int
    first_seen: datetime
    last_seen: datetime
    verdicts: Mapping[Classification, int]
    pieces: Mapping[str, int]
    roles: tuple[str, ...]
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityView:
    """An entity: the newest piece of evidence that describes it, what its alerts say, and a page of them.

    `alert` is the one from which it was opened, None for one that was asked for by name; `ordinal` is its place there.
    """

    piece: Evidence
    facts: EntityFacts
    alerts: tuple[AlertView, ...]
    page: int
    page_size: int
    alert: AlertView | None = None

    @property
    def pages(self) -> int:
        return max(1, -(-self.facts.count // self.page_size))


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryView:
    """The story of an alert: alerts around it in time order, itself among them, and the processes that they saw.

    `why` says of each other alert what ties it to this one: a label that they share, or empty for the same incident.
    """

    view: AlertView
    alerts: tuple[AlertView, ...]
    why: Mapping[int, str]
    trees: tuple[Tree, ...]
    hosts: Mapping[str, str] = field(default_factory=dict)


class Entities(Protocol):
    """Alerts by what they have in common."""

    def near(
        self, alert: int, entities: Collection[str], scope: Scope, *, since: datetime, until: datetime, limit: int
    ) -> Sequence[tuple[Alert, str]]:
        """Other alerts with activity in a time that have one of some entities, newest first, and a label that they
        share."""
        ...

    def pieces(self, alerts: Iterable[int], kinds: Collection[str], *, limit: int) -> Sequence[tuple[int, Evidence]]:
        """Pieces of evidence of some alerts, of some kinds, in the order of alerts and of their evidence."""
        ...

    def facts(self, entity: str, scope: Scope) -> EntityFacts | None:
        """None where no alert in the scope has it."""
        ...

    def alerts(self, entity: str, scope: Scope, *, offset: int, limit: int) -> list[Alert]:
        """Alerts with it: open ones first, then the newest, among those that the facts are about."""
        ...

    def newest_piece(self, entity: str, scope: Scope) -> Evidence | None: ...

    def called(self, name: str, scope: Scope, *, limit: int) -> Sequence[Evidence]:
        """Entities that are called so, whatever the case, in the newest alerts; those seen last first, each once."""
        ...


def hosts_of(pieces: Iterable[tuple[int, Evidence]]) -> Mapping[int, str]:
    """The first device of each alert, as its processes name it where they do, else by its label."""
    found: dict[int, str] = {}
    for alert, piece in pieces:
        if piece.kind == "device":
            found.setdefault(alert, str(piece.properties.get("mdeDeviceId") or piece.label))
    return found


def seen_of(pieces: Sequence[tuple[int, Evidence]]) -> list[Seen]:
    """Pieces for the trees of processes."""
    hosts = hosts_of(pieces)
    return [Seen(alert, hosts.get(alert, ""), piece) for alert, piece in pieces]
