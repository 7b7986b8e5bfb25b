"""The way in: a store by its URL, and its schema brought up to date."""

from bot.alerts.roles import AccessRules
from storage.postgresql import PostgresqlStore
from storage.schema import WrongVersion, migrate, version
from storage.sqlite import SqliteStore
from storage.unit import NO_RULES
from storage.url import BadDatabaseUrl, is_sqlite, parse

__all__ = ["AnyStore", "BadDatabaseUrl", "WrongVersion", "migrate", "open_store", "version"]

AnyStore = SqliteStore | PostgresqlStore


def open_store(url: str, rules: AccessRules = NO_RULES) -> AnyStore:
    """A store, which is its own async context manager and has `close()`. Connects on first use.

    `rules` say who has which permission role.

    Raises BadDatabaseUrl.
    """
    parsed = parse(url)
    return SqliteStore(parsed, rules) if is_sqlite(parsed) else PostgresqlStore(parsed, rules)
