"""Service targets: what was missed is kept, once, and cards are drawn anew where that says something new.

A card names the time by which its alert is due, so it need not be drawn every minute: only when little is left, and
when that time has come. What many alerts are due by at once, as after a storm, is drawn for high severity alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.alerts.conversation import Subject
from bot.alerts.ports import UnitOfWork
from bot.alerts.targets import Breach, Goal
from bot.alerts.words import Severity
from bot.usecases.visibility import Reader, scope_of

#: Cards that are drawn anew in one look, and cards that may wait for Teams without that being a storm.
DRAWN: Final = 20

#: How far a look reaches back at most where nothing was found meanwhile.
LONGEST: Final = timedelta(hours=1)


def is_due(uow: UnitOfWork, now: datetime) -> bool:
    """Whether a look would find something, or the last one was long ago: so that nothing is written for nothing."""
    before = uow.breaches.looked_at()
    if before is None or abs(now - before) > LONGEST:
        return True
    return now > before and bool(uow.breaches.missed(before, now) or _soon(uow, before, now))


def look(uow: UnitOfWork, now: datetime) -> Sequence[Breach]:
    """Look for what has become due since the last look, whoever made it. What was missed for the first time."""
    before = uow.breaches.looked_at()
    if before == now or not uow.breaches.look(before, now) or before is None or before > now:
        # Where the clock was set back, it is looked from there on: what was missed is kept once anyway.
        return ()
    new = uow.breaches.record(uow.breaches.missed(before, now))
    changed = _soon(uow, before, now) | {one.alert: one.severity for one in new}
    for alert in _drawn(uow, changed, now):
        uow.cards.raise_wanted(Subject.ALERT, alert, at=now)
    return new


def _soon(uow: UnitOfWork, before: datetime, now: datetime) -> dict[int, Severity]:
    """Alerts of whose time little has been left since the last look."""
    found: dict[int, Severity] = {}
    for severity in uow.targets.of:
        for goal in Goal:
            if lead := uow.targets.lead(severity, goal):
                soon = uow.breaches.soon(severity, goal, max(now, before + lead), now + lead)
                found |= dict.fromkeys(soon, severity)
    return found


def _drawn(uow: UnitOfWork, changed: Mapping[int, Severity], now: datetime) -> Iterable[int]:
    """All of high severity, and of the others as many as Teams takes at once, unless there is a storm."""
    high = [alert for alert, severity in changed.items() if severity is Severity.HIGH]
    others = [alert for alert, severity in changed.items() if severity is not Severity.HIGH]
    if not others:
        return high
    room = DRAWN - len(high) - uow.cards.counts(now).pending
    return [*high, *(others if len(others) <= room else ())]


def missed(uow: UnitOfWork, reader: Reader, since: datetime, until: datetime) -> Mapping[tuple[Severity, Goal], int]:
    """How many targets were missed in a time, of what the reader may see."""
    return uow.breaches.between(scope_of(uow, reader), since, until)
