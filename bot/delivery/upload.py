"""Brings a file to where Teams says: a place in somebody's OneDrive, which takes it in fragments.

https://learn.microsoft.com/graph/api/driveitem-createuploadsession#upload-bytes-to-the-upload-session. The address
came with what somebody's client sent, so it is called only where it is one of Microsoft's. It needs no sign-in, and
gets none.
"""

import io
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import aiohttp
from yarl import URL

from bot.alerts.export import PIECE
from bot.alerts.waits import retry_after
from bot.delivery.addresses import Addresses, Forbidden, PublicResolver
from bot.transport import read_limited

#: Where OneDrive for work lives, in the public cloud and in GCC.
DOMAINS: Final = ("sharepoint.com",)

#: Letters of such an address: its sign-in is in it.
LONGEST: Final = 8_192

#: Pieces of a fragment: 5 MiB.
TOGETHER: Final = 16

#: Seconds for a fragment.
CALL_TIMEOUT: Final = aiohttp.ClientTimeout(total=120, sock_connect=5)

_READ: Final = 64 * 1024

#: Gives a piece by its number.
Piece = Callable[[int], Awaitable[bytes]]

#: Hears how many letters have arrived; False ends it.
Heard = Callable[[int], Awaitable[bool]]


class UploadDelayed(Exception):
    """It may be taken later."""

    def __init__(self, why: str, wait: timedelta | None = None) -> None:
        super().__init__(why)
        self.wait = wait


class UploadRefused(Exception):
    """It will not be taken. `why` is a word of cards/export.py."""

    def __init__(self, why: str, said: str) -> None:
        super().__init__(said)
        self.why = why


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: dict[str, Any]
    retry_after: timedelta | None


def upload_addresses(named: tuple[str, ...]) -> Addresses:
    return Addresses(named, setting="TOCSIN_UPLOAD_HOSTS", within=DOMAINS, longest=LONGEST)


class Uploader:
    """Open it once, close it at the end."""

    def __init__(self, *, addresses: Addresses, clock: Callable[[], datetime]) -> None:
        self._addresses = addresses
        self._clock = clock
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=8, use_dns_cache=False, resolver=PublicResolver(addresses)),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=CALL_TIMEOUT,
            trust_env=False,
        )

    async def close(self) -> None:
        await self._session.close()

    def check(self, url: str) -> None:
        """Raises UploadRefused for an address that is none of OneDrive's."""
        try:
            self._addresses.check(url)
        except Forbidden as forbidden:
            raise UploadRefused("upload", f"not called: {forbidden}") from None

    async def upload(self, url: str, size: int, piece: Piece, heard: Heard, *, again: bool) -> bool:
        """Bring all of it there, from where it was left with `again`. False where `heard` ended it.

        Raises UploadDelayed and UploadRefused.
        """
        self.check(url)
        start = await self._arrived(url, size) if again else 0
        while start < size:
            first = start // PIECE
            body = b"".join([await piece(number) for number in range(first, first + TOGETHER)])[start - first * PIECE :]
            if not body:
                raise UploadRefused("upload", "its file is gone")
            end = start + len(body)
            headers = {"Content-Range": f"bytes {start}-{end - 1}/{size}", "Content-Type": "application/octet-stream"}
            answer = await self._call("PUT", url, headers, body)
            if answer.status in {200, 201}:
                return await heard(size)
            if answer.status == 416:  # it was taken already
                end = await self._arrived(url, size)
                if end <= start:
                    raise UploadRefused("upload", "416 for what was not taken")
            elif answer.status != 202:
                raise _problem(answer)
            start = end
            if not await heard(start):
                return False
        raise UploadDelayed("all of it was taken, and it is not there")

    async def _arrived(self, url: str, size: int) -> int:
        """How much has arrived."""
        answer = await self._call("GET", url, {}, None)
        if answer.status == 404:
            # A session that is over is gone: its file may be complete, and its time may be up.
            raise UploadRefused("interrupted", "404: the upload session is gone")
        if answer.status != 200:
            raise _problem(answer)
        ranges = answer.body.get("nextExpectedRanges")
        first = str(ranges[0]).partition("-")[0] if isinstance(ranges, list) and ranges else ""
        return min(int(first), size) if first.isascii() and first.isdigit() else 0

    async def _call(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> _Answer:
        # As a stream, so that nobody waits while so much is written.
        sent = None if body is None else io.BytesIO(body)
        try:
            async with self._session.request(
                method, URL(url, encoded=True), data=sent, headers=headers, allow_redirects=False
            ) as response:
                said = await read_limited(response.content, _READ)
                wait = retry_after(response.headers.get("Retry-After", ""), now=self._clock())
                return _Answer(response.status, _object(said), wait)
        except aiohttp.ClientConnectorDNSError as unknown:
            cause = unknown.os_error
            if isinstance(cause, Forbidden):
                raise UploadRefused("upload", f"not called: {cause}") from None
            raise UploadDelayed("its name is not known") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            # The kind alone: the texts of some name the address, which is a secret.
            raise UploadDelayed(f"no answer ({type(error).__name__})") from None


def _problem(answer: _Answer) -> Exception:
    error = answer.body.get("error")
    code = str(error.get("code", ""))[:60] if isinstance(error, dict) else ""
    said = f"{answer.status} {code}".strip()
    if answer.status == 429 or answer.status >= 500:
        return UploadDelayed(said, answer.retry_after)
    return UploadRefused("upload", said)


def _object(said: bytes | None) -> dict[str, Any]:
    try:
        value = json.loads(said) if said else {}
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
