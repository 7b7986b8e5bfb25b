"""One call to a webhook's receiver: signed, short, and without a word about what it was in any log."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

import aiohttp
from yarl import URL

from bot.alerts.signing import SIGNATURE_HEADER, signature
from bot.alerts.waits import retry_after
from bot.alerts.webhook import HookEvent
from bot.delivery.addresses import Addresses, Forbidden, PublicResolver

#: A receiver has this long to take an event, in seconds; it takes it, and works on it afterwards.
CALL_TIMEOUT: Final = aiohttp.ClientTimeout(total=10, sock_connect=5)

#: What is read of an answer, in bytes: enough to tell an operator why.
READ: Final = 2_048


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a call: the status, None where there was no answer; why it failed, in words for operators."""

    status: int | None
    why: str = ""
    retry_after: timedelta | None = None

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class Caller(Protocol):
    async def send(self, event: HookEvent) -> Answer: ...


class WebhookCaller:
    """Calls receivers. Open it once, close it at the end."""

    def __init__(self, *, addresses: Addresses, clock: Callable[[], datetime]) -> None:
        self._addresses = addresses
        self._clock = clock
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=64, use_dns_cache=False, resolver=PublicResolver(addresses)),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=CALL_TIMEOUT,
            trust_env=False,
            auto_decompress=False,
        )

    async def send(self, event: HookEvent) -> Answer:
        body, now = event.body, self._clock()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Tocsin",
            "Accept-Encoding": "identity",
            SIGNATURE_HEADER: signature(event.webhook.secrets(now), now, body),
            "X-Tocsin-Event": event.event_id,
            "X-Tocsin-Sequence": str(event.sequence),
            "X-Tocsin-Attempt": str(event.attempt),
        }
        try:
            self._addresses.check(event.webhook.url)
            url = URL(event.webhook.url, encoded=True)
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as response:
                # A close with unread bytes ends the connection: nobody makes us read without end.
                said = await response.content.read(READ)
                return self._answer(response, said)
        except Forbidden as forbidden:
            return Answer(None, f"not called: {forbidden}")
        except aiohttp.ClientConnectorDNSError as unknown:
            cause = unknown.os_error
            return Answer(None, f"not called: {cause}" if isinstance(cause, Forbidden) else "its name is not known")
        except TimeoutError:
            return Answer(None, f"no answer within {CALL_TIMEOUT.total:g} s")
        except (aiohttp.ClientError, OSError) as error:
            # The kind alone: the texts of some name the address.
            return Answer(None, f"no answer ({type(error).__name__})")

    def _answer(self, response: aiohttp.ClientResponse, said: bytes) -> Answer:
        status = response.status
        if 200 <= status < 300:
            return Answer(status)
        why = f"{status}"
        if 300 <= status < 400:
            why += " redirect: give its final address"
        elif words := _printable(said):
            why += f" {words}"
        return Answer(status, why, retry_after(response.headers.get("Retry-After", ""), now=self._clock()))

    async def close(self) -> None:
        await self._session.close()


def _printable(said: bytes, longest: int = 120) -> str:
    """For a terminal: one line of what can be printed."""
    text = " ".join(said.decode("utf-8", "replace").split())
    return "".join(sign for sign in text if sign.isprintable())[:longest]
