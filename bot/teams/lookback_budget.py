"""Looking back while somebody waits: as far as it gets within a moment; delivery's worker does the rest."""

import time
from datetime import datetime
from typing import Final

from bot.alerts.ports import UnitOfWork
from bot.alerts.tuning import TuningRule, condition_of
from bot.usecases.tuning_lookback import begun, keep, look, steps

#: Seconds that everybody else may be kept waiting for it.
BUDGET: Final = 0.4


def look_back(uow: UnitOfWork, rule: TuningRule, now: datetime) -> None:
    """Begin at least; what is found is kept with the draft."""
    lookback, ends = begun(now), time.monotonic() + BUDGET
    for step in steps(condition_of(rule.terms), lookback):
        lookback = lookback.plus(look(uow, rule.id, step, now), done=step.done)
        if time.monotonic() > ends:
            break
    keep(uow, rule.id, lookback, changed_at=rule.changed_at, now=now)
