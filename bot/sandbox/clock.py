"""The sandbox's clock: real time plus an offset that the control API moves."""

from datetime import UTC, datetime, timedelta


class SandboxClock:
    """Ticks like the real clock, `offset` away from it."""

    def __init__(self) -> None:
        self.offset = timedelta(0)
        self._seen = (timedelta(0), timedelta(0))

    def now(self) -> datetime:
        """The sandbox's time, aware, in UTC."""
        return datetime.now(UTC) + self.offset

    def set(self, moment: datetime) -> None:
        """Make it `moment` now."""
        self._move(moment - datetime.now(UTC))

    def advance(self, seconds: float) -> None:
        """Move on by so many seconds; backwards where negative."""
        self._move(self.offset + timedelta(seconds=seconds))

    def reset(self) -> None:
        """Back to real time."""
        self.offset = timedelta(0)

    def span(self) -> tuple[datetime, datetime]:
        """The earliest and the latest time that a bot may believe it is, if it has not yet heard of the last move."""
        now = datetime.now(UTC)
        return now + self._seen[0], now + self._seen[1]

    def _move(self, offset: timedelta) -> None:
        self.offset = offset
        self._seen = (min(offset, self._seen[0]), max(offset, self._seen[1]))


def stamp(moment: datetime) -> str:
    """A time as Teams and Graph write it: `2026-03-01T03:02:11.512Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
