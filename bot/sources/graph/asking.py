"""Asking Defender: what has changed since we last looked, every minute, and everything of the last days each night.

Graph has no change notifications for `alerts_v2`, so it is asked for what was updated since a time, with an overlap.
"""

import logging
from datetime import datetime, timedelta
from typing import Final

from bot.alerts.mirror import Feed
from bot.alerts.ports import Clock, Store
from bot.alerts.report import Report
from bot.sources.graph.client import Graph, GraphProblem
from bot.sources.graph.pacing import Pace
from bot.sources.graph.parse import SOURCE, read_items
from bot.usecases.polled import report_polled

log = logging.getLogger(__name__)

#: Updates of this long before the last one known are read again: Graph's list may lag behind itself.
OVERLAP: Final = timedelta(minutes=5)

#: How far back the first look goes.
FIRST_LOOK: Final = timedelta(days=1)

#: How far back the nightly sweep goes, and how often it comes.
SWEEP: Final = timedelta(days=7)
SWEEP_EVERY: Final = timedelta(hours=24)

#: Alerts on a page, and reports in one transaction.
PAGE: Final = 100
BATCH: Final = 50

_HEADERS: Final = {"Prefer": "include-unknown-enum-members"}


class Asking:
    """Keeps our books like Defender's. One replica does it at a time."""

    def __init__(self, *, graph: Graph, store: Store, clock: Clock, pace: Pace, grouping: bool) -> None:
        self._graph = graph
        self._store = store
        self._clock = clock
        self._pace = pace
        self._grouping = grouping

    async def look(self) -> None:
        """Read what is new, or everything of the last days where that is due. What could not be read is read later."""
        now = self._clock()
        feed = await self._store.read(lambda uow: uow.feeds.get(SOURCE))
        sweeps = feed.swept_at is None or now - feed.swept_at >= SWEEP_EVERY
        known = feed.known_until or now - FIRST_LOOK
        since = min(known, now - SWEEP) if sweeps and feed.known_until else known
        try:
            newest = await self._read(since - OVERLAP)
        except GraphProblem as problem:
            log.warning("Defender could not be read, and is asked again: %s", problem)
            return
        until = max(newest or known, known)
        done = Feed(SOURCE, until, now if sweeps else feed.swept_at)
        await self._store.write(lambda uow: uow.feeds.keep(done))

    async def _read(self, since: datetime) -> datetime | None:
        """Take in every alert updated since; the newest update seen."""
        path = f"/v1.0/security/alerts_v2?$filter=lastUpdateDateTime%20ge%20{_stamp(since)}&$top={PAGE}"
        newest: datetime | None = None
        pages = self._graph.pages(path, headers=_HEADERS, before=self._pace.wait)
        async for page in pages:
            reports = read_items(page)
            for report in reports:
                if report.updated_at and (newest is None or report.updated_at > newest):
                    newest = report.updated_at
            await self._take_in(reports)
        return newest

    async def _take_in(self, reports: list[Report]) -> None:
        for start in range(0, len(reports), BATCH):
            await self._keep(reports[start : start + BATCH])

    async def _keep(self, batch: list[Report]) -> None:
        now = self._clock()
        await self._store.write(lambda uow: report_polled(uow, batch, now, grouping=self._grouping))


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
