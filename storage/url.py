"""The database's URL: SQLite for one process, PostgreSQL for several."""

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.alerts.errors import TocsinError

_EXPECTED = "sqlite:///path/to/file.db or postgresql://user:password@host/name"

#: How libpq calls what asyncpg calls otherwise.
_LIBPQ: Mapping[str, str] = {"sslmode": "ssl"}


class BadDatabaseUrl(TocsinError):
    """The database URL cannot be used; the message says why, without the password."""


def parse(url: str) -> URL:
    """The URL with its driver. Raises BadDatabaseUrl."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise BadDatabaseUrl(f"the database URL is not one: expected {_EXPECTED}") from None
    kind, _, driver = parsed.drivername.partition("+")
    if kind == "sqlite" and driver in {"", "pysqlite"}:
        return _sqlite(parsed)
    if kind in {"postgresql", "postgres"} and driver in {"", "asyncpg"}:
        return _postgresql(parsed)
    raise BadDatabaseUrl(f"the database URL begins with {parsed.drivername!r}: expected {_EXPECTED}")


def is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def file_of(url: URL) -> Path:
    """The file of an SQLite URL."""
    return Path(url.database or "")


def _sqlite(url: URL) -> URL:
    if url.host:
        raise BadDatabaseUrl("an SQLite URL names no host: three slashes for a relative path, four for an absolute one")
    if url.database in {None, "", ":memory:"} or str(url.database).startswith("file:"):
        raise BadDatabaseUrl("the SQLite URL names no file: a database in memory would be lost with the process")
    if url.query:
        raise BadDatabaseUrl(f"the SQLite URL has options that are not known: {', '.join(sorted(url.query))}")
    return url.set(drivername="sqlite+pysqlite")


def _postgresql(url: URL) -> URL:
    if not url.database:
        raise BadDatabaseUrl(f"the PostgreSQL URL names no database: expected {_EXPECTED}")
    query = {_LIBPQ.get(name, name): value for name, value in url.query.items()}
    return url.set(drivername="postgresql+asyncpg", query=query)
