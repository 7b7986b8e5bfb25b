"""What examinations work with: the same parts, made in the same way, as the running program has."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import aiohttp

from bot.alerts.ports import Clock
from bot.clock import clock_of
from bot.delivery.addresses import Addresses
from bot.settings import Settings, SettingsError
from bot.sources.graph.client import Graph
from bot.teams.connector import Connector
from bot.teams.hosts import TokenHosts
from bot.teams.tokens import CachedTokens
from bot.transport import open_session
from bot.wiring import app_tokens, connector_of, languages_of, parsers_of
from storage.store import AnyStore, BadDatabaseUrl, open_store


@dataclass(frozen=True, slots=True)
class Ground:
    settings: Settings
    session: aiohttp.ClientSession
    clock: Clock
    store: AnyStore
    connector: Connector
    tokens: CachedTokens
    graph: Graph
    graph_tokens: CachedTokens


def checked(settings: Settings) -> Settings:
    """The settings, which make sense also where they are used. Raises SettingsError."""
    parsers_of(settings)
    languages_of(settings)
    try:
        TokenHosts(settings.extra_connector_hosts)
    except ValueError as wrong:
        raise SettingsError(f"TOCSIN_CONNECTOR_HOSTS: {wrong}") from None
    named = {
        "TOCSIN_WEBHOOK_HOSTS": settings.named_webhook_hosts,
        "TOCSIN_UPLOAD_HOSTS": settings.named_upload_hosts,
        "TOCSIN_CALENDAR_HOSTS": settings.calendar_hosts.split(","),
    }
    for setting, hosts in named.items():
        try:
            Addresses(hosts, setting=setting)
        except ValueError as wrong:
            raise SettingsError(str(wrong)) from None
    return settings


@asynccontextmanager
async def prepared(settings: Settings) -> AsyncIterator[Ground]:
    """Nothing is asked for yet. Raises SettingsError for what cannot be prepared."""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(open_session())
        clock = await clock_of(settings.clock_url, session)
        try:
            store = open_store(settings.database_url, settings.access)
        except BadDatabaseUrl as wrong:
            raise SettingsError(f"TOCSIN_DATABASE_URL: {wrong}") from None
        stack.push_async_callback(store.close)
        try:
            connector, tokens = connector_of(settings, session, clock)
            graph_tokens = app_tokens(settings, session, clock, f"{settings.graph_url}/.default")
        except (ValueError, OSError) as wrong:
            # What is wrong with a certificate is not repeated: it may be a line of it.
            why = str(wrong) if "tocsin[azure]" in str(wrong) else f"cannot be read ({type(wrong).__name__})"
            raise SettingsError(f"TOCSIN_CERTIFICATE_PATH or MicrosoftAppType: {why}") from None
        stack.push_async_callback(tokens.close)
        stack.push_async_callback(graph_tokens.close)
        graph = Graph(session=session, tokens=graph_tokens, url=settings.graph_url)
        yield Ground(settings, session, clock, store, connector, tokens, graph, graph_tokens)
