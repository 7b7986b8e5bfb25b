"""A part of `make bench`: one action on a hundred alerts in one transaction, and its undo, on both databases."""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from bot.alerts.conversation import Conversation, Subject
from bot.alerts.managing import Plan
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.words import Classification, Status
from bot.usecases.manage_many import MOST, manage_many, preview
from bot.usecases.undo import Undoing, undo_last
from bot.usecases.visibility import Reader
from storage.store import AnyStore, migrate, open_store
from tests.support.databases import postgres_database, sqlite_url
from tests.support.postgres import NoPostgres, running_server
from tests.unit.storage.made import MINUTE, NOW, add_alert, add_conversation, device

T = TypeVar("T")

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "7"))

ANA = Person("ana-id", "Ana")
PLAN = Plan(status=Status.RESOLVED, verdict=(Classification.FALSE_POSITIVE, "notMalicious"), comment="A drill.")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure("SQLite", sqlite_url(Path(folder) / "tocsin.db")))
    try:
        with running_server() as server, postgres_database(server) as url:
            asyncio.run(_measure("PostgreSQL", url))
    except NoPostgres as missing:
        print(f"bulk, PostgreSQL: not measured ({missing})")


async def _measure(name: str, url: str) -> None:
    await migrate(url)
    times: dict[str, list[float]] = {"preview": [], "change": [], "undo": []}
    async with open_store(url) as store:
        here = await store.write(_fill)
        for minute in range(1, ROUNDS + 1):
            await _round(store, Reader(ANA.object_id, here, NOW + minute * MINUTE), times)
    figures = "   ".join(
        f"{what} p50 {1000 * statistics.median(each):4.0f} ms, most {1000 * max(each):4.0f}"
        for what, each in times.items()
    )
    print(f"{MOST} alerts at once, {name}   {figures}   aim most 1000")


async def _round(store: AnyStore, reader: Reader, times: dict[str, list[float]]) -> None:
    planned = await _timed(times["preview"], store.read(lambda uow: preview(uow, reader, range(1, MOST + 1), PLAN)))
    seen = {one.view.alert.number: one.view.alert.revision for one in planned}
    done = await _timed(
        times["change"],
        store.write(lambda uow: manage_many(uow, ANA, reader, reader.at, seen=seen, plan=PLAN)),
    )
    assert len(done.entries) == MOST
    undoing = Undoing(by=ANA, reader=reader, at=reader.at, within=timedelta(days=1))
    back = await _timed(times["undo"], store.write(lambda uow: undo_last(uow, undoing)))
    assert len(back.entries) == MOST


async def _timed(times: list[float], work: Awaitable[T]) -> T:
    began = time.perf_counter()
    answer = await work
    times.append(time.perf_counter() - began)
    return answer


def _fill(uow: UnitOfWork) -> Conversation:
    """A channel that shows them all, and one that chooses."""
    here, choosy = add_conversation(uow), add_conversation(uow, "19:b")
    for channel, wants in ((here, ""), (choosy, "severity>=medium host:web-1*")):
        uow.conversations.subscribe(channel.id, at=NOW)
        uow.routes.put(channel.id, at=NOW, wants=wants)
    for number in range(1, MOST + 1):
        add_alert(uow, f"a{number}", device(f"web-{number}"), device("dc-1"), alert_type="t")
        uow.cards.want(here.id, Subject.ALERT, number, priority=1, at=NOW)
    return replace(here, subscribed_at=NOW)


if __name__ == "__main__":
    main()
