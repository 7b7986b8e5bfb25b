"""A stand-in for the Bot Framework's sign-in keys: a real key server, and tokens signed with its keys."""

import asyncio
import base64
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import RSAAlgorithm

ISSUER = "https://api.botframework.com"
APP_ID = "0b7c4ad5-1c1f-4b5f-9c59-0f3f4d1a6c11"
TENANT_ID = "6f7d0f3e-51f1-4d3c-9e6c-1f2a3b4c5d6e"
SERVICE_URL = "https://smba.trafficmanager.net/emea/"


@cache
def rsa_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """A private key for the whole test run; the same name gives the same key."""
    del name
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@dataclass
class KeyServer:
    """Serves OpenID metadata and a key set.

    `keys` maps key ids to (private key, endorsements). `down` answers 503 and `held` makes answers wait for it.
    `requests` counts the times that the metadata were asked for; `asked` is set each time. Tokens are issued at
    `now()`, in seconds.
    """

    keys: dict[str, tuple[rsa.RSAPrivateKey, list[str] | None]] = field(default_factory=dict)
    down: bool = False
    held: asyncio.Event | None = None
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    requests: int = 0
    base_url: str = ""
    now: Callable[[], float] = time.time

    @property
    def metadata_url(self) -> str:
        return f"{self.base_url}/.well-known/openidconfiguration"

    def add(self, kid: str, *, endorsements: list[str] | None = None, bits: int = 2048) -> None:
        """Publish a key; without `endorsements` it may sign for Teams."""
        self.keys[kid] = (rsa_key(kid, bits), ["msteams"] if endorsements is None else endorsements)

    def rotate(self, old: str, new: str) -> None:
        """Withdraw a key and publish another."""
        del self.keys[old]
        self.add(new)

    def token(self, kid: str = "key-1", *, header: Mapping[str, Any] | None = None, **claims: Any) -> str:
        """A token signed with a published key; `claims` change the good ones (None leaves one out)."""
        return sign(self.claims(**claims), key=self.keys[kid][0], kid=kid, header=header)

    def claims(self, *, age: float = 0, **changes: Any) -> dict[str, Any]:
        """The claims of a token issued `age` seconds ago for one hour, changed."""
        return good_claims(now=self.now() - age, **changes)

    def headers(self, token: str | None = None) -> dict[str, str]:
        """The headers of a request of the Bot Framework."""
        return {"Authorization": f"Bearer {token or self.token()}", "Content-Type": "application/json; charset=utf-8"}

    async def _metadata(self, _request: web.Request) -> web.Response:
        self.requests += 1
        self.asked.set()
        await self._trouble()
        return web.json_response({"issuer": ISSUER, "jwks_uri": f"{self.base_url}/keys"})

    async def _jwks(self, _request: web.Request) -> web.Response:
        await self._trouble()
        return web.json_response({"keys": [jwk(kid, key, ends) for kid, (key, ends) in self.keys.items()]})

    async def _trouble(self) -> None:
        if self.held is not None:
            await self.held.wait()
        if self.down:
            raise web.HTTPServiceUnavailable


@asynccontextmanager
async def key_server() -> AsyncIterator[KeyServer]:
    """A running key server with one key, `key-1`."""
    server = KeyServer()
    server.add("key-1")
    app = web.Application()
    app.router.add_get("/.well-known/openidconfiguration", server._metadata)
    app.router.add_get("/keys", server._jwks)
    async with running(app) as base_url:
        server.base_url = base_url
        yield server


@asynccontextmanager
async def running(app: web.Application) -> AsyncIterator[str]:
    """An aiohttp application on a port of its own; gives its base URL."""
    # A cancelled handler is what a client that went away leaves behind: no reason to wait for it at the end.
    runner = web.AppRunner(app, shutdown_timeout=0.1, lingering_time=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


def jwk(kid: str, key: rsa.RSAPrivateKey, endorsements: list[str] | None) -> dict[str, Any]:
    public = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    entry = {**public, "kid": kid, "use": "sig", "x5t": kid}
    return entry if endorsements is None else {**entry, "endorsements": endorsements}


def good_claims(*, now: float, **changes: Any) -> dict[str, Any]:
    """The claims of the Bot Framework's tokens, changed; a change to None leaves the claim out."""
    claims = {
        "iss": ISSUER, "aud": APP_ID, "serviceurl": SERVICE_URL, "nbf": int(now) - 5, "exp": int(now) + 3600,
    }  # fmt: skip
    return {name: value for name, value in {**claims, **changes}.items() if value is not None}


def sign(
    claims: Mapping[str, Any],
    *,
    key: rsa.RSAPrivateKey,
    kid: str | None = "key-1",
    algorithm: str = "RS256",
    header: Mapping[str, Any] | None = None,
) -> str:
    named = {} if kid is None else {"kid": kid}
    return jwt.encode(dict(claims), key, algorithm=algorithm, headers={**named, **(header or {})})


def sign_raw(header: bytes, payload: bytes, *, key: rsa.RSAPrivateKey) -> str:
    """A token of any bytes, rightly signed: what no library would write."""
    head = f"{_base64(header)}.{_base64(payload)}"
    return f"{head}.{_base64(key.sign(head.encode(), PKCS1v15(), SHA256()))}"


def unsigned(claims: Mapping[str, Any], *, kid: str = "key-1") -> str:
    """A token with `alg: none`."""
    return f"{_part({'alg': 'none', 'typ': 'JWT', 'kid': kid})}.{_part(claims)}."


def signed_with_public_key(claims: Mapping[str, Any], *, key: rsa.RSAPrivateKey, kid: str = "key-1") -> str:
    """A token with `alg: HS256` whose secret is the public key, which everybody knows."""
    secret = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    head = f"{_part({'alg': 'HS256', 'typ': 'JWT', 'kid': kid})}.{_part(claims)}"
    signature = hmac.digest(secret, head.encode(), "sha256")
    return f"{head}.{_base64(signature)}"


def activity(**changes: Any) -> dict[str, Any]:
    """A message in a channel as Teams sends it, changed; a change to None leaves the field out."""
    good = {
        "type": "message",
        "id": "1700000000001",
        "timestamp": "2026-11-21T03:02:00.000Z",
        "serviceUrl": SERVICE_URL,
        "channelId": "msteams",
        "from": {"id": "29:ana", "name": "Ana", "aadObjectId": "11111111-2222-3333-4444-555555555555"},
        "conversation": {
            "id": "19:alerts@thread.tacv2;messageid=1700000000000",
            "conversationType": "channel", "isGroup": True, "tenantId": TENANT_ID,
        },
        "recipient": {"id": f"28:{APP_ID}", "name": "Tocsin"},
        "text": "<at>Tocsin</at> queue",
        "textFormat": "plain",
        "entities": [
            {"type": "mention", "text": "<at>Tocsin</at>", "mentioned": {"id": f"28:{APP_ID}", "name": "Tocsin"}},
            {"type": "clientInfo", "locale": "en-GB", "country": "GB", "platform": "iOS", "timezone": "Europe/London"},
        ],
        "channelData": {
            "tenant": {"id": TENANT_ID}, "team": {"id": "19:general@thread.tacv2", "name": "SOC"},
            "channel": {"id": "19:alerts@thread.tacv2"},
        },
    }  # fmt: skip
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def invoke(name: str, value: Any, **changes: Any) -> dict[str, Any]:
    """An invoke as Teams sends it."""
    return activity(type="invoke", name=name, value=value, text=None, entities=None, **changes)


def _part(content: Mapping[str, Any]) -> str:
    return _base64(json.dumps(content).encode())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
