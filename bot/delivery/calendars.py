"""Reads the calendars of rotas now and then: only news, not too much of it, and never from our own network.

One that cannot be read leaves what is known of it as it is, and says so where people look.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Protocol
from urllib.parse import urljoin

import aiohttp
from yarl import URL

from bot.alerts.oncall import AHEAD, Shift
from bot.alerts.oncall_ports import Feed, Rota
from bot.alerts.ports import Clock, Store
from bot.delivery.addresses import Addresses, Forbidden, PublicResolver
from bot.transport import read_limited

log = logging.getLogger(__name__)

#: The largest calendar, in bytes, and how long it may take to come, and to be read, in seconds.
LARGEST, CALL, READ = 4 * 1024 * 1024, aiohttp.ClientTimeout(total=20, sock_connect=5), 20

#: How often we are sent on.
REDIRECTS: Final = 3

#: How far back and ahead of now shifts are kept.
BACK, FORTH = timedelta(weeks=6), AHEAD + timedelta(weeks=5)

#: So long what a calendar said is kept.
KEPT: Final = timedelta(days=400)


class Found(Protocol):
    @property
    def shifts(self) -> Sequence[Shift]: ...

    @property
    def note(self) -> str: ...


class Read(Protocol):
    """Raises ValueError with what is wrong, for people."""

    def __call__(self, body: bytes, *, since: datetime, until: datetime, zone: str, level: int = 0) -> Found: ...


class Unreadable(Exception):
    """It cannot be had now; the text says why, without the address, which may hold a secret."""


class Calendars:
    """`feeds` are the addresses by rota, in the order of their levels. Close it at the end."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        feeds: Mapping[str, Sequence[str]],
        addresses: Addresses,
        read: Read,
    ) -> None:
        self._store = store
        self._clock = clock
        self._feeds = feeds
        self._addresses = addresses
        self._read = read
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=8, use_dns_cache=False, resolver=PublicResolver(addresses)),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=CALL,
            trust_env=False,
        )

    async def close(self) -> None:
        await self._session.close()

    async def look(self) -> None:
        """Read all of them."""
        rotas = await self._store.read(lambda uow: uow.rotas.all())
        await asyncio.gather(*(self._one(rota, feed) for rota in rotas for feed in rota.feeds))
        before = self._clock() - KEPT
        await self._store.write(lambda uow: uow.rotas.forget_before(before))

    async def _one(self, rota: Rota, feed: Feed) -> None:
        url = self._feeds.get(rota.name, ())[feed.level : feed.level + 1]
        if not url:
            return  # another process has other settings
        now = self._clock()
        try:
            news, found = await self._ask(url[0], rota, feed, now)
        except Unreadable as why:
            log.warning("calendar %d of rota %s cannot be read: %s", feed.level + 1, rota.name, why)
            failed = replace(feed, failed_since=feed.failed_since or now, why=str(why))
            await self._store.write(lambda uow: uow.rotas.note(failed))
            return
        if found is None:
            await self._store.write(lambda uow: uow.rotas.note(news))
            return
        shifts = found.shifts
        await self._store.write(lambda uow: uow.rotas.keep_shifts(news, shifts, now=now))

    async def _ask(self, url: str, rota: Rota, feed: Feed, now: datetime) -> tuple[Feed, Found | None]:
        """How it went, and what it says, None where that is what we know. Raises Unreadable."""
        known = {"If-None-Match": feed.etag, "If-Modified-Since": feed.modified}
        # What is far ahead comes near with time, so now and then it is read whole.
        fresh = feed.read_at is not None and feed.failed_since is None and now - feed.read_at < timedelta(hours=12)
        headers = {name: value for name, value in known.items() if value and fresh}
        answer = await self._fetch(url, headers)
        if answer is None:
            return feed, None
        body, etag, modified = answer
        found = await self._parsed(body, now, rota.zone, feed.level)
        read = replace(feed, etag=etag, modified=modified, read_at=now, failed_since=None, why="", note=found.note)
        return read, found

    async def prove(self, url: str, zone: str) -> tuple[int, str]:
        """Read a calendar now and keep nothing: how many shifts it has, and what of it is not understood.

        Raises Unreadable.
        """
        answer = await self._fetch(url, {})
        if answer is None:
            raise Unreadable("it says that nothing is new, though we know nothing of it")
        found = await self._parsed(answer[0], self._clock(), zone, 0)
        return len(found.shifts), found.note

    async def _parsed(self, body: bytes, now: datetime, zone: str, level: int) -> Found:
        """Raises Unreadable."""
        try:
            async with asyncio.timeout(READ):
                return await asyncio.to_thread(
                    self._read, body, since=now - BACK, until=now + FORTH, zone=zone, level=level
                )
        except TimeoutError:
            raise Unreadable(f"it took longer than {READ} s to read") from None
        except ValueError as wrong:
            raise Unreadable(str(wrong)) from None

    async def _fetch(self, url: str, headers: Mapping[str, str]) -> tuple[bytes, str, str] | None:
        """The body, and what the server calls its state; None where nothing is new. Raises Unreadable."""
        for _ in range(REDIRECTS + 1):
            try:
                self._addresses.check(url)
                sent = {"User-Agent": "Tocsin", "Accept": "text/calendar, */*;q=0.1", **headers}
                async with self._session.get(URL(url, encoded=True), headers=sent, allow_redirects=False) as response:
                    if response.status == 304:
                        return None
                    if 300 <= response.status < 400 and "Location" in response.headers:
                        url = urljoin(url, response.headers["Location"])
                        continue
                    if response.status != 200:
                        raise Unreadable(f"{response.status} {response.reason or ''}".strip())
                    body = await read_limited(response.content, LARGEST)
                    if body is None:
                        raise Unreadable(f"it is larger than {LARGEST // 1024 // 1024} MiB")
                    return body, response.headers.get("ETag", ""), response.headers.get("Last-Modified", "")
            except Forbidden as forbidden:
                raise Unreadable(f"not called: {forbidden}") from None
            except aiohttp.ClientConnectorDNSError as unknown:
                cause = unknown.os_error
                raise Unreadable(
                    f"not called: {cause}" if isinstance(cause, Forbidden) else "its name is not known"
                ) from None
            except (aiohttp.ClientError, OSError, ValueError) as error:
                raise Unreadable(f"no answer ({type(error).__name__})") from None
        raise Unreadable("it sends us on and on")
