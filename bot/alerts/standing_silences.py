"""All silences that stand at Alertmanager, whoever made them: as it last told, and which of them are being lifted."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.alerts.alert import Alert


@dataclass(frozen=True, slots=True)
class Matcher:
    """What a label has to be like; `operator` is `=`, `!=`, `=~` or `!~`."""

    name: str
    operator: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One silence by Alertmanager's id. Set where somebody lifts it: `lifted_by`, and `why` that has not worked yet."""

    external_id: str
    matchers: tuple[Matcher, ...]
    author: str
    comment: str
    begins_at: datetime
    ends_at: datetime
    link: str
    lifted_by: str = ""
    attempt: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True)
class ListedSilence:
    """One as a reader sees it: with the alert that it was made for here, if it was."""

    standing: Standing
    alert: Alert | None = None
    #: Whether Alertmanager has it; else it is still to be made.
    is_made: bool = True


@dataclass(frozen=True, slots=True)
class SilencesView:
    """One page, the soonest to end first, and when Alertmanager was asked last; None where it never answered."""

    listed: Sequence[ListedSilence]
    total: int
    page: int
    pages: int
    as_of: datetime | None
    may_lift: bool


class StandingSilences(Protocol):
    """What Alertmanager last told."""

    def keep(self, there: Collection[Standing]) -> None:
        """These and no others stand there now; what is being lifted goes on being lifted."""
        ...

    def all(self, now: datetime) -> Sequence[Standing]:
        """Those that are not over, the soonest to end first."""
        ...

    def get(self, external_id: str) -> Standing | None: ...

    def want_lifted(self, external_id: str, by: str, at: datetime) -> None: ...

    def to_lift(self, now: datetime, *, limit: int) -> Sequence[Standing]: ...

    def take(self, external_id: str, until: datetime) -> None:
        """It is being tried now, and again then if nothing is heard of it."""
        ...

    def gone(self, external_id: str) -> None: ...

    def later(self, external_id: str, at: datetime, why: str) -> None: ...

    def stays(self, external_id: str, why: str) -> None:
        """Alertmanager will not lift it."""
        ...
