"""The token with which we call the Connector: from a client secret, a certificate or a managed identity."""

import json
import logging
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Final, NamedTuple, Protocol
from urllib.parse import quote

import aiohttp

from bot.alerts.errors import DeliveryDelayed
from bot.transport import CALL_TIMEOUT, SingleFlight, read_limited

_log = logging.getLogger(__name__)

CONNECTOR_SCOPE: Final = "https://api.botframework.com/.default"
_EARLY: Final = timedelta(minutes=5)
_MAX_BYTES: Final = 256 * 1024
_ERROR_NUMBER: Final = re.compile(r"AADSTS[0-9]{1,9}")


class IssuedToken(NamedTuple):
    """A bearer token and the time from which it no longer counts."""

    value: str
    expires: datetime


class TokenSource(Protocol):
    """Gives bearer tokens. `token` raises DeliveryDelayed where none is to be had."""

    async def token(self) -> str: ...

    def invalidate(self, stale: str) -> None:
        """Forget a token that was not accepted; one fetched since stays."""
        ...


class CachedTokens:
    """A TokenSource that asks `fetch` only when no good token is at hand, and once at a time.

    A token is replaced from 5 minutes before its end, and serves to its end where no other is to be had.
    """

    def __init__(
        self,
        fetch: Callable[[], Awaitable[IssuedToken]],
        *,
        clock: Callable[[], datetime],
        close: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._fetch = SingleFlight(fetch)
        self._clock = clock
        self._close = close
        self._held: IssuedToken | None = None

    async def token(self) -> str:
        held = self._held
        if held is None or self._clock() >= held.expires - _EARLY:
            try:
                held = self._held = await self._fetch()
            except DeliveryDelayed:
                held = self._held
                if held is None or self._clock() >= held.expires:
                    raise
        return held.value

    def invalidate(self, stale: str) -> None:
        if self._held is not None and self._held.value == stale:
            self._held = None

    async def close(self) -> None:
        """Release what a credential holds open; the session of the other kind belongs to whoever opened it."""
        if self._close is not None:
            await self._close()


def client_secret_tokens(
    *,
    session: aiohttp.ClientSession,
    login_url: str,
    tenant_id: str,
    app_id: str,
    secret: str,
    clock: Callable[[], datetime],
    scope: str = CONNECTOR_SCOPE,
) -> CachedTokens:
    """Tokens for the app id and its secret, from `{login_url}/{tenant_id}/oauth2/v2.0/token`."""
    url = f"{login_url.rstrip('/')}/{quote(tenant_id, safe='')}/oauth2/v2.0/token"
    form = {"grant_type": "client_credentials", "client_id": app_id, "client_secret": secret, "scope": scope}

    async def fetch() -> IssuedToken:
        try:
            async with session.post(url, data=form, timeout=CALL_TIMEOUT, allow_redirects=False) as response:
                body = await read_limited(response.content, _MAX_BYTES)
                return _issued(response.status, body, now=clock())
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DeliveryDelayed(f"no token: the login service did not answer ({type(error).__name__})") from None

    return CachedTokens(fetch, clock=clock)


def certificate_tokens(
    *,
    login_url: str,
    tenant_id: str,
    app_id: str,
    certificate: str,
    clock: Callable[[], datetime],
    scope: str = CONNECTOR_SCOPE,
) -> CachedTokens:
    """Tokens for the app id and the certificate file `certificate` (PEM or PFX). Needs the `azure` extra."""
    credential = _azure().CertificateCredential(tenant_id, app_id, certificate, authority=login_url)
    return credential_tokens(credential, clock=clock, scope=scope)


def managed_identity_tokens(
    *, app_id: str, clock: Callable[[], datetime], scope: str = CONNECTOR_SCOPE
) -> CachedTokens:
    """Tokens for a user-assigned managed identity, whose client id is the app id. Needs the `azure` extra."""
    return credential_tokens(_azure().ManagedIdentityCredential(client_id=app_id), clock=clock, scope=scope)


class _AccessToken(Protocol):
    @property
    def token(self) -> str: ...

    @property
    def expires_on(self) -> int: ...


class Credential(Protocol):
    """azure-identity's asynchronous credential, as far as we use it."""

    async def get_token(self, *scopes: str) -> _AccessToken: ...

    async def close(self) -> None: ...


def credential_tokens(
    credential: Credential, *, clock: Callable[[], datetime], scope: str = CONNECTOR_SCOPE
) -> CachedTokens:
    """Tokens from a credential of azure-identity."""
    from azure.core.exceptions import AzureError  # noqa: PLC0415 - only where the extra is used

    async def fetch() -> IssuedToken:
        try:
            token = await credential.get_token(scope)
        except AzureError as error:
            raise DeliveryDelayed(f"no token: the credential failed ({type(error).__name__})") from None
        return IssuedToken(token.token, datetime.fromtimestamp(token.expires_on, UTC))

    return CachedTokens(fetch, clock=clock, close=credential.close)


def _azure() -> ModuleType:
    try:
        from azure.identity import aio  # noqa: PLC0415 - an optional extra, and slow to import
    except ImportError:
        raise ValueError("Certificates and managed identities need the extra: pip install 'tocsin[azure]'") from None
    module: ModuleType = aio
    return module


def _issued(status: int, body: bytes | None, *, now: datetime) -> IssuedToken:
    """Read the login service's answer. Nothing of it is repeated but the number of the error."""
    try:
        answer = json.loads(body or b"")
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise DeliveryDelayed(f"no token: the login service answered {status} without JSON")
    if status != 200:
        number = _ERROR_NUMBER.search(str(answer.get("error_description", "")))
        _log.error("The login service refused a token: %d %s", status, number[0] if number else "")
        raise DeliveryDelayed(f"no token: the login service answered {status} {number[0] if number else ''}".strip())
    value, seconds = answer.get("access_token"), answer.get("expires_in")
    if isinstance(seconds, str) and seconds.isascii() and seconds.isdigit() and len(seconds) < 10:
        seconds = int(seconds)
    if not isinstance(value, str) or not value or not isinstance(seconds, int) or not 0 < seconds < 10**9:
        raise DeliveryDelayed("no token: the login service's answer has no token or no lifetime")
    return IssuedToken(value, now + timedelta(seconds=seconds))
