"""Parts of the composition root: a store that tells of commits, the bot's sign-in, what runs beside the server."""

import asyncio
import os
import secrets
import socket
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from typing import Any, Protocol, TypeVar

import aiohttp
from aiohttp import web

from bot.alerts.alert import Alert
from bot.alerts.history import Entry
from bot.alerts.messages import Message
from bot.alerts.ports import Clock, Store, UnitOfWork
from bot.alerts.silence import FEED
from bot.alerts.targets import Breach
from bot.alerts.triage import TriageRule
from bot.delivery.addresses import Addresses
from bot.delivery.exports import ExportWorker
from bot.delivery.upload import Uploader, upload_addresses
from bot.delivery.webhook_post import WebhookCaller
from bot.delivery.webhooks import WebhookMeter, WebhookWorker
from bot.scheduler import Timetable
from bot.settings import Settings, SettingsError
from bot.sources.graph.asking import Asking
from bot.sources.graph.client import Graph
from bot.sources.graph.keeping import Keeping
from bot.sources.graph.lookups import GraphLookups
from bot.sources.graph.pacing import Pace
from bot.sources.graph.parse import SOURCE as GRAPH
from bot.sources.graph.telling import Telling
from bot.sources.graph.telling_incidents import TellingIncidents
from bot.sources.registry import Parse, with_maps
from bot.sources.silencing import Alertmanager, Silencing
from bot.teams.connector import Connector
from bot.teams.digest_commands import DigestCommands
from bot.teams.hosts import TokenHosts
from bot.teams.tokens import (
    CONNECTOR_SCOPE,
    CachedTokens,
    certificate_tokens,
    client_secret_tokens,
    managed_identity_tokens,
)
from bot.triage import Triage
from bot.usecases import digests, reminders, shift_changes, targets
from bot.web.exports import ExportFiles
from bot.web.notifications import Notifications
from cards.language import Language
from cards.languages import Languages, known
from cards.triage import triage_message
from storage.store import AnyStore, open_store

T = TypeVar("T")


class Poking:
    """A store that tells whoever sends things out of every commit.

    Whoever gives up on it is let go at once. A driver may need seconds for that: it tells the server first, which may
    be the reason for giving up.
    """

    def __init__(self, store: AnyStore) -> None:
        self._store = store
        self._asked: set[asyncio.Task[Any]] = set()
        self.is_sole = store.is_sole
        self.pokes: list[Callable[[], None]] = []

    async def read(self, work: Callable[[UnitOfWork], T]) -> T:
        return await self._apart(self._store.read(work))

    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        done = await self._apart(self._store.write(work))
        for poke in self.pokes:
            poke()
        return done

    async def healthy(self) -> None:
        await self._apart(self._store.healthy())

    async def _apart(self, asking: Coroutine[Any, Any, T]) -> T:
        asked = asyncio.create_task(asking)
        self._asked.add(asked)
        asked.add_done_callback(self._over)
        try:
            return await asyncio.shield(asked)
        finally:
            asked.cancel()

    def _over(self, asked: asyncio.Task[Any]) -> None:
        self._asked.discard(asked)
        if not asked.cancelled():
            asked.exception()  # somebody who gave up does not look at it


async def background(
    stack: AsyncExitStack,
    work: Coroutine[Any, Any, None],
    name: str,
    *,
    before: Callable[[], Awaitable[None]] | None = None,
) -> asyncio.Task[None]:
    """Run something beside the server; at the end call `before`, then cancel what still runs."""
    task = asyncio.create_task(work, name=name)

    async def end() -> None:
        if before is not None:
            await before()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    stack.push_async_callback(end)
    return task


def app_tokens(settings: Settings, session: aiohttp.ClientSession, clock: Clock, scope: str) -> CachedTokens:
    """The bot's own sign-in for what `scope` names: with a managed identity, a certificate, or the secret."""
    if settings.app_type == "UserAssignedMSI":
        return managed_identity_tokens(app_id=settings.app_id, clock=clock, scope=scope)
    if settings.certificate_path:
        return certificate_tokens(
            login_url=settings.login_url,
            tenant_id=settings.tenant_id,
            app_id=settings.app_id,
            certificate=settings.certificate_path,
            clock=clock,
            scope=scope,
        )
    return client_secret_tokens(
        session=session,
        login_url=settings.login_url,
        tenant_id=settings.tenant_id,
        app_id=settings.app_id,
        secret=settings.app_password.get_secret_value(),
        clock=clock,
        scope=scope,
    )


def owner() -> str:
    """Whose leases are this process's: a name that no other process has had."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def store_of(settings: Settings) -> AnyStore:
    return open_store(
        settings.database_url,
        settings.access,
        site_from=settings.sites,
        targets=settings.targets,
        threads=settings.threads,
    )


def triage_worker(*, store: Store, graph: Graph, clock: Clock, lang: Language) -> Triage:
    """Looks up what triage rules ask for, and lets them act."""

    def words(rule: TriageRule, alert: Alert, entries: Sequence[Entry]) -> Message:
        return triage_message(rule, alert, entries, lang=lang)

    lookups = GraphLookups(graph=graph, clock=clock)
    return Triage(store=store, lookups=lookups, clock=clock, owner=owner(), words=words)


def webhook_worker(
    settings: Settings, stack: AsyncExitStack, *, store: Store, clock: Clock, meter: WebhookMeter
) -> WebhookWorker:
    """Tells programs outside what happens."""
    caller = WebhookCaller(addresses=Addresses(settings.named_webhook_hosts), clock=clock)
    stack.push_async_callback(caller.close)
    give_up = timedelta(hours=settings.webhook_hours)
    return WebhookWorker(store=store, caller=caller, clock=clock, owner=owner(), give_up=give_up, meter=meter)


def connector_of(settings: Settings, session: aiohttp.ClientSession, clock: Clock) -> tuple[Connector, CachedTokens]:
    tokens = app_tokens(settings, session, clock, CONNECTOR_SCOPE)
    connector = Connector(
        session=session,
        tokens=tokens,
        hosts=TokenHosts(settings.extra_connector_hosts),
        app_id=settings.app_id,
        tenant_id=settings.tenant_id,
        clock=clock,
    )
    return connector, tokens


def graph_of(settings: Settings, session: aiohttp.ClientSession, clock: Clock, stack: AsyncExitStack) -> Graph:
    """Microsoft Graph, as the bot's own app. Nothing is asked for before somebody calls."""
    tokens = app_tokens(settings, session, clock, f"{settings.graph_url}/.default")
    stack.push_async_callback(tokens.close)
    return Graph(session=session, tokens=tokens, url=settings.graph_url)


async def keep_defender(
    settings: Settings, app: web.Application, *, store: Poking, clock: Clock, graph: Graph, timetable: Timetable
) -> None:
    """Ask Defender for its alerts, and tell it what people do, as the settings say."""
    tells = settings.graph_alerts == "readwrite"
    await store.write(lambda uow: uow.feeds.allow_telling(GRAPH, allowed=tells))
    if settings.graph_alerts == "off":
        return
    if store.is_sole:
        await store.write(lambda uow: uow.feeds.release())
    pace, books = Pace(), asyncio.Lock()
    asking = Asking(graph=graph, store=store, clock=clock, pace=pace, books=books, grouping=settings.grouping)
    telling = [
        kind(graph=graph, store=store, clock=clock, pace=pace, books=books)
        for kind in ((TellingIncidents, Telling) if tells else ())
    ]
    keeping = Keeping(store=store, asking=asking, telling=telling, owner=owner())
    timetable.every(min(2, settings.graph_every), keeping.tell, name="tell Defender")
    timetable.every(settings.graph_every, keeping.ask, name="ask Defender")
    if secret := settings.graph_client_state.get_secret_value():
        notifications = Notifications(client_state=secret, look=keeping.ask_soon)
        app.router.add_post("/api/notifications/graph", notifications.receive)


def parsers_of(settings: Settings) -> Mapping[str, Parse]:
    """Raises SettingsError for tokens of a source that there is not: a typing error, after which nothing comes in."""
    try:
        known = with_maps(settings.source_maps)
    except ValueError as wrong:
        raise SettingsError(f"TOCSIN_SOURCE_…_MAP of {wrong}") from None
    unknown = sorted(settings.source_tokens.keys() - known.keys())
    if unknown:
        names = ", ".join(f"TOCSIN_SOURCE_{source.upper()}_TOKEN" for source in unknown)
        raise SettingsError(f"{names}: there is no such source; there are {', '.join(sorted(known))}")
    return known


def languages_of(settings: Settings) -> Languages:
    """Raises SettingsError for a language that we have no catalogue of."""
    if settings.language not in known():
        raise SettingsError(f"TOCSIN_LANGUAGE: {settings.language!r} is none of {', '.join(known())}")
    return Languages(settings.language, settings.zone_info)


def keep_rhythm(
    settings: Settings,
    timetable: Timetable,
    look_every: float,
    *,
    store: Store,
    clock: Clock,
    missed: Callable[[Breach], None],
) -> None:
    """What happens at a time that somebody chose."""

    async def tell_reminders() -> None:
        now = clock()
        if await store.read(lambda uow: bool(uow.reminders.due(now, limit=1))):
            await store.write(lambda uow: reminders.tell_due(uow, now))

    async def look_for_due() -> None:
        now = clock()
        if await store.read(lambda uow: targets.is_due(uow, now)):
            for breach in await store.write(lambda uow: targets.look(uow, now)):
                missed(breach)

    async def hand_over() -> None:
        now = clock()
        if await store.read(lambda uow: shift_changes.is_due(uow, now)):
            await store.write(lambda uow: shift_changes.post_due(uow, now))

    if settings.handovers:
        timetable.every(look_every, hand_over, name="handovers")
    timetable.every(look_every, tell_reminders, name="reminders")
    timetable.every(look_every, look_for_due, name="service targets")


async def languages_with(settings: Settings, store: Store) -> Languages:
    """The same, knowing in which zones people are. Raises SettingsError."""
    languages = languages_of(settings)
    languages.read_in(await store.read(lambda uow: uow.people.zones()))
    return languages


async def keep_silences(
    settings: Settings, *, store: Poking, session: aiohttp.ClientSession, clock: Clock, timetable: Timetable
) -> None:
    """Make Alertmanager keep quiet about what people silence, where the settings say which one."""
    url = settings.alertmanager_url
    await store.write(lambda uow: uow.feeds.allow_telling(FEED, allowed=bool(url)))
    if not url:
        return
    if store.is_sole:
        await store.write(lambda uow: uow.feeds.release())
    alertmanager = alertmanager_of(settings, session)
    silencing = Silencing(alertmanager=alertmanager, store=store, clock=clock, owner=owner())
    timetable.every(1, silencing.make, name="make silences")
    timetable.every(settings.alertmanager_every, silencing.look, name="look at silences")


def alertmanager_of(settings: Settings, session: aiohttp.ClientSession) -> Alertmanager:
    """The one that the settings name, signed in to."""
    return Alertmanager(session=session, url=settings.alertmanager_url, headers=_alertmanager_sign_in(settings))


def _alertmanager_sign_in(settings: Settings) -> dict[str, str]:
    if token := settings.alertmanager_token.get_secret_value().strip():
        return {"Authorization": f"Bearer {token}"}
    if not settings.alertmanager_user:
        return {}
    password = settings.alertmanager_password.get_secret_value()
    return {"Authorization": aiohttp.BasicAuth(settings.alertmanager_user, password, "utf-8").encode()}


class LagMeter(Protocol):
    def digest(self, lag: float) -> None: ...


def digest_commands(settings: Settings) -> DigestCommands:
    return DigestCommands(digests.default_timing(settings.digest_at, settings.zone_info), people=settings.digest_people)


async def post_due(settings: Settings, *, store: Store, clock: Clock, meter: LagMeter) -> None:
    """Make the digests that are due: each is counted where nobody waits for the writer, then posted."""
    now, default = clock(), digests.default_timing(settings.digest_at, settings.zone_info)
    for one in await store.read(lambda uow: digests.due(uow, now, default)):
        numbers = await store.read(lambda uow, one=one: digests.count(uow, one, now, people=settings.digest_people))  # type: ignore[misc]
        if numbers is None:
            continue
        if await store.write(lambda uow, one=one, numbers=numbers: digests.post(uow, one, numbers, now)):  # type: ignore[misc]
            meter.digest((now - one.until).total_seconds())


async def keep_exports(
    settings: Settings,
    stack: AsyncExitStack,
    app: web.Application,
    timetable: Timetable,
    *,
    store: Poking,
    clock: Clock,
    languages: Languages,
    every: float,
) -> asyncio.Task[None]:
    """Make the files that people ask for in chat, bring them to their OneDrive, or hand them out by link."""
    uploader = Uploader(addresses=upload_addresses(settings.named_upload_hosts), clock=clock)
    stack.push_async_callback(uploader.close)
    worker = ExportWorker(
        store=store,
        clock=clock,
        languages=languages,
        uploader=uploader,
        owner=owner(),
        days=settings.queue_days,
        identity_portal=settings.identity_portal,
        has_address=bool(settings.public_url),
    )
    store.pokes.append(worker.poke)
    app.router.add_get("/exports/{secret}/{name}", ExportFiles(store=store, clock=clock).fetch, allow_head=False)
    timetable.every(every, worker.tidy, name="tidy exports")
    timetable.every(3600, worker.forget, name="forget exports")
    return await background(stack, worker.run(), "exporting", before=worker.stop)
