"""Asking Defender: what has changed since we last looked, every minute, and everything of the last days each night;
alerts first, then the incidents that they are in.

Graph has no change notifications for `alerts_v2`, so it is asked for what was updated since a time, with an overlap.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from bot.alerts.mirror import Feed
from bot.alerts.ports import Clock, Store
from bot.alerts.report import Report
from bot.sources.graph.client import Graph, GraphProblem, Json
from bot.sources.graph.incident import alerts_in, read_incidents
from bot.sources.graph.pacing import Pace
from bot.sources.graph.parse import SOURCE, read_items
from bot.usecases.incident_news import report_incidents
from bot.usecases.polled import report_polled

log = logging.getLogger(__name__)

#: Updates of this long before the last one known are read again: Graph's list may lag behind itself.
OVERLAP: Final = timedelta(minutes=5)

#: How far back the first look goes.
FIRST_LOOK: Final = timedelta(days=1)

#: How far back the nightly sweep goes, and how often it comes.
SWEEP: Final = timedelta(days=7)
SWEEP_EVERY: Final = timedelta(hours=24)

#: Reports in one transaction, and more pages than there are ever: an answer that always names a next one ends.
BATCH: Final = 50
MOST_PAGES: Final = 5_000

#: The feed of incidents, beside that of alerts.
INCIDENTS: Final = "graph/incidents"

#: Alerts on a page, and incidents, of which Graph gives 50 at most.
PAGE: Final = 100
_ALERTS: Final = f"/v1.0/security/alerts_v2?$top={PAGE}"
_INCIDENTS: Final = "/v1.0/security/incidents?$expand=alerts&$top=50"

_HEADERS: Final = {"Prefer": "include-unknown-enum-members"}

TakeIn = Callable[[list[Json]], Awaitable[list[datetime]]]


class Asking:
    """Keeps our books like Defender's. One replica does it at a time."""

    def __init__(
        self, *, graph: Graph, store: Store, clock: Clock, pace: Pace, books: asyncio.Lock, grouping: bool
    ) -> None:
        """`books` is held from reading a page until it is taken in: what is told meanwhile would look like old news."""
        self._graph = graph
        self._store = store
        self._clock = clock
        self._pace = pace
        self._books = books
        self._grouping = grouping

    async def look(self) -> None:
        """Read what is new, or everything of the last days where that is due. What could not be read is read later."""
        for name, path, take_in in (
            (SOURCE, _ALERTS, self._take_in),
            (INCIDENTS, _INCIDENTS, self._take_in_incidents),
        ):
            try:
                await self._follow(name, path, take_in)
            except GraphProblem as problem:
                what = "alerts" if name == SOURCE else "incidents"
                log.warning("Defender's %s could not be read, and are asked for again: %s", what, problem)
                return

    async def _follow(self, name: str, path: str, take_in: TakeIn) -> None:
        """Take in everything of a list that was updated since we last looked."""
        now = self._clock()
        feed = await self._store.read(lambda uow: uow.feeds.get(name))
        sweeps = feed.swept_at is None or now - feed.swept_at >= SWEEP_EVERY
        known = feed.known_until or now - FIRST_LOOK
        since = min(known, now - SWEEP) if sweeps and feed.known_until else known
        newest = known
        more = f"{path}&$filter=lastUpdateDateTime%20ge%20{_stamp(since - OVERLAP)}"
        for _ in range(MOST_PAGES):
            await self._pace.wait()
            async with self._books:
                page, more = await self._graph.page(more, headers=_HEADERS)
                newest = max([newest, *await take_in(page)])
            if not more:
                break
        done = Feed(name, newest, now if sweeps else feed.swept_at)
        await self._store.write(lambda uow: uow.feeds.keep(done))

    async def _take_in(self, page: list[Json]) -> list[datetime]:
        """When each was updated."""
        reports = read_items(page)
        for start in range(0, len(reports), BATCH):
            await self._keep(reports[start : start + BATCH])
        return [report.updated_at for report in reports if report.updated_at]

    async def _take_in_incidents(self, page: list[Json]) -> list[datetime]:
        """With the alerts in them that we know: moving one is no update of its own."""
        inside = read_items(alerts_in(page))
        known = await self._store.read(
            lambda uow: uow.alerts.find({(each.source, each.external_id) for each in inside})
        )
        inside = [report for report in inside if (report.source, report.external_id) in known]
        for start in range(0, len(inside), BATCH):
            await self._keep(inside[start : start + BATCH])
        reports, now = read_incidents(page), self._clock()
        await self._store.write(lambda uow: report_incidents(uow, reports, now))
        return [report.updated_at for report in reports]

    async def _keep(self, batch: list[Report]) -> None:
        now = self._clock()
        await self._store.write(lambda uow: report_polled(uow, batch, now, grouping=self._grouping))


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
