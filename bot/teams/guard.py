"""Who may speak to us: everything that is checked before an activity counts.

The order matters. Nothing of a body is read before its sender has proved to be the Bot Framework; then the body must
agree with what was signed, come from Teams, and belong to our tenant.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import jwt

from bot.teams.activity import BadActivity, InboundActivity, parse_activity
from bot.teams.hosts import TokenHosts
from bot.teams.signing_keys import SigningKey, SigningKeys
from bot.teams.strict_json import MAX_BYTES

_log = logging.getLogger(__name__)

ISSUER: Final = "https://api.botframework.com"
CHANNEL: Final = "msteams"
_LEEWAY: Final = 300.0
# Headers that point to a key or change what is signed. Microsoft's tokens have none of them.
_FORBIDDEN_HEADERS: Final = frozenset({"jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "enc"})
# The signature is PyJWT's to check; the claims are checked here, against our clock and without its leniencies.
_SIGNATURE_ONLY: Final[Any] = {
    "verify_signature": True,
    "require": [],
    **{f"verify_{claim}": False for claim in ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")},
}


# Tokens that are remembered as signed. Teams sends the same one for an hour or so, and checking one takes as long as
# all the rest of a request's checks.
_REMEMBERED: Final = 100


class Rejected(Exception):
    """A request that is not for us. `reason` is ours throughout: nothing that the sender wrote is in it."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status} {reason}")
        self.status = status
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Claims:
    """A token that was signed for us, and the service URL that it was signed for."""

    service_url: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Inbound:
    """An activity that may be acted on; `raw` is its JSON, cleaned."""

    activity: InboundActivity
    raw: Mapping[str, Any]
    claims: Claims


class Guard:
    """Checks requests for the bot `app_id` of the tenant `tenant_id`. Raises ValueError where one of them is blank."""

    def __init__(
        self, *, app_id: str, tenant_id: str, keys: SigningKeys, hosts: TokenHosts, clock: Callable[[], datetime]
    ) -> None:
        if not app_id.strip():
            raise ValueError("MicrosoftAppId is empty: without it nobody's sign-in could be checked")
        if not tenant_id.strip():
            raise ValueError("MicrosoftAppTenantId is empty: without it any tenant could speak to the bot")
        self._app_id = app_id.strip().lower()
        self._tenant_id = tenant_id.strip().lower()
        self._keys = keys
        self._hosts = hosts
        self._clock = clock
        self._signed: dict[str, tuple[SigningKey, Mapping[str, Any]]] = {}

    async def check(self, headers: Mapping[str, str], body: bytes) -> Inbound:
        """Check a whole request; `headers` looks names up in any case. Raises Rejected: 400, 401, 403, 413, 415."""
        claims = await self.authenticate(headers, length=len(body))
        return self.admit(claims, body)

    async def authenticate(self, headers: Mapping[str, str], *, length: int | None = None) -> Claims:
        """Check what can be checked before the body, of which at most the `length` is known. Raises Rejected.

        An encoded body is refused whoever sent it: nothing here inflates anything. A wrong type or size is a bad
        request (400) of the Bot Framework, and told as 415 and 413 to anybody else.
        """
        if "Content-Encoding" in headers:
            raise Rejected(415, "content encoding")
        unfit = _unfit(headers, length)
        try:
            claims = await self._claims(headers.get("Authorization", ""))
        except Rejected:
            if unfit is not None:
                raise unfit from None
            raise
        if unfit is not None:
            raise Rejected(400, unfit.reason)
        return claims

    def admit(self, claims: Claims, body: bytes) -> Inbound:
        """Read the body of an authenticated request and hold it against the claims. Raises Rejected."""
        try:
            activity, raw = parse_activity(body)
        except BadActivity as error:
            raise Rejected(400, str(error)) from None
        if activity.channel_id != CHANNEL:
            raise Rejected(401, "channel")
        if not activity.service_url or activity.service_url != claims.service_url:
            raise Rejected(401, "service URL not the signed one")
        if not self._hosts.permits(activity.service_url):
            raise Rejected(401, "service URL not allowed")
        tenants = _tenants(activity)
        if not tenants or any(tenant.lower() != self._tenant_id for tenant in tenants):
            raise Rejected(403, "tenant")
        return Inbound(activity, raw, claims)

    async def _claims(self, authorization: str) -> Claims:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Rejected(401, "no bearer token")
        claims = await self._signed_claims(token)
        if claims.get("iss") != ISSUER:
            raise Rejected(401, "issuer")
        audience = claims.get("aud")
        if not isinstance(audience, str) or audience.lower() != self._app_id:
            raise Rejected(401, "audience")
        self._check_times(claims)
        service_url = claims.get("serviceurl")
        if not isinstance(service_url, str) or not service_url:
            raise Rejected(401, "no service URL signed")
        return Claims(service_url, claims)

    async def _signed_claims(self, token: str) -> Mapping[str, Any]:
        """The claims of a token with a good signature. One that is remembered counts while its key is still in use."""
        if (known := self._signed.get(token)) is not None:
            key, claims = known
            if await self._keys.find(key.kid) is key:
                return claims
        key = await self._key(token)
        if CHANNEL not in key.endorsements:
            raise Rejected(401, "signing key not endorsed for Teams")
        try:
            claims = jwt.decode(token, key.public_key, algorithms=["RS256"], options=_SIGNATURE_ONLY)
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
            raise Rejected(401, "signature") from None
        if len(self._signed) >= _REMEMBERED:
            self._signed.clear()
        self._signed[token] = key, claims
        return claims

    async def _key(self, token: str) -> SigningKey:
        try:
            header = jwt.get_unverified_header(token)
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
            raise Rejected(401, "no JSON web token") from None
        kid = header.get("kid")
        if header.get("alg") != "RS256" or not isinstance(kid, str) or not kid or _FORBIDDEN_HEADERS & header.keys():
            raise Rejected(401, "token header")
        key = await self._keys.find(kid)
        if key is None:
            raise Rejected(401, "signing key not known")
        return key

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now = self._clock().timestamp()
        expires = _time(claims.get("exp"))
        if expires is None or now >= expires + _LEEWAY:
            raise Rejected(401, "expired")
        not_before = _time(claims.get("nbf", 0))
        if not_before is None or now < not_before - _LEEWAY:
            raise Rejected(401, "not yet valid")


class RejectionLog:
    """Writes down refused requests, at most 10 a minute for each sender and 100 a minute in all."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._minute = -1
        self._written: Counter[str] = Counter()
        self._kept_back = 0

    def note(self, rejected: Rejected, *, sender: str) -> None:
        minute = int(self._monotonic() // 60)
        if minute != self._minute:
            if self._kept_back:
                _log.warning("%d more refused requests in the minute before", self._kept_back)
            self._minute, self._kept_back = minute, 0
            self._written.clear()
        if self._written[sender] >= 10 or self._written.total() >= 100:
            self._kept_back += 1
            return
        self._written[sender] += 1
        _log.warning("Refused a request from %s: %d %s", sender or "unknown", rejected.status, rejected.reason)


def _unfit(headers: Mapping[str, str], length: int | None) -> Rejected | None:
    """What is wrong with a body that was not yet read."""
    media_type, *parameters = [part.strip().lower() for part in headers.get("Content-Type", "").split(";")]
    if media_type != "application/json":
        return Rejected(415, "the content type is not application/json")
    if any(p.startswith("charset=") and p.removeprefix("charset=").strip('"') != "utf-8" for p in parameters):
        return Rejected(415, "the charset is not UTF-8")
    if length is not None and length > MAX_BYTES:
        return Rejected(413, f"the body is longer than {MAX_BYTES} bytes")
    return None


def _tenants(activity: InboundActivity) -> list[str]:
    """The tenants that the activity names: its conversation's and its channel data's."""
    data = activity.channel_data.tenant
    named = (activity.conversation.tenant_id, data.id if data else None)
    return [tenant for tenant in named if tenant is not None]


def _time(value: object) -> float | None:
    """A JSON number of seconds, or None. Python's reader also lets NaN, infinity and numbers without end through."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e12 < value < 1e12:
        return None
    return float(value)
