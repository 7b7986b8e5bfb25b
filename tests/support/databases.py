"""Databases for tests: each test has its own, a copy of one that was migrated once."""

import asyncio
import itertools
import os
import shutil
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import asyncpg

from storage.store import migrate
from tests.support.postgres import Server

T = TypeVar("T")

_TEMPLATE = f"tocsin_template_{os.getpid()}"
_numbers = itertools.count(1)


def sqlite_url(file: Path) -> str:
    return f"sqlite:///{file}"


def sqlite_template(folder: Path) -> Path:
    """A migrated file to copy."""
    file = folder / "template.db"
    finished(lambda: migrate(sqlite_url(file)))
    return file


def sqlite_copy(template: Path, folder: Path) -> str:
    file = folder / "tocsin.db"
    shutil.copyfile(template, file)
    return sqlite_url(file)


@contextmanager
def postgres_template(server: Server) -> Iterator[str]:
    """The name of a migrated database to copy."""
    _sql(server, f'DROP DATABASE IF EXISTS "{_TEMPLATE}" WITH (FORCE)', f'CREATE DATABASE "{_TEMPLATE}"')
    finished(lambda: migrate(server.url(_TEMPLATE)))
    yield _TEMPLATE
    _sql(server, f'DROP DATABASE IF EXISTS "{_TEMPLATE}" WITH (FORCE)')


@contextmanager
def postgres_database(server: Server, template: str = "template0") -> Iterator[str]:
    """The URL of a new database, dropped afterwards."""
    name = f"tocsin_test_{os.getpid()}_{next(_numbers)}"
    _sql(
        server,
        f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)',
        f'CREATE DATABASE "{name}" TEMPLATE "{template}"',
    )
    yield server.url(name)
    _sql(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def finished(start: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """The outcome of a coroutine, from code that is not async: in a thread, clear of the test's own event loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(start())).result()


def _sql(server: Server, *statements: str) -> None:
    async def run() -> None:
        connection = await asyncpg.connect(server.url("postgres"))
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    finished(run)
