"""Ground for the short forms of the rows: the program as a real process, on SQLite and on PostgreSQL."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.ground import Ground, own_postgres_ground, postgres_ground, sqlite_ground
from tests.support.chaos_process import Forks, forking
from tests.support.postgres import NoPostgres, missing

if sys.platform != "linux":
    # Processes are forked, and a disk is made full by limiting a process from outside.
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    with forking() as started:
        yield started


@pytest.fixture
def on_sqlite(forks: Forks, tmp_path: Path, sqlite_template: Path) -> Iterator[Ground]:
    with sqlite_ground(forks, tmp_path, sqlite_template) as ground:
        yield ground


@pytest.fixture
def on_postgres(request: pytest.FixtureRequest, forks: Forks, tmp_path: Path) -> Iterator[Ground]:
    server, template = (request.getfixturevalue(name) for name in ("postgres_server", "postgres_template"))
    with postgres_ground(forks, tmp_path, server, template) as ground:
        yield ground


@pytest.fixture(params=["sqlite", "postgres"])
def ground(request: pytest.FixtureRequest) -> Ground:
    found: Ground = request.getfixturevalue(f"on_{request.param}")
    return found


@pytest.fixture(scope="module")
def own_postgres(forks: Forks, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """With a server of this module's own, which may be stopped."""
    try:
        with own_postgres_ground(forks, tmp_path_factory.mktemp("own")) as ground:
            yield ground
    except NoPostgres as error:
        missing(error)
