"""The way in: a store by its URL, and its schema brought up to date."""

from collections.abc import Sequence
from functools import partial

from bot.alerts.roles import AccessRules
from bot.alerts.site import SITE_FROM
from bot.alerts.targets import NO_TARGETS, Targets
from storage.postgresql import PostgresqlStore
from storage.schema import WrongVersion, migrate, version
from storage.sqlite import SqliteStore
from storage.unit import NO_RULES, Unit
from storage.url import BadDatabaseUrl, is_sqlite, parse

__all__ = ["AnyStore", "BadDatabaseUrl", "WrongVersion", "migrate", "open_store", "version"]

AnyStore = SqliteStore | PostgresqlStore


def open_store(
    url: str,
    rules: AccessRules = NO_RULES,
    *,
    site_from: Sequence[str] = SITE_FROM,
    targets: Targets = NO_TARGETS,
    threads: bool = True,
) -> AnyStore:
    """A store, which is its own async context manager and has `close()`. Connects on first use.

    `rules` say who has which permission role, `site_from` what says to which site an alert belongs,
    `targets` by when new alerts are due, `threads` whether changes are told in threads.

    Raises BadDatabaseUrl.
    """
    parsed = parse(url)
    unit = partial(Unit, access=rules, site_from=tuple(site_from), aims=targets, threads=threads)
    return SqliteStore(parsed, unit) if is_sqlite(parsed) else PostgresqlStore(parsed, unit)
