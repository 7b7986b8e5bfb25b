"""Which part of the organisation an alert belongs to: its team, site or asset group, whatever says so first.

People judge alike what happens in the same place, so recommendations count by it. A single organisation has no better
word for "whose alert is this" than what its sources already send.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from bot.alerts.alert import Alert
from bot.alerts.evidence import Evidence

#: What is looked at where nobody has said otherwise, the first that is there.
SITE_FROM: Final = (
    "label:team",
    "label:site",
    "label:cluster",
    "label:environment",
    "assetGroup",
    "domain",
    "service",
)

#: The name that Defender gives to devices of no group: it says nothing.
_NO_GROUP: Final = frozenset({"", "unassignedgroup"})

#: Domains that every machine has.
_NO_DOMAIN: Final = frozenset({"", "nt authority", "workgroup", "builtin", "font driver host", "window manager"})

#: Pieces of evidence that are looked through.
_LOOKED_AT: Final = 100

#: Characters of a site's name that count.
_NAME: Final = 100


def read_site_from(text: str) -> tuple[str, ...]:
    """The setting: words with commas between them. Raises ValueError naming the word that is not right."""
    words = tuple(word.strip() for word in text.split(",") if word.strip())
    for word in words:
        if word not in _WAYS and not (word.startswith("label:") and word != "label:"):
            raise ValueError(f"{word!r} is none of label:NAME, {', '.join(_WAYS)}")
    return words


def site_of(alert: Alert, evidence: Sequence[Evidence], ways: Iterable[str] = SITE_FROM) -> str:
    """The site's name as the source writes it; empty where nothing says so."""
    for way in ways:
        label = way.removeprefix("label:")
        found = alert.labels.get(label, "") if label != way else _WAYS[way](alert, evidence)
        if found:
            return found[:_NAME]
    return ""


def _asset_group(_alert: Alert, evidence: Sequence[Evidence]) -> str:
    for piece in evidence[:_LOOKED_AT]:
        name = piece.properties.get("rbacGroupName") if piece.kind == "device" else None
        if isinstance(name, str) and name.casefold() not in _NO_GROUP:
            return name
    return ""


def _domain(_alert: Alert, evidence: Sequence[Evidence]) -> str:
    for piece in evidence[:_LOOKED_AT]:
        account = piece.properties.get("userAccount") if piece.kind == "user" else None
        name = account.get("domainName") if isinstance(account, Mapping) else None
        if isinstance(name, str) and name.casefold() not in _NO_DOMAIN:
            return name
    return ""


_WAYS: Final[Mapping[str, Callable[[Alert, Sequence[Evidence]], str]]] = {
    "assetGroup": _asset_group,
    "domain": _domain,
    "service": lambda alert, _evidence: alert.service_source,
    "source": lambda alert, _evidence: alert.source,
}
