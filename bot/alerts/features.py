"""What an alert is like: the few words, each with a number, by which alike ones are found and habits are counted."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Final, NamedTuple

from bot.alerts.alert import Alert
from bot.alerts.evidence import Evidence

#: What a word is about, and how much it says, set on real alerts. The place of a kind in this list is part of every
#: number: add at the end, and never take one away.
WEIGHTS: Final[Mapping[str, float]] = {
    "rule": 2.0,
    "type": 1.0,
    "category": 1.0,
    "technique": 1.0,
    "site": 5.0,
    "siteRule": 4.0,
    "siteType": 2.0,
    "siteCategory": 1.0,
    "detection": 0.3,
    "threat": 2.0,
    "host": 1.0,
    "user": 0.5,
    "address": 0.5,
    "file": 1.0,
    "domain": 1.0,
    "url": 1.0,
    "mailbox": 0.5,
    "application": 1.0,
    "resource": 1.0,
    "process": 1.0,
    "registry": 1.0,
    "message": 0.5,
    "label": 0.5,
    "other": 0.5,
}

_CODES: Final = {kind: code for code, kind in enumerate(WEIGHTS)}
_BY_CODE: Final = tuple(WEIGHTS)
_CODE_BITS: Final = 5

#: Evidence of these kinds, by what people call it.
ENTITY_KINDS: Final[Mapping[str, str]] = {
    "device": "host",
    "ioTDevice": "host",
    "user": "user",
    "servicePrincipal": "user",
    "gitHubUser": "user",
    "ip": "address",
    "networkConnection": "address",
    "nic": "address",
    "file": "file",
    "fileHash": "file",
    "malware": "file",
    "dns": "domain",
    "activeDirectoryDomain": "domain",
    "url": "url",
    "mailbox": "mailbox",
    "mailboxConfiguration": "mailbox",
    "cloudApplication": "application",
    "oauthApplication": "application",
    "aiAgent": "application",
    "process": "process",
    "registryKey": "registry",
    "registryValue": "registry",
    "analyzedMessage": "message",
    "submissionMail": "message",
    "teamsMessage": "message",
    "mailCluster": "message",
    "azureResource": "resource",
    "amazonResource": "resource",
    "googleCloudResource": "resource",
    "container": "resource",
    "containerImage": "resource",
    "kubernetesPod": "resource",
    "kubernetesCluster": "resource",
    "kubernetesNamespace": "resource",
    "kubernetesController": "resource",
    "kubernetesService": "resource",
    "blob": "resource",
    "blobContainer": "resource",
    "gitHubRepo": "resource",
}

#: An alert with thousands of pieces of evidence shall neither be slow nor be like everything.
_LOOKED_AT: Final = 1_000
_OF_A_KIND: Final = 8
_ENTITIES: Final = 24
_TECHNIQUES: Final = 8
_LABELS: Final = 4

#: Labels that say where; the site's own says so already.
_PLACES: Final = ("instance", "host", "service", "job", "namespace", "pod")

_LONG: Final = 200
_NUMBERS: Final = re.compile(r"\d+")
_SPACES: Final = re.compile(r"\s+")


class Feature(NamedTuple):
    """One word. `number` is its own for ever: 58 bits of a digest, and its kind."""

    number: int
    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class Likeness:
    """All that is compared and counted of an alert. `entities` are the numbers of its entities, the first ones.

    `site_name` is the site as the source writes it, `site` the same for comparing.
    """

    site: str
    site_name: str
    features: tuple[Feature, ...]
    category: str
    alert_type: str
    rule: str
    entities: tuple[int, ...]


@lru_cache(maxsize=4_096)
def number_of(kind: str, *values: str) -> int:
    digest = blake2b("\x1f".join((kind, *values)).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> (_CODE_BITS + 1)) << _CODE_BITS | _CODES[kind]


def kind_of(number: int) -> str:
    code = number & ((1 << _CODE_BITS) - 1)
    return _BY_CODE[code] if code < len(_BY_CODE) else "other"


def rule_of(alert: Alert) -> str:
    """The type and the title without what changes from alert to alert: numbers, and the names of its assets."""
    title = alert.title.casefold()
    for asset in alert.assets:
        if len(asset.label) > 2:
            title = title.replace(asset.label.casefold(), "…")
    title = _SPACES.sub(" ", _NUMBERS.sub("0", title)).strip()[:_LONG]
    return f"{alert.alert_type}\x1f{title}"


def likeness_of(alert: Alert, evidence: Sequence[Evidence], site: str) -> Likeness:
    place, rule = site.casefold(), rule_of(alert)
    kind, category = alert.alert_type or rule, alert.category.casefold()
    found = [Feature(number_of("rule", category, rule), "rule", alert.title)]
    if alert.alert_type:
        found.append(Feature(number_of("type", kind), "type", alert.alert_type))
    if category:
        found.append(Feature(number_of("category", category), "category", alert.category))
    if place:
        found += (
            Feature(number_of("site", place), "site", site),
            Feature(number_of("siteRule", place, category, rule), "siteRule", site),
            Feature(number_of("siteType", place, kind), "siteType", site),
            Feature(number_of("siteCategory", place, category), "siteCategory", site),
        )
    found += [Feature(number_of("technique", name.casefold()), "technique", name) for name in alert.mitre[:_TECHNIQUES]]
    for name, value in (("detection", alert.detection_source or alert.source), ("threat", alert.threat)):
        if value:
            found.append(Feature(number_of(name, value.casefold()), name, value))
    found += [
        Feature(number_of("label", name, alert.labels[name].casefold()), "label", alert.labels[name])
        for name in _PLACES
        if alert.labels.get(name)
    ][:_LABELS]
    entities = list(_entities(evidence))
    features = {feature.number: feature for feature in (*found, *entities)}
    return Likeness(
        site=place,
        site_name=site,
        features=tuple(features.values()),
        category=category,
        alert_type=kind,
        rule=rule,
        entities=tuple(dict.fromkeys(feature.number for feature in entities)),
    )


def _entities(evidence: Sequence[Evidence]) -> Iterable[Feature]:
    """The first of each kind: a source puts first what matters."""
    seen: dict[str, int] = {}
    known: set[str] = set()
    for piece in evidence[:_LOOKED_AT]:
        if not piece.entity or piece.entity in known:
            continue
        known.add(piece.entity)
        kind = ENTITY_KINDS.get(piece.kind, "other")
        if seen.get(kind, 0) >= _OF_A_KIND:
            continue
        seen[kind] = seen.get(kind, 0) + 1
        yield Feature(number_of(kind, piece.entity), kind, piece.label or piece.entity)
        if sum(seen.values()) >= _ENTITIES:
            return
