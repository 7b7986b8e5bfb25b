"""`/readyz` says no where alerts could not be taken in, or a loop is over."""

import asyncio
import sqlite3
from typing import cast

from aiohttp import web

from bot.web.health import Beats, Readiness
from storage.sqlite import SqliteStore
from storage.url import parse

REQUEST = cast("web.Request", None)


async def test_a_database_that_takes_no_writes_is_not_ready(sqlite_database: str) -> None:
    """It can be locked and read; what is written fails, as on a full disk."""
    url = parse(sqlite_database)
    async with SqliteStore(url) as store:
        ready = Readiness(store, Beats({}), lambda: 1)
        assert (await ready.answer(REQUEST)).status == 200
        other = sqlite3.connect(store.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        locked = await ready.answer(REQUEST)
        assert (locked.status, "writes" in (locked.text or "")) == (503, True)
        other.execute("ROLLBACK")
        other.close()
        assert (await ready.answer(REQUEST)).status == 200


async def test_to_be_ready_something_was_really_written_and_nothing_is_left(sqlite_database: str) -> None:
    async with SqliteStore(parse(sqlite_database)) as store:
        await store.healthy()
        log = store.path.with_name(store.path.name + "-wal")
        before = log.stat().st_size if log.exists() else 0
        await store.healthy()
        assert log.stat().st_size > before
        with sqlite3.connect(store.path) as kept:
            assert kept.execute("SELECT count(*) FROM presses").fetchone() == (0,)
        kept.close()


async def test_a_loop_that_is_over_is_told(sqlite_database: str) -> None:
    async def ends() -> None:
        """At once."""

    beats = Beats({})
    async with SqliteStore(parse(sqlite_database)) as store:
        going, over = asyncio.create_task(asyncio.Event().wait()), asyncio.create_task(ends())
        beats.watch("goes on", going)
        beats.watch("signing keys", over)
        await over
        answer = await Readiness(store, beats, lambda: 1).answer(REQUEST)
        going.cancel()
    assert answer.status == 503
    assert "signing keys" in (answer.text or "")
    assert "goes on" not in (answer.text or "")


async def test_without_the_keys_of_teams_nobody_can_speak_to_us(sqlite_database: str) -> None:
    known = [0]
    async with SqliteStore(parse(sqlite_database)) as store:
        ready = Readiness(store, Beats({}), lambda: known[0])
        assert (await ready.answer(REQUEST)).status == 503
        known[0] = 2
        assert (await ready.answer(REQUEST)).status == 200
