"""A page asked for, and in words why it cannot be had: never with its address, whose query may hold a secret."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import aiohttp

from bot.alerts.errors import TocsinError
from bot.transport import read_limited

_LONGEST: Final = 256 * 1024


class Unreached(TocsinError):
    """There was no answer; the text says why, and `fix` what to do."""

    def __init__(self, why: str, fix: str) -> None:
        super().__init__(why)
        self.fix = fix


@dataclass(frozen=True, slots=True)
class Page:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 - JSON
        """None where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


async def page(session: aiohttp.ClientSession, url: str, *, method: str = "GET") -> Page:
    """Raises Unreached."""
    try:
        async with session.request(method, url, allow_redirects=False) as answer:
            body = await read_limited(answer.content, _LONGEST)
            return Page(answer.status, dict(answer.headers), body or b"")
    except aiohttp.InvalidURL:
        raise Unreached("the address is none", "Write an address such as https://host.example.") from None
    except aiohttp.ClientConnectorDNSError:
        raise Unreached(
            "its name is not known", "Look for a typing error in the host, or mend this machine's DNS."
        ) from None
    except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientSSLError) as error:
        why = f"its TLS certificate is not accepted ({_tls(error)})"
        raise Unreached(why, "Give it a certificate of that host that is valid now, with its intermediates.") from None
    except aiohttp.ClientConnectorError:
        fix = "Let this machine reach that host and port: firewall, route, or nothing listens there."
        raise Unreached("nothing answers there: no connection", fix) from None
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        fix = "Look at what stands between: a proxy, a firewall, or the service itself."
        raise Unreached(f"the connection broke off ({type(error).__name__})", fix) from None


def _tls(error: aiohttp.ClientError) -> str:
    inner = getattr(error, "certificate_error", None) or getattr(error, "os_error", None)
    return str(getattr(inner, "verify_message", "") or type(inner or error).__name__)
