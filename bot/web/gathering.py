"""Group commit: reports that come while a transaction is under way share the next one."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.alerts.errors import Busy
from bot.alerts.ports import Clock, Store
from bot.alerts.report import Report
from bot.usecases.report_alert import Reported, report_alerts

#: How many reports share a transaction at most, so that a press never waits long behind a large page.
TOGETHER = 64

#: From here on nothing more may wait.
MOST_WAITING = 5_000


@dataclass(frozen=True, slots=True)
class _Waiting:
    report: Report
    answer: asyncio.Future[Reported] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Gathering:
    """Keeps reports. One transaction at a time: the more reports come, the more of them share one."""

    def __init__(self, *, store: Store, clock: Clock, grouping: bool = False) -> None:
        self._store = store
        self._clock = clock
        self._grouping = grouping
        self._waiting: deque[_Waiting] = deque()
        self._work: asyncio.Task[None] | None = None

    async def keep(self, reports: Sequence[Report]) -> list[Reported]:
        """What became of each, once that is committed. Raises Busy where the store cannot take them now."""
        if len(self._waiting) > MOST_WAITING:
            raise Busy(f"{len(self._waiting)} reports are waiting")
        mine = [_Waiting(report) for report in reports]
        self._waiting.extend(mine)
        if self._work is None:
            self._work = asyncio.create_task(self._write_all(), name="keep reports")
        return await asyncio.gather(*(each.answer for each in mine))

    async def _write_all(self) -> None:
        while self._waiting:
            some = [self._waiting.popleft() for _ in range(min(TOGETHER, len(self._waiting)))]
            await self._write(some)
        self._work = None

    async def _write(self, some: Sequence[_Waiting]) -> None:
        """In one transaction. Where it fails by one of the reports, each is tried alone, so that it harms no other."""
        now, reports = self._clock(), [each.report for each in some]
        writing = self._store.write(lambda uow: report_alerts(uow, reports, now, grouping=self._grouping))
        (outcome,) = await asyncio.gather(writing, return_exceptions=True)
        if not isinstance(outcome, BaseException):
            for each, reported in zip(some, outcome, strict=True):
                if not each.answer.done():
                    each.answer.set_result(reported)
        elif len(some) > 1 and not isinstance(outcome, Busy):
            for each in some:
                await self._write([each])
        else:
            for each in some:
                if not each.answer.done():
                    each.answer.set_exception(outcome)
