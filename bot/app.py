"""The composition root: the one place that knows every concrete class."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import Final

from aiohttp import web

from bot.alerts.ports import Clock, Store, UnitOfWork
from bot.clock import SandboxClock, clock_of
from bot.delivery.dispatcher import Dispatcher
from bot.delivery.presenter import Presenter
from bot.scheduler import Timetable
from bot.settings import Settings
from bot.sources.graph.groups import Groups
from bot.sources.registry import Parse
from bot.teams.adapter import TocsinAdapter
from bot.teams.connector import Connector
from bot.teams.endpoint import messages_endpoint
from bot.teams.guard import Guard
from bot.teams.hosts import TokenHosts
from bot.teams.rosters import Rosters
from bot.teams.signing_keys import SigningKeys
from bot.teams.strangers import rosters_of
from bot.transport import open_session
from bot.usecases import maintenance
from bot.usecases.grouping import TRACES_KEPT
from bot.usecases.sharing import OFFERS_KEPT
from bot.usecases.upkeep import keep_up
from bot.web.addresses import add_addresses
from bot.web.api import Api
from bot.web.authorization import SourceTokens
from bot.web.health import Beats, Readiness, healthz
from bot.web.intake import BODY_LIMIT, Intake
from bot.web.metrics import Metrics
from bot.web.middleware import problems, timed
from bot.web.token_access import TokenAccess
from bot.wiring import (
    Poking,
    background,
    connector_of,
    graph_of,
    keep_defender,
    keep_exports,
    keep_rhythm,
    keep_silences,
    languages_with,
    owner,
    parsers_of,
    post_due,
    store_of,
    triage_worker,
    webhook_worker,
)
from bot.wiring_oncall import keep_oncall
from bot.wiring_teams import turn_of
from cards.languages import Languages
from cards.refusals import failed_text

#: How long the key of a press is remembered, far longer than Teams repeats one, and an answer that was shown.
PRESSES_KEPT: Final = timedelta(days=2)

#: How often it is read who is in the groups that have permission roles, and how long the start waits for it: seconds.
GROUPS_EVERY: Final = 600
GROUPS_AT_START: Final = 20


@asynccontextmanager
async def running(settings: Settings, *, look_every: float = 5) -> AsyncIterator[web.Application]:
    """The whole program behind one web application, at work until the context ends. The database is migrated before.

    `look_every` is how often it looks whether a digest is due, in seconds.
    """
    parsers = parsers_of(settings)
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(open_session())
        clock = await clock_of(settings.clock_url, session)
        if isinstance(clock, SandboxClock):
            await background(stack, clock.run(), "clock")
        opened = store_of(settings)
        stack.push_async_callback(opened.close)
        store = Poking(opened)
        if opened.is_sole:
            # Whatever an earlier process had under way, nobody has now.
            await store.write(_release_all)
        metrics, beats = Metrics(store, clock), Beats({"delivery": 30, "timetable": 90})
        languages = await languages_with(settings, store)
        connector, tokens = connector_of(settings, session, clock)
        stack.push_async_callback(tokens.close)
        # Its own commits are no news to it.
        dispatcher = _dispatcher(
            settings, store=opened, clock=clock, languages=languages, connector=connector, meter=metrics
        )
        dispatcher.beat = lambda: beats.beat("delivery")
        webhooks = webhook_worker(settings, stack, store=opened, clock=clock, meter=metrics)
        rosters = rosters_of(store, connector, clock)
        turn = await turn_of(
            settings, stack, store=store, clock=clock, languages=languages, connector=connector, rosters=rosters
        )
        graph = graph_of(settings, session, clock, stack)
        triage = triage_worker(store=store, graph=graph, clock=clock, lang=languages.shared)
        store.pokes += [dispatcher.poke, webhooks.poke, triage.poke]
        keys = SigningKeys(settings.openid_metadata_url, session=session)
        adapter = TocsinAdapter(connector, sorry=lambda _activity: failed_text(languages.shared))
        app = web.Application(client_max_size=BODY_LIMIT, middlewares=[timed(metrics), problems])
        app.router.add_post("/api/messages", messages_endpoint(_guard(settings, keys, clock), adapter, turn))
        app.router.add_post("/api/alerts/{source}", _intake(settings, parsers, store, clock).receive)
        _add_api(app, _api(settings, store, clock))
        app.router.add_routes([web.get("/healthz", healthz), web.get("/metrics", metrics.answer)])
        add_addresses(app, settings.app_id)
        app.router.add_get("/readyz", Readiness(store, beats, lambda: keys.known).answer)

        await _within(2, keys.refresh())  # without keys /readyz says so, and the loop tries again
        beats.watch("signing keys", await background(stack, keys.run(), "signing keys"))
        for name, worker in (("delivery", dispatcher), ("webhooks", webhooks), ("triage", triage)):
            beats.watch(name, await background(stack, worker.run(), name, before=worker.stop))
        timetable = _timetable(
            settings,
            store=store,
            clock=clock,
            rosters=rosters,
            metrics=metrics,
            beat=lambda: beats.beat("timetable"),
            look_every=look_every,
        )
        keep_rhythm(settings, timetable, look_every, store=store, clock=clock, missed=metrics.missed)
        timetable.every(600, webhooks.tidy, name="tidy webhooks")
        beats.watch(
            "exporting",
            await keep_exports(
                *(settings, stack, app, timetable), store=store, clock=clock, languages=languages, every=look_every
            ),
        )
        if settings.access.groups:
            groups = Groups(graph=graph, store=store, clock=clock, groups=settings.access.groups)
            # Until they are read, nobody is in them.
            await _within(GROUPS_AT_START, groups.refresh())
            timetable.every(GROUPS_EVERY, groups.refresh, name="groups")
        await keep_defender(settings, app, store=store, clock=clock, graph=graph, timetable=timetable)
        await keep_oncall(settings, stack, store=store, clock=clock, messenger=connector, timetable=timetable)
        await keep_silences(settings, store=store, session=session, clock=clock, timetable=timetable)
        timetable.start()
        stack.callback(timetable.stop)
        yield app


def _release_all(uow: UnitOfWork) -> None:
    uow.cards.release(None)
    uow.webhooks.release(None)
    uow.triage.release(None)
    uow.exports.release(None)


async def _within(seconds: float, work: Awaitable[object]) -> None:
    """Wait for it so long, not longer: it is tried again later."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await work


def _dispatcher(
    settings: Settings, *, store: Store, clock: Clock, languages: Languages, connector: Connector, meter: Metrics
) -> Dispatcher:
    return Dispatcher(
        store=store,
        messenger=connector,
        presenter=Presenter(
            languages,
            settings.extra_link_hosts,
            share=settings.tuning_share / 100,
            has_address=bool(settings.public_url),
        ),
        clock=clock,
        limits=settings.limits,
        lease=timedelta(seconds=settings.lease),
        owner=owner(),
        meter=meter,
    )


def _guard(settings: Settings, keys: SigningKeys, clock: Clock) -> Guard:
    return Guard(
        app_id=settings.app_id,
        tenant_id=settings.tenant_id,
        keys=keys,
        hosts=TokenHosts(settings.extra_connector_hosts),
        clock=clock,
    )


def _intake(settings: Settings, parsers: Mapping[str, Parse], store: Store, clock: Clock) -> Intake:
    tokens = {source: [token.get_secret_value() for token in given] for source, given in settings.source_tokens.items()}
    return Intake(
        parsers=parsers, tokens=SourceTokens(tokens, clock), store=store, clock=clock, grouping=settings.grouping
    )


def _api(settings: Settings, store: Store, clock: Clock) -> Api:
    lang = Languages("en", settings.zone_info).shared  # what programs read stays the same wherever they run
    access = TokenAccess(store=store, clock=clock, limits=settings.api_pace)
    return Api(store=store, clock=clock, access=access, lang=lang, undo_within=settings.undo_within)


def _add_api(app: web.Application, api: Api) -> None:
    app.router.add_get(r"/api/alerts/{number:[0-9]{1,15}}", api.look)
    app.router.add_post(r"/api/alerts/{number:[0-9]{1,15}}/{verb}", api.act)


def _timetable(
    settings: Settings,
    *,
    store: Store,
    clock: Clock,
    rosters: Rosters,
    metrics: Metrics,
    beat: Callable[[], None],
    look_every: float,
) -> Timetable:
    async def post_digests() -> None:
        beat()
        await post_due(settings, store=store, clock=clock, meter=metrics)

    async def forget_presses() -> None:
        before = clock() - PRESSES_KEPT
        await store.write(lambda uow: uow.presses.forget_before(before))
        await store.write(lambda uow: uow.replies.forget_before(before))
        await store.write(lambda uow: uow.shares.forget_before(clock() - OFFERS_KEPT))
        await store.write(lambda uow: uow.tuning.forget_drafts(before))

    async def forget_traces() -> None:
        before = clock() - TRACES_KEPT
        await store.write(lambda uow: uow.trails.forget_before(before))

    async def end_maintenance() -> None:
        now = clock()
        if await store.read(lambda uow: bool(uow.windows.unreleased())):
            await store.write(lambda uow: maintenance.release_due(uow, now))

    timetable = Timetable()
    timetable.every(look_every, post_digests, name="digests")
    timetable.every(look_every, end_maintenance, name="maintenance")
    timetable.every(3600, forget_presses, name="forget presses and replies")
    timetable.every(3600, forget_traces, name="forget traces")
    timetable.every(3600, rosters.refresh_all, name="rosters")
    timetable.every(10, partial(keep_up, store, clock), name="upkeep of similar alerts")
    return timetable
