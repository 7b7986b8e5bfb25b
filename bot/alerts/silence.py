"""Silence: an alert's source keeps quiet about it until a time. Decided here, made so there by whoever reconciles.

What is wanted is the alert's own field `silenced_until`, so that the history has it and undo takes it back; a Silence
says what the source has of it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from bot.alerts.alert import COMMENT_LIMIT, Alert, Decision
from bot.alerts.errors import Refused
from bot.alerts.history import Change, Entry, Kind
from bot.alerts.mirror import MirrorState

#: The source that can be silenced, and what the feeds call our telling it so.
SOURCE: Final = "alertmanager"
FEED: Final = "alertmanager silences"

SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=90)

_SPAN = re.compile(r"([1-9][0-9]{0,4})([mhdw])", re.ASCII)
_UNITS: Final = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """`wanted` and `known` are until when, as ISO times: what people want, and what the source has; empty for none."""

    alert: int
    state: MirrorState
    wanted: str
    known: str = ""
    #: What the source calls it, and where people see it there.
    external_id: str = ""
    link: str = ""
    #: The names of the labels that it is for.
    labels: tuple[str, ...] = ()
    author: str = ""
    comment: str = ""
    attempt: int = 0
    why: str = ""


def read_span(text: str) -> timedelta:
    """`4h`, `30m`, `2d`, `1w`. Raises Refused("badSpan")."""
    match = _SPAN.fullmatch(text.strip().lower())
    span = int(match[1]) * _UNITS[match[2]] if match else timedelta()
    if not SHORTEST <= span <= LONGEST:
        raise Refused("badSpan", text=text)
    return span


def silence(alert: Alert, until: datetime, comment: str) -> Decision:
    """Its source shall keep quiet about it until then; once more for another time."""
    if alert.source != SOURCE:
        raise Refused("notSilenceable")
    text = comment.strip()
    if len(text) > COMMENT_LIMIT:
        raise Refused("longComment", limit=COMMENT_LIMIT)
    wanted = until.replace(microsecond=0).isoformat()
    return Decision(Kind.SILENCED, (Change("silenced_until", alert.silenced_until, wanted),), comment=text)


def lift(alert: Alert) -> Decision:
    """Its source shall speak again."""
    if not alert.silenced_until:
        raise Refused("notSilenced")
    return Decision(Kind.LIFTED, (Change("silenced_until", alert.silenced_until, ""),))


def wants(entry: Entry) -> bool:
    """Whether an entry changes what is wanted."""
    return any(change.field == "silenced_until" for change in entry.changes)


class Silences(Protocol):
    """What the source has of what people want."""

    def want(self, alert: Alert, entry: Entry) -> None:
        """What is wanted has perhaps changed: then it is to be made so."""
        ...

    def choose(self, alert: int, labels: Sequence[str]) -> None:
        """It is for these labels."""
        ...

    def labels_at_source(self, alert: int) -> Mapping[str, str]:
        """The alert's labels as they stood in its last report, without annotations."""
        ...

    def many(self, alerts: Iterable[int]) -> Mapping[int, Silence]: ...

    def due(self, now: datetime, *, limit: int) -> Sequence[Silence]: ...

    def standing(self) -> Sequence[Silence]:
        """Those that the source has, as far as we know."""
        ...

    def unmade(self) -> Sequence[Silence]:
        """Those that people want and the source does not have yet."""
        ...

    def take(self, alert: int, until: datetime) -> None:
        """It is being tried now, and again then if nothing is heard of it."""
        ...

    def settle(self, alert: int, wanted: str, known: str, *, external_id: str = "", link: str = "") -> None:
        """The source has this; done if that is still what is wanted."""
        ...

    def later(self, alert: int, at: datetime, why: str) -> None: ...

    def refuse(self, alert: int, why: str) -> None: ...
