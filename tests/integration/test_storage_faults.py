"""A locked database, a full disk, a killed process, a server that goes away: Busy, and nothing acknowledged is lost."""

import asyncio
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.alerts.errors import Busy
from bot.alerts.ports import UnitOfWork
from storage.instance import AlreadyServed, instance_lock
from storage.store import open_store
from tests.unit.storage.made import NOW, add_alert, device

_WRITES_FOR_EVER = """
import asyncio, itertools, sys
from datetime import UTC, datetime
from storage.store import open_store

async def main():
    now = datetime(2026, 1, 1, tzinfo=UTC)
    async with open_store(sys.argv[1]) as store:
        async def client(name):
            for place in itertools.count():
                key = f"{name}-{place}"
                await store.write(lambda uow: uow.presses.first_time(key, now))
                print(key, flush=True)
        await asyncio.gather(*(client(f"{sys.argv[2]}-{name}") for name in range(4)))

asyncio.run(main())
"""

_HOLDS_THE_LOCK = """
import sys, time
from storage.instance import instance_lock

with instance_lock(sys.argv[1]):
    print("held", flush=True)
    time.sleep(60)
"""


def child(code: str, *arguments: str) -> "subprocess.Popen[str]":
    root = Path(__file__).parents[2]
    return subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True, cwd=root)


def file_of(url: str) -> str:
    return url.removeprefix("sqlite:///")


async def test_no_acknowledged_commit_is_lost_when_the_process_is_killed(sqlite_database: str) -> None:
    acknowledged: set[str] = set()
    for kill in range(5):
        process = child(_WRITES_FOR_EVER, sqlite_database, str(kill))
        assert process.stdout is not None
        for _ in range(20 + 30 * kill):
            acknowledged.add(process.stdout.readline().strip())
        process.kill()
        # The last line may be cut off in the middle of the pipe, but never without its end.
        acknowledged |= {line.strip() for line in process.stdout if line.endswith("\n")}
        process.stdout.close()
        process.wait()
        stored = sqlite3.connect(file_of(sqlite_database))
        kept = {key for (key,) in stored.execute("SELECT key FROM presses")}
        assert stored.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        stored.close()
        assert acknowledged <= kept
    assert len(acknowledged) >= 400


async def test_a_locked_database_is_busy_and_works_again(sqlite_database: str) -> None:
    async with open_store(sqlite_database) as store:
        await store.healthy()
        other = sqlite3.connect(file_of(sqlite_database), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        async with asyncio.timeout(10):
            answers = await asyncio.gather(
                *(store.write(lambda uow, k=k: uow.presses.first_time(k, NOW)) for k in "abc"),
                store.healthy(),
                return_exceptions=True,
            )
        assert all(isinstance(answer, Busy) for answer in answers)
        assert await store.read(lambda uow: uow.conversations.subscribed()) == [], "readers are not held up"
        other.execute("ROLLBACK")
        other.close()
        assert await store.write(lambda uow: uow.presses.first_time("a", NOW))
        await store.healthy()


async def test_a_full_disk_is_busy_and_works_again(sqlite_database: str) -> None:
    def limit(uow: UnitOfWork, pages: int) -> None:
        connection = uow.alerts._on  # type: ignore[attr-defined]
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    async with open_store(sqlite_database) as store:
        await store.write(lambda uow: limit(uow, 1))
        small, big = await asyncio.gather(
            store.write(lambda uow: uow.presses.first_time("small", NOW)),
            store.write(lambda uow: add_alert(uow, "big", *(device(f"d{n}" * 99) for n in range(2_000)))),
            return_exceptions=True,
        )
        assert isinstance(big, Busy)
        assert not await store.read(lambda uow: uow.alerts.find({("graph", "big")}))
        await store.write(lambda uow: limit(uow, 1 << 30))
        assert await store.write(lambda uow: uow.presses.first_time("small", NOW)) == (small is not True)
        await store.write(lambda uow: add_alert(uow, "big"))


def test_a_second_process_is_told_who_serves_and_may_once_that_is_killed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/tocsin.db"
    process = child(_HOLDS_THE_LOCK, url)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "held\n"
        with pytest.raises(AlreadyServed, match=str(process.pid)), instance_lock(url):
            pass
    finally:
        os.kill(process.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        process.stdout.close()
        process.wait()
    with instance_lock(url):
        pass
    with instance_lock(url):
        pass


def test_postgresql_needs_no_instance_lock() -> None:
    with instance_lock("postgresql://db/tocsin"), instance_lock("postgresql://db/tocsin"):
        pass


async def test_a_server_that_drops_its_connections_is_asked_again(postgres_database: str) -> None:
    runs = []

    def cut(uow: UnitOfWork) -> bool:
        runs.append(1)
        if len(runs) == 1:
            uow.alerts._on.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))  # type: ignore[attr-defined]
        return uow.presses.first_time("k", NOW)

    async with open_store(postgres_database) as store:
        await asyncio.gather(*(store.healthy() for _ in range(4)))
        await store.write(
            lambda uow: uow.alerts._on.execute(  # type: ignore[attr-defined]
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        )
        await asyncio.gather(*(store.healthy() for _ in range(4)))
        assert await store.write(cut)
        assert len(runs) == 2


async def test_a_row_that_another_holds_for_long_is_busy(postgres_database: str) -> None:
    async with open_store(postgres_database) as store:
        await store.write(lambda uow: add_alert(uow, "a"))
        alert = await store.read(lambda uow: uow.alerts.get(1))

        def impatient(uow: UnitOfWork) -> None:
            uow.alerts._on.execute(text("SET LOCAL lock_timeout = '20ms'"))  # type: ignore[attr-defined]
            uow.alerts.save(replace(alert, revision=2), before=alert)

        async with store._writing.begin() as other:  # type: ignore[union-attr]
            await other.execute(text("SELECT number FROM alerts FOR UPDATE"))
            with pytest.raises(Busy):
                await store.write(impatient)
        await store.write(impatient)


async def test_a_server_that_cannot_be_reached_is_busy() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        async with open_store(f"postgresql://me@127.0.0.1:{closed.getsockname()[1]}/tocsin") as store:
            with pytest.raises(Busy):
                await store.write(lambda _: None)
            with pytest.raises(Busy):
                await store.healthy()
