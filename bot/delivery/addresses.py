"""Where we call programs outside: never into our own network, unless a setting names the host outright.

Whoever names an address might have us call what only we can reach. So an address is https, and its host resolves to
public addresses alone; the call goes to the very address that was looked at, and follows no redirect.
"""

import ipaddress
import re
import socket
from collections.abc import Iterable
from typing import Final

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

# Narrower than the RFC: what has no user-info, no fragment and no backslash is read alike by every parser of URLs.
_URL: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?(?P<rest>[/?][!-~]*)?",
    re.IGNORECASE | re.ASCII,
)
_ENTRY: Final = re.compile(r"([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", re.ASCII)
_FORBIDDEN: Final = re.compile(r'[\\#"<>^`{|}]')
LONGEST: Final = 2_000
_PORTS: Final = {"https": 443, "http": 80}

#: IPv6 addresses that people route; what wraps an IPv4 address is not among them.
_UNICAST: Final = ipaddress.ip_network("2000::/3")


class Forbidden(OSError):
    """Nothing is sent there; the text says why."""


class Addresses:
    """The rule. `named` are `host` or `host:port` that are called whatever they resolve to, and over plain http too;
    the `setting` names them. Without `within` others may be anybody's; else they are in one of those domains.

    Raises ValueError for a named host that is none.
    """

    def __init__(
        self,
        named: Iterable[str] = (),
        *,
        setting: str = "TOCSIN_WEBHOOK_HOSTS",
        within: Iterable[str] = (),
        longest: int = LONGEST,
    ) -> None:
        self._setting = setting
        self._within = tuple(f".{domain}" for domain in within)
        self._longest = longest
        self._named = frozenset(entry.strip().lower() for entry in named if entry.strip())
        for entry in self._named:
            if not _ENTRY.fullmatch(entry):
                raise ValueError(f"{setting}: {entry!r} is no host: write host or host:port, without https://")

    def check(self, url: str) -> None:
        """Raises Forbidden for an address that is none, or not one of ours to call. Names are looked up later."""
        match = _URL.fullmatch(url) if len(url) <= self._longest else None
        if match is None or _FORBIDDEN.search(match["rest"] or ""):
            raise Forbidden("that is no address such as https://host.example/path")
        host, scheme = match["host"].lower(), match["scheme"].lower()
        port = int(match["port"] or _PORTS[scheme])
        if not 0 < port < 65536:
            raise Forbidden("a port is between 1 and 65535")
        if self.is_named(host, port):
            return
        if scheme != "https":
            raise Forbidden(f"only https, unless {self._setting} names the host")
        if self._within and (port != 443 or not host.endswith(self._within)):
            raise Forbidden(f"no host of Microsoft's, and {self._setting} does not name it")
        literal = _address(host.strip("[]"))
        if literal is not None and not is_public(literal):
            raise Forbidden(f"no address of a private network, unless {self._setting} names it")

    def is_named(self, host: str, port: int) -> bool:
        host = host.lower()
        bare = f"[{host}]" if ":" in host and not host.startswith("[") else host
        return bool({bare, f"{bare}:{port}"} & self._named)


class PublicResolver(AbstractResolver):
    """Looks names up, and knows of public addresses only; the caller connects to what it says and asks no more."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        if self._addresses.is_named(host, port):
            return found
        public = [one for one in found if (address := _address(one["host"])) is not None and is_public(address)]
        # One that is not public spoils all of them: whoever mixes them is up to something.
        if not public or len(public) != len(found):
            raise Forbidden("its name leads into a private network")
        return public

    async def close(self) -> None:
        await self._resolver.close()


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether it is somebody's on the internet: neither private, nor of this machine, nor many at once."""
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        return address in _UNICAST and address.sixtofour is None and address.teredo is None
    return True


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
