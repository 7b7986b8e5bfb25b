"""What is around the bot where the settings name it: its public address, Alertmanager, webhooks, calendars."""

import asyncio
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from bot.alerts.rota_text import feeds_of, is_feed, rota_name
from bot.alerts.webhook import Webhook, WebhookState
from bot.delivery.addresses import Addresses, Forbidden, PublicResolver
from bot.delivery.calendars import Calendars, Unreadable
from bot.doctor.finding import Finding, failed, ok, warning
from bot.doctor.ground import Ground
from bot.doctor.web import Unreached, page
from bot.sources.calendars import read_calendar
from bot.sources.silencing import AlertmanagerProblem
from bot.wiring import alertmanager_of

ADDRESS: Final = "public address"
ALERTMANAGER: Final = "Alertmanager"
WEBHOOKS: Final = "webhooks"
CALENDARS: Final = "calendars"

_HERE: Final = frozenset({"127.0.0.1", "::1", "localhost"})


async def public_address(ground: Ground) -> Sequence[Finding]:
    url = ground.settings.public_url
    try:
        answer = await page(ground.session, f"{url}/healthz")
    except Unreached as why:
        fix = (
            why.fix
            if "TLS" in str(why) or "name" in str(why)
            else "Start `tocsin serve`, and point the reverse proxy to it."
        )
        return [failed(ADDRESS, f"{url}: {why}.", fix)]
    told = answer.json
    if answer.status != 200 or not isinstance(told, dict) or told.get("status") != "alive":
        found = f"{url}/healthz answers {answer.status}, and not as Tocsin does."
        fix = (
            "Let the reverse proxy pass everything to the bot's TOCSIN_HOST and TOCSIN_PORT, and see that `serve` runs."
        )
        return [failed(ADDRESS, found, fix)]
    if url.startswith("http://") and urlsplit(url).hostname not in _HERE:
        fix = "Set TOCSIN_PUBLIC_URL to its https address: Teams calls no other."
        return [warning(ADDRESS, f"{url} answers, without TLS.", fix)]
    return [ok(ADDRESS, f"{url} answers.")]


async def alertmanager(ground: Ground) -> Sequence[Finding]:
    url = ground.settings.alertmanager_url
    try:
        standing = await alertmanager_of(ground.settings, ground.session).silences()
    except AlertmanagerProblem as problem:
        return [_not_silenced(problem)]
    return [ok(ALERTMANAGER, f"{urlsplit(url).netloc} answers: {len(standing)} silences.")]


def _not_silenced(problem: AlertmanagerProblem) -> Finding:
    if problem.status in (401, 403):
        fix = "Set TOCSIN_ALERTMANAGER_TOKEN, or TOCSIN_ALERTMANAGER_USER and TOCSIN_ALERTMANAGER_PASSWORD."
        return failed(ALERTMANAGER, f"It does not let us in ({problem.status}).", fix)
    if problem.status == 404:
        fix = "Set TOCSIN_ALERTMANAGER_URL to what its web page has before “/#/alerts”."
        return failed(ALERTMANAGER, "There is no API of Alertmanager at TOCSIN_ALERTMANAGER_URL (404).", fix)
    if problem.status:
        return failed(ALERTMANAGER, f"It answers {problem.status}.", "Look into Alertmanager's own log.")
    fix = "Start it, and compare host and port in TOCSIN_ALERTMANAGER_URL."
    return failed(ALERTMANAGER, "It cannot be reached, or does not answer as Alertmanager does.", fix)


async def webhooks(ground: Ground) -> Sequence[Finding]:
    """Whether receivers can be reached. Nothing is told to them: a HEAD is no event."""
    hooks = await ground.store.read(lambda uow: uow.webhooks.all())
    if not hooks:
        return []
    addresses = Addresses(ground.settings.named_webhook_hosts)
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=8, use_dns_cache=False, resolver=PublicResolver(addresses)),
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
    ) as session:
        return await asyncio.gather(*(_webhook(session, addresses, hook) for hook in hooks))


async def _webhook(session: aiohttp.ClientSession, addresses: Addresses, hook: Webhook) -> Finding:
    if hook.state is WebhookState.GONE:
        fix = "Remove it with `tocsin webhook remove`, or add it anew."
        return warning(WEBHOOKS, f"{hook.name}: the receiver said that it is gone for good (410).", fix)
    try:
        addresses.check(hook.url)
        answer = await page(session, hook.url, method="HEAD")
    except Forbidden as forbidden:
        fix = "If it is yours, add its host to TOCSIN_WEBHOOK_HOSTS."
        return failed(WEBHOOKS, f"{hook.name} is not called: {forbidden}.", fix)
    except Unreached as why:
        return failed(WEBHOOKS, f"{hook.name}: {why}.", why.fix)
    if hook.failures:
        fix = "Look at the receiver; what waits is sent when it takes events again."
        return warning(
            WEBHOOKS, f"{hook.name} answers, but took none of the last {hook.failures} events: {hook.why}.", fix
        )
    if hook.state is WebhookState.PAUSED:
        return warning(WEBHOOKS, f"{hook.name} is paused.", "`tocsin webhook resume` lets it go on.")
    return ok(WEBHOOKS, f"{hook.name} can be reached ({answer.status}).")


async def calendars(ground: Ground) -> Sequence[Finding]:
    """Each calendar of a rota is fetched and read; nothing of it is kept."""
    settings = ground.settings
    texts = {rota_name(name): text.get_secret_value() for name, text in settings.rotas.items()}
    feeds = {name: feeds_of(text) for name, text in texts.items() if is_feed(text)}
    hosts = Addresses(settings.calendar_hosts.split(","), setting="TOCSIN_CALENDAR_HOSTS")
    reader = Calendars(store=ground.store, clock=ground.clock, feeds=feeds, addresses=hosts, read=read_calendar)
    try:
        asked = [(name, level, url) for name, urls in feeds.items() for level, url in enumerate(urls, 1)]
        return await asyncio.gather(
            *(_calendar(reader, f"rota {name}, calendar {level}", url, settings.zone) for name, level, url in asked)
        )
    finally:
        await reader.close()


async def _calendar(reader: Calendars, which: str, url: str, zone: str) -> Finding:
    try:
        shifts, note = await reader.prove(url, zone)
    except Unreadable as why:
        fix = (
            "Open its address in a browser, and compare it with the rota's setting; a host of your own network"
            " belongs in TOCSIN_CALENDAR_HOSTS."
        )
        return failed(CALENDARS, f"{which}: {why}.", fix)
    if note:
        return warning(CALENDARS, f"{which}: {note}.", "Change the calendar so that each turn names one person.")
    if not shifts:
        return warning(
            CALENDARS, f"{which}: nobody has a turn in it.", "See that it is the calendar of the right rota."
        )
    return ok(CALENDARS, f"{which}: {shifts} turns.")
