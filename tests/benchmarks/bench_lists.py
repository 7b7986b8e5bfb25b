"""The rest of `make bench`: the queue's page over many alerts, and delivery with no limits in the way."""

import asyncio
import os
import sqlite3
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bot.alerts.conversation import Conversation
from bot.alerts.messages import ConversationKind
from bot.alerts.ports import UnitOfWork
from bot.sandbox.config import SandboxConfig
from bot.usecases.read import queue
from bot.usecases.visibility import Reader
from storage.store import AnyStore, migrate, open_store
from tests.support.payloads import graph_alert, graph_page
from tests.support.town import running_town

ALERTS = int(os.environ.get("BENCH_ALERTS", "100000"))

#: Pages asked for, and cards delivered.
PAGES, CARDS = 300, 300


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        await _queue_page(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        await _delivery(Path(folder))


async def _queue_page(folder: Path) -> None:
    """The first page of the queue, as in a subscribed channel; of the alerts one in thirty is open."""
    url = f"sqlite:///{folder / 'tocsin.db'}"
    await migrate(url)
    async with open_store(url) as store:
        here = await store.write(_channel)
        _multiply(folder / "tocsin.db", ALERTS)
        times = sorted([await _page(store, here) for _ in range(PAGES)])
    print(
        f"queue page, SQLite, {ALERTS:,} alerts   p50 {1000 * statistics.median(times):6.2f} ms"
        f"   p99 {1000 * times[int(PAGES * 0.99)]:6.2f} ms   aim p99 10 ms"
    )


def _channel(uow: UnitOfWork) -> Conversation:
    here = uow.conversations.meet(
        teams_id="19:a", kind=ConversationKind.CHANNEL, service_url="https://x/", tenant_id="t"
    )
    now = datetime.now(UTC)
    uow.conversations.subscribe(here.id, at=now)
    uow.routes.put(here.id, at=now)
    found = uow.conversations.find("19:a")
    assert found is not None
    return found


async def _page(store: AnyStore, here: Conversation) -> float:
    began = time.perf_counter()
    view = await store.read(lambda uow: queue(uow, Reader("ana", here, datetime.now(UTC)), days=30))
    assert view.alerts
    return time.perf_counter() - began


def _multiply(file: Path, count: int) -> None:
    """So many alerts over 180 days, written by SQLite itself: ours would take minutes for a million."""
    with sqlite3.connect(file) as connection:
        connection.execute(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
            INSERT INTO alerts (source, external_id, revision, title, severity, status, classification, determination,
              investigation_state, service_source, detection_source, category, alert_type, product, comment_count,
              created_at, first_activity, last_activity, received_at, resolved_at, rest)
            SELECT 'graph', 'a' || i, 1, 'Alert ' || (i % 200),
              CASE i % 4 WHEN 0 THEN 'high' WHEN 1 THEN 'medium' WHEN 2 THEN 'low' ELSE 'informational' END,
              CASE WHEN i % 30 THEN 'resolved' ELSE 'new' END, 'notSet', '', '', 'microsoftDefenderForEndpoint', '',
              'Malware', 'type-' || (i % 200), '', 0, at, at, at, at, CASE WHEN i % 30 THEN at END, '{}'
            FROM (SELECT i, strftime('%Y-%m-%d %H:%M:%f', 'now', '-' || ((i * 7919) % 15552000) || ' seconds')
                  || '000+00:00' AS at FROM n)
            """,
            (count,),
        )
        connection.execute("ANALYZE")
    connection.close()


async def _delivery(folder: Path) -> None:
    """Cards of so many alerts, posted to the sandbox one after the other, as one conversation allows."""
    free = {"TOCSIN_CONVERSATION_LIMITS": "100000/1", "TOCSIN_TENANT_LIMITS": "100000/1"}
    async with running_town(folder, settings=free, config=SandboxConfig(enforce_limits=False, latency=0)) as town:
        await town.teams.install("ana", channel="alerts")
        await town.teams.wait_for_card("alerts", "alerts")
        pages = [
            graph_page(*(graph_alert(id=f"da{place}-{first}", severity="high") for place in range(20)))
            for first in range(CARDS // 20)
        ]
        began = time.perf_counter()
        for page in pages:
            await town.report("graph", page)
        while len(await town.teams.journal("create", in_="alerts")) < CARDS + 1:  # noqa: ASYNC110 - over HTTP
            await asyncio.sleep(0.05)
        wall = time.perf_counter() - began
    print(f"delivery, SQLite, one channel, sandbox in the same process   {CARDS / wall:6.0f} cards/s")


if __name__ == "__main__":
    asyncio.run(main())
