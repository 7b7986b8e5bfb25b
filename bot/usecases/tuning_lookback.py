"""Looking back before a rule is saved: what it would have caught, in steps short enough for progress to be shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.alerts.condition import Condition
from bot.alerts.condition_index import is_indexed
from bot.alerts.conversation import Subject
from bot.alerts.ports import UnitOfWork
from bot.alerts.tuning import Caught, Lookback, Standing, condition_of

#: How far back, and in how many steps where the database has to look at every alert.
LENGTH: Final = timedelta(days=30)
STEPS: Final = 60


@dataclass(frozen=True, slots=True)
class Step:
    """A stretch of time, and which share of the whole is done after it."""

    since: datetime
    until: datetime
    done: float


def begun(at: datetime) -> Lookback:
    return Lookback(since=at - LENGTH, until=at)


def steps(condition: Condition, lookback: Lookback) -> Iterator[Step]:
    """Newest first. One step is enough where an index finds what fits."""
    count = 1 if is_indexed(condition) else STEPS
    length = (lookback.until - lookback.since) / count
    for step in range(count):
        until = lookback.until - step * length
        since = lookback.since if step == count - 1 else until - length
        yield Step(since, until, (step + 1) / count)


def look(uow: UnitOfWork, rule: int, step: Step, now: datetime) -> Caught:
    return uow.tuning.caught(condition_of(uow.tuning.get(rule).terms), step.since, step.until, now=now)


def keep(uow: UnitOfWork, rule: int, lookback: Lookback, *, changed_at: datetime, now: datetime) -> bool:
    """Remember how far it got; False where the draft is another one by now."""
    found = uow.tuning.many([rule]).get(rule)
    if found is None or found.standing is not Standing.DRAFT or found.changed_at != changed_at:
        return False
    uow.tuning.keep_lookback(rule, lookback)
    uow.cards.raise_wanted(Subject.RULE, rule, at=now)
    return True
