"""The schema's version: asked for cheaply, and brought up to date where it is old.

Alembic is imported only where there is something to do.
"""

import asyncio
from typing import Final

from sqlalchemy import URL, Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from bot.alerts.errors import Busy, TocsinError
from storage import postgresql, sqlite
from storage.url import file_of, is_sqlite, parse
from storage.versions import HEAD, KNOWN

#: Any number will do that nobody else takes: it keeps two replicas from migrating at once.
_LOCK: Final = 7_262_761


class WrongVersion(TocsinError):
    """The database was made by another version of the program; the message says which."""


async def version(url: str) -> str | None:
    """The version of the database's schema; None where there is none yet. Raises BadDatabaseUrl and Busy."""
    parsed = parse(url)
    if is_sqlite(parsed):
        return await asyncio.to_thread(_sqlite, parsed, migrating=False)
    return await _postgresql(parsed, migrating=False)


async def migrate(url: str) -> str:
    """Bring the schema up to date, making the database's file if need be, and return its version.

    Raises WrongVersion where the database is newer than the program, BadDatabaseUrl, and Busy.
    """
    parsed = parse(url)
    if is_sqlite(parsed):
        await asyncio.to_thread(_sqlite, parsed, migrating=True)
    else:
        await _postgresql(parsed, migrating=True)
    return HEAD


def _sqlite(url: URL, *, migrating: bool) -> str | None:
    file = file_of(url)
    if not migrating and not file.exists():
        return None
    if migrating:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)  # alerts are nobody else's business on this machine
    wait_ms = sqlite.MIGRATION_WAIT_MS if migrating else sqlite.LOCK_WAIT_MS
    engine = sqlite.make_engine(url, writes=migrating, wait_ms=wait_ms)
    try:
        with engine.begin() as connection:
            return _upgrade(connection) if migrating else _stored(connection)
    except DBAPIError as error:
        trouble = sqlite.unable(error, writing=migrating)
        if trouble is None:
            raise
        raise trouble from error
    finally:
        engine.dispose()


async def _postgresql(url: URL, *, migrating: bool) -> str | None:
    engine = postgresql.make_engine(url)
    try:
        async with engine.begin() as connection:
            if not migrating:
                return await connection.run_sync(_stored)
            # A big table may take longer to change than a work may take.
            await connection.execute(text("SET LOCAL statement_timeout = 0"))
            await connection.execute(text("SET LOCAL lock_timeout = '60s'"))
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            return await connection.run_sync(_upgrade)
    except postgresql.TROUBLES as error:
        trouble: Busy | None = postgresql.busy(error)
        if trouble is None:
            raise
        raise trouble from error
    finally:
        await engine.dispose()


def _stored(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    stored: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return stored


def _upgrade(connection: Connection) -> str:
    """All in the transaction that the connection is in: a failed migration leaves nothing behind."""
    stored = _stored(connection)
    if stored == HEAD:
        return HEAD
    if stored is not None and stored not in KNOWN:
        raise WrongVersion(
            f"the database has version {stored}, which this program does not know (it knows {KNOWN[0]} to {HEAD}): "
            "it was used by a newer version of the program, and only that one can open it"
        )
    from alembic import command  # noqa: PLC0415 - slow to import, and seldom needed
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return HEAD
