"""The keys with which the Bot Framework signs what it sends us, and the channels each of them may sign for."""

import asyncio
import json
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import aiohttp
import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import RSAAlgorithm

from bot.transport import SingleFlight, read_limited

_log = logging.getLogger(__name__)

_TIMEOUT: Final = aiohttp.ClientTimeout(total=4, sock_connect=2)
_MAX_BYTES: Final = 1024 * 1024
_DAY: Final = 24 * 3600.0
_AGAIN: Final = 60.0
# Three fruitless look-ups in fifteen seconds. Forged key ids cannot make us hammer Microsoft, and one forgery does
# not cost the next honest request its look-up.
_LOOKUPS: Final = 3
_LOOKUP_WINDOW: Final = 15.0


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A public key and the channel ids that it is endorsed for."""

    kid: str
    public_key: RSAPublicKey
    endorsements: frozenset[str]


class SigningKeys:
    """The keys behind an OpenID metadata URL.

    `run` keeps them fresh, once a day; an unknown key id fetches them at once, so that a rotated key works on its
    first request. While the endpoint is down the known keys stay in use. `monotonic` counts seconds.
    """

    def __init__(
        self, metadata_url: str, *, session: aiohttp.ClientSession, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._url = metadata_url
        self._session = session
        self._monotonic = monotonic
        self._keys: dict[str, SigningKey] = {}
        self._fetch = SingleFlight(self._fetch_once)
        self._fruitless: deque[float] = deque(maxlen=_LOOKUPS)

    @property
    def known(self) -> int:
        """How many keys are at hand; 0 until the first fetch."""
        return len(self._keys)

    async def find(self, kid: str) -> SigningKey | None:
        """The key with that id, fetched anew where it is unknown; None where there is none."""
        key = self._keys.get(kid)
        if key is not None:
            return key
        if self._fetch.under_way:
            await self._fetch()
            return self._keys.get(kid)
        if not self._may_look():
            return None
        await self._fetch()
        key = self._keys.get(kid)
        if key is None:
            self._fruitless.append(self._monotonic())
        return key

    async def refresh(self) -> bool:
        """Fetch the keys now; False where that failed, and the old ones stay."""
        return await self._fetch()

    async def run(self) -> None:
        """Keep the keys fresh until cancelled."""
        while True:
            fetched = await self.refresh()
            await asyncio.sleep(_DAY if fetched else _AGAIN)

    def _may_look(self) -> bool:
        full = len(self._fruitless) == _LOOKUPS
        return not full or self._monotonic() - self._fruitless[0] >= _LOOKUP_WINDOW

    async def _fetch_once(self) -> bool:
        try:
            async with asyncio.timeout(_TIMEOUT.total):
                metadata = await self._get(self._url)
                keys = _keys_of(await self._get(_jwks_uri(metadata, self._url)))
            if not keys:
                raise ValueError("no usable key")  # noqa: TRY301 - handled like every other bad answer
        except (aiohttp.ClientError, TimeoutError, ValueError, RecursionError) as error:
            _log.warning("The signing keys could not be fetched (%s); %d known", type(error).__name__, len(self._keys))
            return False
        self._keys = keys
        return True

    async def _get(self, url: str) -> object:
        async with self._session.get(url, timeout=_TIMEOUT, allow_redirects=False) as response:
            if response.status != 200:
                raise ValueError(f"status {response.status}")
            body = await read_limited(response.content, _MAX_BYTES)
        if body is None:
            raise ValueError("answer too large")
        return json.loads(body)


def _jwks_uri(metadata: object, metadata_url: str) -> str:
    uri = metadata.get("jwks_uri") if isinstance(metadata, dict) else None
    # Plain http only where the setting itself is plain http: the sandbox and tests.
    if not isinstance(uri, str) or not uri.startswith(("https://", metadata_url.partition("://")[0] + "://")):
        raise ValueError("no usable jwks_uri")
    return uri


def _keys_of(document: object) -> dict[str, SigningKey]:
    entries = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise ValueError("no keys")  # noqa: TRY004 - a bad answer is a ValueError, whatever is wrong in it
    found = (_key_of(entry) for entry in entries)
    return {key.kid: key for key in found if key is not None}


def _key_of(entry: object) -> SigningKey | None:
    """A key of the set, or None for one that we would not use."""
    if not isinstance(entry, dict) or entry.get("kty") != "RSA":
        return None
    kid = entry.get("kid")
    endorsements = entry.get("endorsements")
    if not isinstance(kid, str) or not kid:
        return None
    try:
        key = RSAAlgorithm.from_jwk({"kty": "RSA", "n": entry["n"], "e": entry["e"]})
    except (jwt.InvalidKeyError, ValueError, TypeError, KeyError):
        return None
    if not isinstance(key, RSAPublicKey) or key.key_size < 2048:
        return None
    channels = endorsements if isinstance(endorsements, list) else []
    return SigningKey(kid, key, frozenset(c for c in channels if isinstance(c, str)))
