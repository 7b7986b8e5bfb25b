"""The digest: numbers of a day for a channel. Pure: the storage counts, this decides when and over what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.alerts.words import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestNumbers:
    """What a digest says about `since` (inclusive) to `until`. Means are None where there was nothing to average."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One digest of one channel. `slot` makes it unique: the local date, or `now-…` for one asked for."""

    id: int
    conversation: int
    slot: str
    local_date: date
    zone: str
    numbers: DigestNumbers


def due_date(now: datetime, at: time, zone: ZoneInfo) -> date:
    """The local date of the digest that is due at `now`: today's, or before today's time yesterday's, perhaps late.

    Compares wall clocks, so that a day with a change of clock still has exactly one digest.
    """
    local = now.astimezone(zone)
    return local.date() if local.time() >= at else local.date() - timedelta(days=1)


def window(local_date: date, at: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """What the digest of a date covers: from the day before, same wall time, to that date, both aware UTC."""
    until = datetime.combine(local_date, at, tzinfo=zone)
    since = datetime.combine(local_date - timedelta(days=1), at, tzinfo=zone)
    utc = ZoneInfo("UTC")
    return since.astimezone(utc), until.astimezone(utc)
