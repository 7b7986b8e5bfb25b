"""How long somebody asks us to wait."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

_LONGEST_WAIT: Final = timedelta(days=1)


def retry_after(value: str, *, now: datetime) -> timedelta | None:
    """The wait that a Retry-After header asks for, in seconds or until an HTTP date; None where it says nothing.

    At most a day, whatever it says.
    """
    value = value.strip()
    try:
        seconds = float(value)
    except ValueError:
        try:
            until = parsedate_to_datetime(value)
        except ValueError:
            return None
        until = until if until.tzinfo else until.replace(tzinfo=UTC)
        seconds = (until - now).total_seconds()
    if seconds != seconds:  # noqa: PLR0124 - NaN, which float() reads without complaint
        return None
    return timedelta(seconds=min(max(seconds, 0.0), _LONGEST_WAIT.total_seconds()))
