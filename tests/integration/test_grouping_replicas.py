"""Several replicas take alerts of the same hosts in at once: nobody waits crosswise, and every history is whole."""

import asyncio
import random
from datetime import timedelta
from functools import partial

from bot.alerts.errors import NotAvailable
from bot.alerts.ports import UnitOfWork
from bot.alerts.report import Report
from bot.usecases.report_alert import report_alerts
from storage.store import open_store
from tests.unit.storage.made import NOW, add_conversation, device, report

HOSTS, REPLICAS, ROUNDS, TOGETHER = 3, 3, 12, 8


async def test_replicas_group_the_same_hosts_and_every_history_is_whole(postgres_database: str) -> None:
    stores = [open_store(postgres_database) for _ in range(REPLICAS)]
    rng = random.Random(7)  # noqa: S311 - made-up alerts, no secrets

    def batch(replica: int, turn: int) -> list[Report]:
        made = []
        for place in range(TOGETHER):
            at = NOW + timedelta(seconds=turn)
            evidence = tuple(device(f"web-{host}") for host in rng.sample(range(HOSTS), 2))
            made.append(
                report(
                    f"{replica} {turn} {place}", first_activity=at, last_activity=at,
                    alert_type=f"t{rng.randrange(4)}", evidence=evidence,
                )
            )  # fmt: skip
        return made

    async def work(replica: int) -> None:
        for turn in range(ROUNDS):
            reports = batch(replica, turn)
            await stores[replica].write(partial(report_alerts, reports=reports, now=NOW, grouping=True))

    await stores[0].write(add_conversation)
    async with asyncio.timeout(60):
        await asyncio.gather(*(work(replica) for replica in range(REPLICAS)))

    def whole(uow: UnitOfWork) -> None:
        total = REPLICAS * ROUNDS * TOGETHER
        grouped = 0
        for number in range(1, 10 * total):
            try:
                alert = uow.alerts.get(number)
            except NotAvailable:  # numbers have gaps where a work was redone
                continue
            entries = uow.history.since(number, 0)
            assert [entry.revision for entry in entries] == list(range(1, alert.revision + 1))
            grouped += alert.incident is not None
            if alert.incident is not None:
                assert uow.incidents.get(alert.incident).revision == 1
        assert grouped >= 0.95 * total

    await stores[0].read(whole)
    for store in stores:
        await store.close()
