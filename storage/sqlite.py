"""SQLite: one thread writes, with group commit; a few threads read.

Whatever work has queued goes into one transaction, so that one fsync serves all of it, and each has its own savepoint,
so that one that fails harms no other. A caller hears of its work after the commit.
"""

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from storage.again import Unable, again
from storage.conditions import know_fold
from storage.presses import try_to_write
from storage.types import as_json
from storage.unit import MakeUnit, Unit, Work
from storage.url import file_of

T = TypeVar("T")

#: Works in one transaction at most: bounds how long the first of them waits for the last.
BATCH = 200

#: Threads that read.
READERS = 3

#: How long to wait for a lock that another process holds. A press has to be answered within 3 s.
LOCK_WAIT_MS = 1_000

#: The same for whoever changes the schema: another process may be at it.
MIGRATION_WAIT_MS = 60_000

#: Errors after which the same work may succeed later, by the beginning of SQLite's own names for them.
_PASSING = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN")

#: A disk mounted read-only. For a reader it means a work that writes where it said that it reads.
_READ_ONLY = "SQLITE_READONLY"


def make_engine(url: URL, *, writes: bool, wait_ms: int = LOCK_WAIT_MS) -> Engine:
    """Connections in WAL mode, durable through a power cut, whose transactions begin as this says and not lazily."""
    engine = create_engine(
        url,
        json_serializer=as_json,
        connect_args={"timeout": wait_ms / 1000, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={wait_ms}")
        _use_wal(connection, wait_ms)
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA journal_size_limit=67108864")
        connection.execute(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
        know_fold(connection)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _use_wal(connection: sqlite3.Connection, wait_ms: int) -> None:
    """SQLite itself does not wait where several change a new file's mode at once."""
    give_up = time.monotonic() + wait_ms / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() >= give_up:
                raise
            time.sleep(0.01)
        else:
            return


def unable(error: BaseException | None, *, writing: bool = True) -> Unable | None:
    """For an error that is the database's, not the work's: locked, full, not writable."""
    if isinstance(error, Unable):
        return error
    cause = error.orig if isinstance(error, DBAPIError) else error
    name = getattr(cause, "sqlite_errorname", "")
    if name.startswith(_PASSING) or (writing and name.startswith(_READ_ONLY)):
        return Unable(f"the database cannot take this now: {cause}")
    return None


class SqliteStore:
    """A Store over one SQLite file."""

    #: One process serves from it.
    is_sole = True

    def __init__(self, url: URL, unit: MakeUnit = Unit) -> None:
        self.path: Path = file_of(url)
        self._unit = unit
        self._writer = _Writer(make_engine(url, writes=True), unit)
        self._engine = make_engine(url, writes=False)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="storage-reader")
        self._idle: list[Connection] = []

    async def read(self, work: Work[T]) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, self._read, work)

    async def write(self, work: Work[T]) -> T:
        return await again(lambda: self._writer.submit(work))

    async def healthy(self) -> None:
        """Raises Busy where nothing can be written."""
        await self._writer.submit(try_to_write)

    async def close(self) -> None:
        """Finish what is queued; nothing may be asked for afterwards."""
        await asyncio.to_thread(self._close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def _read(self, work: Work[T]) -> T:
        try:
            connection = self._borrow()
            try:
                with connection.begin():
                    return self._unit(connection).run(work)
            finally:
                self._idle.append(connection)
        except DBAPIError as error:
            trouble = unable(error, writing=False)
            if trouble is None:
                raise
            raise trouble from error

    def _borrow(self) -> Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return self._engine.connect()

    def _close(self) -> None:
        self._writer.close()
        self._readers.shutdown()
        for connection in self._idle:
            connection.close()
        self._engine.dispose()


class _Outcome:
    """Keeps what a work raised, to be raised again where its caller waits: in another thread."""

    error: BaseException | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _t: TracebackType | None
    ) -> bool:
        self.error = error
        return True


@dataclass(slots=True)
class _Job:
    work: Callable[[Any], Any]
    future: asyncio.Future[Any]
    answer: Any = None
    error: BaseException | None = None

    def settle(self) -> None:
        if self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.answer)


class _Writer:
    """The thread that writes."""

    def __init__(self, engine: Engine, unit: MakeUnit) -> None:
        self._engine = engine
        self._unit = unit
        self._connection: Connection | None = None
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="storage-writer", daemon=True)
        self._thread.start()

    async def submit(self, work: Work[T]) -> T:
        if self._closed:
            raise Unable("the store is closed")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.put(_Job(work, future))
        return await future

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
        self._thread.join()
        if self._connection is not None:
            self._connection.close()
        self._engine.dispose()

    def _run(self) -> None:
        while (first := self._jobs.get()) is not None:
            jobs, last = self._gather(first)
            with _Outcome() as outcome:
                self._commit(jobs)
            if outcome.error is not None:
                self._fail(jobs, outcome.error)
            _settle(jobs)
            if last:
                return

    def _gather(self, first: _Job) -> tuple[list[_Job], bool]:
        """Whatever has queued, and whether it is the end."""
        jobs = [first]
        while len(jobs) < BATCH:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is None:
                return jobs, True
            jobs.append(job)
        return jobs, False

    def _commit(self, jobs: list[_Job]) -> None:
        """Run all in one transaction. What this raises, nobody's work has survived."""
        wanted = [job for job in jobs if not job.future.cancelled()]
        if not wanted:
            return
        if self._connection is None:
            self._connection = self._engine.connect()
        with self._connection.begin():
            if len(wanted) == 1:
                wanted[0].answer = self._unit(self._connection).run(wanted[0].work)
            else:
                for job in wanted:
                    _run_apart(self._connection, job, self._unit)

    def _fail(self, jobs: list[_Job], error: BaseException) -> None:
        """One job alone failed by its own error, or the transaction failed as a whole."""
        for job in jobs:
            job.error = job.error or unable(error) or error
        raw = self._connection.connection.dbapi_connection if self._connection is not None else None
        if self._connection is not None and (self._connection.invalidated or getattr(raw, "in_transaction", True)):
            self._connection.invalidate()
            self._connection.close()
            self._connection = None


def _run_apart(connection: Connection, job: _Job, unit: MakeUnit) -> None:
    """In a savepoint of its own. Errors after which SQLite has rolled everything back end the whole transaction."""
    raw = _raw(connection)
    raw.execute("SAVEPOINT work")
    with _Outcome() as outcome:
        job.answer = unit(connection).run(job.work)
    if outcome.error is not None:
        trouble = unable(outcome.error)
        if trouble is not None:
            raise trouble
        raw.execute("ROLLBACK TO work")
        job.error = outcome.error
    raw.execute("RELEASE work")


def _raw(connection: Connection) -> sqlite3.Connection:
    """The driver's own connection. Its errors are its own, too: `unable` knows them."""
    raw: Any = connection.connection.dbapi_connection
    return raw  # type: ignore[no-any-return]


def _settle(jobs: list[_Job]) -> None:
    """Tell the callers, with one call for each event loop."""
    loops: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
    for job in jobs:
        loops.setdefault(job.future.get_loop(), []).append(job)
    for loop, its in loops.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle_all, its)


def _settle_all(jobs: list[_Job]) -> None:
    for job in jobs:
        job.settle()
