"""PostgreSQL: works run on the event loop, each in a transaction and a connection of its own."""

from collections.abc import Callable
from typing import Self, TypeVar

import asyncpg
from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.alerts.errors import Busy
from storage.again import Unable, again
from storage.presses import try_to_write
from storage.types import as_json
from storage.unit import MakeUnit, Unit, Work

T = TypeVar("T")

#: Connections that are kept, and more in a rush.
POOL, RUSH = 8, 8

#: Seconds to wait for a connection, from the pool or from the server.
PATIENCE = 5

#: Nothing here may hold others up: all of these are milliseconds.
_SERVER_SETTINGS = {
    "application_name": "tocsin",
    "idle_in_transaction_session_timeout": "30000",
    "statement_timeout": "10000",
    "lock_timeout": "3000",
    "timezone": "UTC",
    "jit": "off",
}

#: SQLSTATEs after which the same work may succeed at once: serialisation, deadlock, lock not available, connection.
_AGAIN = ("40001", "40P01", "55P03", "08", "57P01", "57P02", "57P03", "25P03")

#: SQLSTATEs after which it may succeed later: no resources (a full disk too), cancelled by a time limit, I/O.
_LATER = ("53", "57014", "58030")

#: A server that became a standby. For a reader it means a work that writes where it said that it reads.
_READ_ONLY = "25006"

#: What a driver raises that cannot reach the server, or is cut off.
TROUBLES = (DBAPIError, PoolTimeout, OSError, asyncpg.PostgresError, asyncpg.InterfaceError)


def make_engine(url: URL) -> AsyncEngine:
    return create_async_engine(
        url,
        json_serializer=as_json,
        pool_size=POOL,
        max_overflow=RUSH,
        pool_timeout=PATIENCE,
        pool_pre_ping=True,
        connect_args={"server_settings": _SERVER_SETTINGS, "timeout": PATIENCE, "command_timeout": 15},
    )


def busy(error: BaseException, *, writing: bool = True) -> Busy | None:
    """For an error that is the database's, not the work's; Unable where trying again at once is no use."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    state = getattr(cause, "sqlstate", None) or ""
    if isinstance(error, PoolTimeout) or state.startswith(_LATER) or (writing and state == _READ_ONLY):
        return Unable(f"the database cannot take this now: {cause}")
    if state.startswith(_AGAIN) or _is_cut_off(error):
        return Busy(f"the database cannot take this now: {cause}")
    return None


def _is_cut_off(error: BaseException) -> bool:
    if isinstance(error, DBAPIError):
        return error.connection_invalidated
    return isinstance(error, (OSError, asyncpg.InterfaceError))


class PostgresqlStore:
    """A Store over one PostgreSQL database, which other replicas may use at the same time."""

    #: Several replicas may.
    is_sole = False

    def __init__(self, url: URL, unit: MakeUnit = Unit) -> None:
        self._unit = unit
        self._writing = make_engine(url)
        #: A read sees one moment, as on SQLite.
        self._reading = self._writing.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    async def read(self, work: Work[T]) -> T:
        return await again(lambda: _run(self._reading, lambda plain: self._unit(plain).run(work), writing=False))

    async def write(self, work: Work[T]) -> T:
        return await again(lambda: _run(self._writing, lambda plain: self._unit(plain).run(work), writing=True))

    async def healthy(self) -> None:
        """Raises Busy where nothing can be written."""
        await _run(self._writing, _check, writing=True)

    async def close(self) -> None:
        await self._writing.dispose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _check(connection: Connection) -> None:
    if connection.execute(text("SELECT pg_is_in_recovery()")).scalar_one():
        raise Unable("the database is a standby and takes no writes")
    try_to_write(Unit(connection))


async def _run(engine: AsyncEngine, work: Callable[[Connection], T], *, writing: bool) -> T:
    """One transaction. What goes wrong before the commit has changed nothing and is told apart by `busy`.

    Where the answer to a commit is lost, nobody knows whether it took effect: then the caller has to ask again, with
    the key that its work carries, and not this.
    """
    committing = False
    try:
        async with engine.connect() as connection:
            answer = await connection.run_sync(work)
            committing = True
            await connection.commit()
            return answer
    except TROUBLES as error:
        trouble = busy(error, writing=writing)
        if trouble is None:
            raise
        if committing and _is_cut_off(error):
            raise Unable(f"the database was lost while it committed: {error}") from error
        raise trouble from error
