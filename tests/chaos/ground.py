"""What a row runs on, and what it gives."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support import databases
from tests.support.chaos_postgres import Database, running_database
from tests.support.chaos_process import Forks
from tests.support.postgres import Server

#: What was counted, by name. Over several parts of a row those that begin with `max` keep the largest, the others add.
Figures = dict[str, float]


@dataclass(frozen=True)
class Ground:
    """`fresh` gives a migrated database; `server` is there for rows that stop it."""

    kind: str
    forks: Forks
    folder: Path
    fresh: Callable[[], AbstractContextManager[str]]
    server: Database | None = None


@contextmanager
def sqlite_ground(forks: Forks, folder: Path, template: Path) -> Iterator[Ground]:
    @contextmanager
    def fresh() -> Iterator[str]:
        for old in folder.glob("tocsin.db*"):
            old.unlink()
        yield databases.sqlite_copy(template, folder)

    yield Ground("sqlite", forks, folder, fresh)


@contextmanager
def postgres_ground(forks: Forks, folder: Path, server: Server, template: str) -> Iterator[Ground]:
    yield Ground("postgres", forks, folder, lambda: databases.postgres_database(server, template))


@contextmanager
def own_postgres_ground(forks: Forks, folder: Path) -> Iterator[Ground]:
    """With a durable server of its own, which may be stopped."""
    with running_database() as database, databases.postgres_template(database.server) as template:
        yield Ground(
            "postgres", forks, folder, lambda: databases.postgres_database(database.server, template), database
        )


def merged(one: Mapping[str, float], other: Mapping[str, float]) -> Figures:
    both = dict(one)
    for name, value in other.items():
        both[name] = max(both.get(name, value), value) if name.startswith("max ") else both.get(name, 0) + value
    return both
