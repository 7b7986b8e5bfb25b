"""A digest over many alerts: 50,000 in its period and as many in the one before, all of them resolved or waiting."""

import asyncio
import os
import sqlite3
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.alerts.conversation import Conversation, Scope
from bot.alerts.messages import ConversationKind
from bot.alerts.ports import UnitOfWork
from bot.usecases.visibility import conversation_scope
from storage.store import AnyStore, migrate, open_store

ALERTS = int(os.environ.get("BENCH_DIGEST_ALERTS", "1000000"))

#: Of them, so many came in the period, the rest in nineteen such periods before it.
PERIODS = 20

#: How often it is made; the first one reads from the disk.
TIMES = 7

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'tocsin.db'}"
        await migrate(url)
        async with open_store(url) as store:
            here = await store.write(_channel)
            fill(Path(folder) / "tocsin.db", ALERTS)
            everything = await store.read(lambda uow: conversation_scope(uow, here, NOW))
            times = [await _made(store, everything) for _ in range(TIMES)]
    wall, used = zip(*times, strict=True)
    print(
        f"digest, SQLite, {ALERTS:,} alerts, {ALERTS // PERIODS:,} in its period"
        f"   p50 {statistics.median(wall):5.2f} s   worst {max(wall):5.2f} s"
        f"   CPU {statistics.median(used):5.2f} s   aim 1 s"
    )


def _channel(uow: UnitOfWork) -> Conversation:
    at = NOW - timedelta(days=90)
    here = uow.conversations.meet(
        teams_id="19:a", kind=ConversationKind.CHANNEL, service_url="https://x/", tenant_id="t"
    )
    uow.conversations.subscribe(here.id, at=at)
    uow.routes.put(here.id, at=at)
    found = uow.conversations.find("19:a")
    assert found is not None
    return found


async def _made(store: AnyStore, scope: Scope) -> tuple[float, float]:
    """By the clock, and of the processor: on a machine that does other things, too, these differ."""
    began, used = time.perf_counter(), time.process_time()
    numbers = await store.read(lambda uow: uow.digests.count(scope, NOW - timedelta(days=1), NOW, now=NOW))
    took, used = time.perf_counter() - began, time.process_time() - used
    assert numbers.new + numbers.hidden == ALERTS // PERIODS, numbers
    assert numbers.resolved > 0.8 * numbers.new, numbers
    return took, used


def fill(file: Path, count: int) -> None:
    """So many alerts over twenty days, written by SQLite itself: of 400 types and five sources, one in thirty open, one
    in fifty hidden by a rule, acknowledged and resolved after minutes to hours by eight people."""
    with sqlite3.connect(file) as connection:
        connection.execute(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
            INSERT INTO alerts (source, external_id, revision, title, severity, status, classification, determination,
              assignee, investigation_state, service_source, detection_source, category, alert_type, product,
              comment_count, created_at, first_activity, last_activity, received_at, acknowledged_at, resolved_at,
              hidden, rest)
            SELECT 'graph', 'a' || i, 3, 'Alert ' || (i * i % 400),
              CASE i % 4 WHEN 0 THEN 'high' WHEN 1 THEN 'medium' WHEN 2 THEN 'low' ELSE 'informational' END,
              CASE WHEN i % 30 THEN 'resolved' ELSE 'new' END,
              CASE i % 5 WHEN 0 THEN 'falsePositive' WHEN 1 THEN 'truePositive' WHEN 2 THEN 'notSet'
                ELSE 'informationalExpectedActivity' END, '',
              CASE WHEN i % 7 THEN 'person-' || (i % 8) END, '',
              CASE i % 5 WHEN 0 THEN 'microsoftDefenderForEndpoint' WHEN 1 THEN 'microsoftDefenderForIdentity'
                WHEN 2 THEN 'microsoftDefenderForOffice365' WHEN 3 THEN 'microsoftCloudAppSecurity' ELSE '' END,
              '', 'Malware', 'type-' || (i * i % 400), '', 0, at, at, at, at,
              CASE WHEN i % 30 THEN strftime('%Y-%m-%d %H:%M:%f', at, '+' || (i % 3600) || ' seconds') || '000+00:00'
                END,
              CASE WHEN i % 30 THEN strftime('%Y-%m-%d %H:%M:%f', at, '+' || (i % 36000) || ' seconds') || '000+00:00'
                END,
              CASE WHEN i % 50 = 0 THEN 'tuning:' || (i % 9) END,
              json_object('labels', json_object('host', 'web-' || i), 'description', hex(zeroblob(250)))
            FROM (SELECT i, strftime('%Y-%m-%d %H:%M:%f', :until, '-' || (((:count - i) * :periods * 86400.0 + 0.5)
              / :count) || ' seconds') || '000+00:00' AS at FROM n)
            """,
            {"count": count, "until": NOW.strftime("%Y-%m-%d %H:%M:%S"), "periods": PERIODS},
        )
        connection.execute("ANALYZE")
    connection.close()


if __name__ == "__main__":
    asyncio.run(main())
