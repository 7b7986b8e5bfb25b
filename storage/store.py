"""The way in: a store by its URL, and its schema brought up to date."""

from storage.postgresql import PostgresqlStore
from storage.schema import WrongVersion, migrate, version
from storage.sqlite import SqliteStore
from storage.url import BadDatabaseUrl, is_sqlite, parse

__all__ = ["AnyStore", "BadDatabaseUrl", "WrongVersion", "migrate", "open_store", "version"]

AnyStore = SqliteStore | PostgresqlStore


def open_store(url: str) -> AnyStore:
    """A store, which is its own async context manager and has `close()`. Connects on first use.

    Raises BadDatabaseUrl.
    """
    parsed = parse(url)
    return SqliteStore(parsed) if is_sqlite(parsed) else PostgresqlStore(parsed)
