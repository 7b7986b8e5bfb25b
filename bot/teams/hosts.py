"""Who may receive our token.

Whoever gets the bot's bearer token can speak as the bot, so it goes to Microsoft's Connector and to hosts that the
operator named, and nowhere else. Asked when an activity comes in and again at each send, because a service URL spends
the time between in a database.
"""

import re
from collections.abc import Iterable
from typing import Final

#: The Connector hosts of the public cloud and of GCC, the two that `https://api.botframework.com` signs for.
#: Whole names: anybody can register a name of their own under trafficmanager.net.
MICROSOFT: Final = frozenset({
    "smba.trafficmanager.net",
    "smba.onyx.prod.teams.trafficmanager.net",
    "smba.infra.gcc.teams.microsoft.com",
})  # fmt: skip

# Deliberately narrower than the RFC. What has no user-info, no query, no backslash and no percent sign is read
# alike by every URL parser, ours and the HTTP client's.
_URL: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?(?P<path>/[a-z0-9._~/-]*)?",
    re.IGNORECASE | re.ASCII,
)
_ENTRY: Final = re.compile(r"(?P<host>[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?", re.IGNORECASE | re.ASCII)
_LOOPBACK: Final = re.compile(r"localhost|127(?:\.[0-9]{1,3}){3}|\[::1\]")
_LONGEST: Final = 512


class TokenHosts:
    """The allow-list: Microsoft's hosts over https at port 443, and the `named` ones.

    A named host is `host` (https at port 443; at loopback plain http at port 80 too) or `host:port` (https or plain
    http at that port, but never plain http at 443). Raises ValueError for anything else.
    """

    def __init__(self, named: Iterable[str] = ()) -> None:
        self._permitted = {("https", host, 443) for host in MICROSOFT}
        for entry in named:
            self._permitted |= _of_entry(entry)

    def permits(self, service_url: object) -> bool:
        """Whether a service URL is one that our token may be sent to."""
        if not isinstance(service_url, str) or len(service_url) > _LONGEST:
            return False
        match = _URL.fullmatch(service_url)
        if match is None:
            return False
        scheme = match["scheme"].lower()
        port = int(match["port"]) if match["port"] else {"https": 443, "http": 80}[scheme]
        return (scheme, match["host"].lower(), port) in self._permitted


def _of_entry(entry: str) -> set[tuple[str, str, int]]:
    match = _ENTRY.fullmatch(entry.strip())
    if match is None:
        raise ValueError(f"{entry!r} is not a host that may receive the bot's token: write host or host:port")
    host = match["host"].lower()
    if match["port"] is None:
        plain = {("http", host, 80)} if _LOOPBACK.fullmatch(host) else set()
        return {("https", host, 443), *plain}
    port = int(match["port"])
    if not 0 < port < 65536:
        raise ValueError(f"{entry!r} has no port between 1 and 65535")
    return {("https", host, port)} if port == 443 else {("https", host, port), ("http", host, port)}
