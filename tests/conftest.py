"""Databases for every test that asks: `database` is a migrated one's URL, `store` is open on it, both on SQLite and on
PostgreSQL in turn."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from storage.store import AnyStore, open_store
from tests.support import databases
from tests.support.postgres import NoPostgres, Server, missing, running_server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    try:
        with running_server() as server:
            yield server
    except NoPostgres as error:
        missing(error)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: Server) -> Iterator[str]:
    with databases.postgres_template(postgres_server) as name:
        yield name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return databases.sqlite_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a migrated SQLite database of this test's own."""
    return databases.sqlite_copy(sqlite_template, tmp_path)


@pytest.fixture
def postgres_database(postgres_server: Server, postgres_template: str) -> Iterator[str]:
    """The URL of a migrated PostgreSQL database of this test's own."""
    with databases.postgres_database(postgres_server, postgres_template) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> str:
    """The URL of a migrated database of this test's own, of either kind."""
    url: str = request.getfixturevalue(f"{request.param}_database")
    return url


@pytest.fixture
async def store(database: str) -> AsyncIterator[AnyStore]:
    async with open_store(database) as opened:
        yield opened
