"""The digest: numbers of a day for a channel. Pure: the storage counts; schedule.py says when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bot.alerts.schedule import LATE
from bot.alerts.words import Classification, Severity, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """How long something took, over so many alerts. Without any there is neither mean nor median."""

    count: int = 0
    mean: timedelta | None = None
    median: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An alert that a digest names, as it was then. `assignee` is a name, empty where nobody has it."""

    number: int
    title: str
    severity: Severity
    status: Status
    since: datetime
    assignee: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noisy:
    """An alert type that came often: how often, and the newest alert of it."""

    newest: int
    title: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonCount:
    """How many alerts somebody resolved and has open now; by Entra object id, or by name once that is looked up."""

    person: str
    resolved: int = 0
    open: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaches:
    """How many alerts missed a service target in the period: for a first answer, and for being resolved."""

    acknowledge: int = 0
    resolve: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestNumbers:
    """What a digest says about `since` (inclusive) to `until`. Means are None where there was nothing to average.

    What was measured over the same length of time before that is in the fields that begin with `before_`.
    """

    since: datetime
    until: datetime
    new: int
    open: int
    resolved: int
    unassigned: int
    open_by_severity: Mapping[Severity, int]
    new_by_severity: Mapping[Severity, int]
    oldest_open: tuple[int, str, datetime] | None
    mean_to_acknowledge: timedelta | None
    mean_to_resolve: timedelta | None
    #: New ones that a rule keeps out of sight; they are not among the new ones.
    hidden: int = 0
    acknowledge: Took = Took()
    resolve: Took = Took()
    #: None in digests of an earlier version.
    before_new: int | None = None
    before_acknowledge: Took = Took()
    before_resolve: Took = Took()
    #: The newest of each type among the new ones of the highest severity.
    worst_new: tuple[Row, ...] = ()
    #: Those that nobody has first, then the oldest first.
    waiting: tuple[Row, ...] = ()
    verdicts: Mapping[Classification, int] = field(default_factory=dict)
    #: New ones by service source, or by `source:` and the name of a source that has none; most first.
    by_source: tuple[tuple[str, int], ...] = ()
    by_person: tuple[PersonCount, ...] = ()
    noisy: tuple[Noisy, ...] = ()
    #: New ones that tuning rules hid, by the rule's key, or by its name once that is looked up; most first.
    hidden_by: tuple[tuple[str, int], ...] = ()
    #: None where no service target was missed.
    breaches: Breaches | None = None

    @property
    def unclassified(self) -> int:
        """Resolved without ever having been classified."""
        return self.verdicts.get(Classification.NOT_SET, 0)

    @property
    def is_quiet(self) -> bool:
        """Nothing happened, and nothing waits."""
        return not (self.new or self.resolved or self.open)


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One digest of one conversation. `slot` makes it unique: schedule and local date, or `now-…` for one asked for."""

    id: int
    conversation: int
    slot: str
    local_date: date
    zone: str
    numbers: DigestNumbers
    created_at: datetime
    #: The schedule that it belongs to, by our id, 0 for that of the settings; None where somebody asked for it.
    schedule: int | None = None
    #: The filter, as a condition is written.
    wants: str = ""

    @property
    def late_by(self) -> timedelta | None:
        """How long after its time it was made, where that is worth a word."""
        late = self.created_at - self.numbers.until
        return late if self.schedule is not None and late >= LATE else None
