"""Nobody has us call into our own network, however they write it."""

import asyncio
import ipaddress
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp.abc import ResolveResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.webhook import HookEvent, Webhook
from bot.delivery.addresses import Addresses, Forbidden, PublicResolver, is_public
from bot.delivery.webhook_post import WebhookCaller
from tests.support.receiver import receiving

NOW = datetime(2026, 11, 21, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example/x",
        "http://hooks.example/x",
        "ftp://hooks.example/x",
        "https://",
        "https:///x",
        "https://user@hooks.example/",
        "https://user:password@hooks.example/",
        "https://hooks.example@169.254.169.254/",
        "https://hooks.example:0/",
        "https://hooks.example:99999/",
        "https://hooks.example\\@10.0.0.1/",
        "https://hooks.example/x#part",
        "https://hooks.example/a b",
        "https://hooks.example/\n",
        "https://hooks.exämple/",
        "https://127.0.0.1/",
        "https://127.0.0.1:8443/",
        "https://10.1.2.3/",
        "https://172.16.0.1/",
        "https://192.168.0.1/",
        "https://100.64.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://255.255.255.255/",
        "https://[::1]/",
        "https://[::]/",
        "https://[fe80::1]/",
        "https://[fd00::1]/",
        "https://[fec0::1]/",
        "https://[ff02::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/",
        "https://hooks.example/" + "x" * 2_000,
    ],
)
def test_what_is_no_public_https_address_is_forbidden(url: str) -> None:
    with pytest.raises(Forbidden):
        Addresses().check(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example",
        "https://hooks.example/x?sig=a%2Fb&v=1",
        "https://prod-1.westeurope.logic.azure.com:443/workflows/1/triggers/manual/paths/invoke?sp=%2Ftriggers&sig=x_-Y",
        "https://8.8.8.8/",
        "https://[2606:4700::1]/x",
        "HTTPS://HOOKS.EXAMPLE/x",
    ],
)
def test_a_public_https_address_is_not(url: str) -> None:
    Addresses().check(url)


def test_a_host_that_is_named_may_be_anywhere_and_without_tls() -> None:
    named = Addresses(["flows.internal", "127.0.0.1:8080", "[::1]:8080"])
    for url in (
        "http://flows.internal/x",
        "https://flows.internal:8443/",
        "http://127.0.0.1:8080/",
        "http://[::1]:8080/",
    ):
        named.check(url)
    for url in ("http://127.0.0.1:8081/", "https://127.0.0.1/", "http://x.flows.internal/", "http://[::1]/"):
        with pytest.raises(Forbidden):
            named.check(url)


@pytest.mark.parametrize("entry", ["https://flows.internal", "flows.internal/x", "*", "a b", "x:port", "x:1:2"])
def test_what_is_no_host_cannot_be_named(entry: str) -> None:
    with pytest.raises(ValueError, match="TOCSIN_WEBHOOK_HOSTS"):
        Addresses([entry])


@given(st.ip_addresses())
def test_private_addresses_are_never_public(address: Any) -> None:
    if address.is_private or address.is_loopback or address.is_link_local or address.is_multicast:
        assert not is_public(address)


def resolver(*found: str, named: tuple[str, ...] = ()) -> PublicResolver:
    """As if a name led to these addresses."""
    made = PublicResolver(Addresses(named))

    class Says:
        async def resolve(self, host: str, port: int, family: int) -> list[ResolveResult]:
            return [ResolveResult(hostname=host, host=one, port=port, family=family, proto=0, flags=0) for one in found]

    made._resolver = Says()  # type: ignore[assignment]
    return made


async def test_a_name_that_leads_into_a_private_network_is_not_called() -> None:
    assert [one["host"] for one in await resolver("8.8.8.8", "2606:4700::1").resolve("x", 443)] == [
        "8.8.8.8",
        "2606:4700::1",
    ]
    for found in (["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::1"], ["169.254.169.254"], ["nonsense"], []):
        with pytest.raises(Forbidden):
            await resolver(*found).resolve("hooks.example", 443)
    assert await resolver("10.0.0.1", named=("flows.internal",)).resolve("flows.internal", 443)


def to(url: str) -> HookEvent:
    webhook = Webhook(id=1, name="flow", url=url, secret="s", created_at=NOW)
    return HookEvent(id=1, webhook=webhook, event_id="e", kind="test", alert=1, sequence=1, told={})


async def test_the_call_goes_to_the_address_that_was_looked_at_and_to_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name that is public when it is looked at and private a moment later: it is looked up once."""
    asked: list[str] = []
    loop = asyncio.get_running_loop()

    async def getaddrinfo(host: str, port: int, **_more: Any) -> Any:
        asked.append(host)
        address = "192.0.2.1" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(loop, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr("bot.delivery.addresses.is_public", lambda address: str(address) == "192.0.2.1")
    connected: list[Any] = []

    async def connect(sock: socket.socket, address: Any) -> None:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(loop, "sock_connect", connect)
    caller = WebhookCaller(addresses=Addresses(), clock=lambda: NOW)
    answer = await caller.send(to("https://hooks.example/x"))
    await caller.close()
    assert (asked, connected) == (["hooks.example"], [("192.0.2.1", 443)])
    assert answer.status is None


async def test_nothing_is_sent_to_what_is_private_and_no_redirect_is_followed() -> None:
    async with receiving() as receiver:
        port = receiver.url.split(":")[2].split("/")[0]
        caller = WebhookCaller(addresses=Addresses(), clock=lambda: NOW)
        for url in (receiver.url, f"https://127.0.0.1:{port}/hook", f"https://localhost:{port}/hook"):
            answer = await caller.send(to(url))
            assert (answer.status, "private" in answer.why or "https" in answer.why) == (None, True), answer
        await caller.close()
        assert receiver.came == []
        caller = WebhookCaller(addresses=Addresses([receiver.host]), clock=lambda: NOW)
        receiver.answers(307, headers={"Location": receiver.url})
        answer = await caller.send(to(receiver.url))
        await caller.close()
        assert (answer.taken, len(receiver.came)) == (False, 1)
        assert "final address" in answer.why


async def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    came: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.append(await reader.read(10))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    caller = WebhookCaller(addresses=Addresses(["localhost"]), clock=lambda: NOW)
    answer = await caller.send(to(f"https://localhost:{port}/x"))
    await caller.close()
    server.close()
    await server.wait_closed()
    assert (answer.status, answer.why) == (None, "no answer (ClientConnectorCertificateError)")
    assert b"".join(came) == b""


def self_signed(folder: Path) -> Path:
    """A certificate for localhost, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "localhost.pem"
    file.write_bytes(plain + made.public_bytes(pem))
    return file


def test_every_address_is_of_one_kind_or_the_other() -> None:
    for text in ("1.1.1.1", "2a00:1450:4001::1"):
        assert is_public(ipaddress.ip_address(text))
