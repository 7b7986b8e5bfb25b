"""What is kept about incidents, as a protocol."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.alerts.alert import Alert
from bot.alerts.conversation import Scope
from bot.alerts.incident import Incident, IncidentEntry
from bot.alerts.words import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFacts:
    """What an incident's alerts say together, those that the reader may see.

    `assets` and `categories` are those of its newest alerts, the most frequent and the earliest first; `assignees` have
    open ones, `unassigned` counts the open ones that nobody has. `worst_open` is None where all are resolved.
    """

    count: int
    open: int
    severity: Severity
    worst_open: Severity | None
    first_activity: datetime
    last_activity: datetime
    assets: tuple[str, ...]
    asset_count: int
    categories: tuple[str, ...]
    assignees: tuple[str, ...]
    unassigned: int


class Incidents(Protocol):
    """Incidents, with their own history."""

    def get(self, number: int) -> Incident:
        """Raises NotAvailable."""
        ...

    def many(self, numbers: Iterable[int]) -> Mapping[int, Incident]:
        """Without names that their source made of alerts that not everybody may see."""
        ...

    def called(self, ids: Collection[str]) -> Sequence[int]:
        """The numbers of those that any source calls so."""
        ...

    def known(self, keys: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], int]:
        """The numbers of those that are known of some sources' incidents, by source and the source's identity."""
        ...

    def of_source(self, source: str, external_id: str, *, name: str, url: str, at: datetime) -> int:
        """The number of the source's own incident, made on first sight."""
        ...

    def create(self, name: str, at: datetime) -> int: ...

    def save(self, incident: Incident, entry: IncidentEntry) -> None:
        """Write the incident after an entry, and the entry. Raises Busy where another was faster: it is redone."""
        ...

    def entries(self, number: int, *, limit: int) -> tuple[IncidentEntry, ...]:
        """The newest entries, newest first."""
        ...

    def entry(self, number: int, revision: int) -> IncidentEntry | None: ...

    def last_by(self, number: int, actor: str) -> IncidentEntry | None:
        """The newest entry by an actor's id, or of both sides' changing the same."""
        ...

    def known_as(self, number: int, source: str, external_id: str) -> None:
        """The source has it too, under this identity, unless it calls another so already."""
        ...

    def parts(self, number: int) -> Sequence[int]:
        """The incidents that became part of it, and those that became part of them."""
        ...

    def rename_at_source(self, number: int, external_id: str) -> None:
        """Its source has another in its place now, under this identity."""
        ...

    def swap_at_source(self, one: int, other: int) -> None:
        """Each is what its source calls the other."""
        ...

    def is_whole(self, number: int, scope: Scope) -> bool:
        """Whether all its alerts are in the scope."""
        ...

    def seen(self, number: int, scope: Scope) -> Incident:
        """As a reader sees it: what it is called, and how many alerts it has, of those that they may see. Raises
        NotAvailable."""
        ...

    def newest(self, scope: Scope, *, limit: int) -> list[Incident]:
        """Incidents that have at least one alert in the scope, newest first."""
        ...

    def in_scope(self, number: int, scope: Scope) -> bool: ...

    def was_said(self, author: str, text: str, at: datetime | None = None) -> bool:
        """Whether somebody of that name commented so on any incident; then, if a time is given."""
        ...

    def facts(self, number: int, scope: Scope) -> IncidentFacts | None:
        """None where it has no alert in the scope."""
        ...

    def page(self, number: int, scope: Scope, *, offset: int, limit: int) -> list[Alert]:
        """Its alerts: open ones first, then the worst, then the newest."""
        ...

    def alerts(self, number: int, *, limit: int, is_open: bool = False) -> Sequence[int]:
        """The numbers of its alerts, or of its open ones, whoever may see them, in their order."""
        ...
