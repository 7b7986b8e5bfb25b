"""Text that others wrote, made harmless before it becomes part of a card.

Everything that an alert says may be an attacker's. The element functions call `clean` on every text and `escape` where
a client reads Markdown, so that no card can forget to. Nothing here is for looks.
"""

import re
from urllib.parse import urlsplit

#: Hosts that a card may link to, besides those that the operator names.
PORTALS = frozenset({"security.microsoft.com", "learn.microsoft.com", "portal.azure.com", "attack.mitre.org"})

_PORTAL_FAMILY = ".microsoft.com"

#: Control characters but tab and newline, invisible ones, and the marks that steer the direction of writing unseen.
#: The joiners that emoji and some scripts are made of stay.
_DROPPED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2060-\u2064\ufeff\U000e0000-\U000e007f]"
)

#: What would turn the text around it (a file name that reads backwards), and halves of characters: shown as unreadable.
_UNREADABLE = re.compile("[\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")

#: What clients expand or turn into something live: `{{DATE()}}`, `${}`, `<at>`.
_LIVE = re.compile(r"\{(?=\{)|\$(?=\{)|<(?=/?\s*at\b)", re.IGNORECASE)

_LINK = re.compile(r"\b(h)(tt)(ps?:/{0,2})([^\s/?#]*)|\b(f)(t)(p://)([^\s/?#]*)|\b(www)\.", re.IGNORECASE)

#: The first look at a text: most have nothing of all this, and are done.
_SUSPECT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff"
    "\U000e0000-\U000e007f{<]|https?:|ftp:|www\\.",
    re.IGNORECASE,
)

_JOINER = "\u2060"

_MARKUP = re.compile(r"[\\`*_\[\]<>&~|]|^#(?=#{0,5}(?:\s|$))|^[+-](?=\s|$)|^-(?=[\s-]*$)")
_ORDINAL = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")
_SPACE = re.compile(r"\s+")


def clean(text: str) -> str:
    """The text as people may see it: nothing invisible, nothing that a client would expand, no live address."""
    if not _SUSPECT.search(text):
        return text
    text = _LINE_ENDS.sub("\n", text)
    text = _UNREADABLE.sub("\ufffd", text)
    text = _DROPPED.sub("", text)
    text = _LINK.sub(_cool, text)
    return _LIVE.sub(lambda found: found[0] + _JOINER, text)


def one_line(text: str) -> str:
    """White space, line ends among it, as single spaces."""
    return _SPACE.sub(" ", text).strip()


def escape(text: str) -> str:
    """One line of text so that a Markdown reader shows exactly it."""
    text = one_line(text)
    text = _MARKUP.sub(r"\\\g<0>", text)
    return _ORDINAL.sub(r"\1\\\2", text)


def clip(text: str, most: int) -> str:
    """At most so many characters, cut where a character ends; what was cut is marked."""
    if len(text) <= most:
        return text
    return text[: most - 1].rstrip(" \n\t\u200d\ufe0f") + "…"


def brief(text: str, most: int) -> str:
    """One line of at most so many characters; what is far beyond them is not even looked at."""
    return clip(one_line(text[: 4 * most]), most)


def defang(indicator: str) -> str:
    """An address, domain or URL that cannot be followed by accident: `hxxps://evil[.]example`."""
    scheme, separator, rest = indicator.partition("://")
    if not separator:
        return _dotted(indicator)
    host, slash, path = rest.partition("/")
    return f"{_cold_scheme(scheme)}://{_dotted(host)}{slash}{path}"


def may_link(url: str, link_hosts: frozenset[str]) -> bool:
    """Whether a card may lead there: https, one of Microsoft's portals or a host that the operator named."""
    if len(url) > 2_000 or not url.isascii() or not url.isprintable() or any(letter in url for letter in ' \\<>"`{}'):
        return False
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.scheme != "https" or "@" in parts.netloc:
        return False
    named = f"{host}:{port}" if port else host
    if named in link_hosts:
        return True
    return port in (None, 443) and (host in link_hosts or host in PORTALS or host.endswith(_PORTAL_FAMILY))


def _cool(found: re.Match[str]) -> str:
    if found[9]:
        return f"{found[9]}[.]"
    if found[5]:
        return f"{found[5]}x{found[7]}{_dotted(found[8])}"
    return f"{found[1]}xx{found[3]}{_dotted(found[4])}"


def _cold_scheme(scheme: str) -> str:
    scheme = scheme.lower()
    return f"hxxp{scheme[4:]}" if scheme.startswith("http") else scheme


def _dotted(host: str) -> str:
    return host.replace("[.]", ".").replace(".", "[.]")
