"""Evidence: the affected assets and indicators of an alert, and the assets that a card names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

#: The kinds that the portal calls impacted assets, in the order in which a card names them.
ASSET_KINDS = (
    "device",
    "user",
    "mailbox",
    "cloudApplication",
    "oauthApplication",
    "servicePrincipal",
    "azureResource",
    "amazonResource",
    "googleCloudResource",
    "kubernetesPod",
    "kubernetesCluster",
    "container",
    "ioTDevice",
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece.

    `kind` is Graph's type without namespace and "Evidence" (device, user, file …), unknown kinds as they came.
    `entity` is the stable key, `kind:value` in lower case, empty where the piece has nothing stable.
    `label` is what people call it. `properties` holds what the source said beyond the common part.
    """

    kind: str
    entity: str
    label: str
    roles: tuple[str, ...] = ()
    verdict: str = "unknown"
    remediation: str = "none"
    tags: tuple[str, ...] = ()
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asset:
    """An impacted asset in a few words."""

    kind: str
    label: str
    entity: str


#: The role of the piece that set the alert off.
TRIGGER = "trigger"

#: What the antivirus and other sensors say of what they have caught.
_CAUGHT = frozenset({"detected", "blocked", "prevented"})

#: Roles of whoever or whatever began it.
_BEGAN = frozenset({"attacker", "source", "suspicious", "commandAndControl", "loaded", "policyViolator"})


def with_trigger(evidence: Sequence[Evidence]) -> Sequence[Evidence]:
    """The same with the piece that set the alert off marked as such.

    Where the source names it, that is it. Otherwise the first of: what a sensor caught, what was found malicious, what
    was found suspicious, what plays an attacker's part, what is an indicator rather than an affected asset, any piece.
    """
    if not evidence or any(TRIGGER in piece.roles for piece in evidence):
        return evidence
    chosen = min(range(len(evidence)), key=lambda place: (_rank(evidence[place]), place))
    marked = replace(evidence[chosen], roles=(*evidence[chosen].roles, TRIGGER))
    return (*evidence[:chosen], marked, *evidence[chosen + 1 :])


def _rank(piece: Evidence) -> int:
    """How likely it set the alert off, 0 the most."""
    if str(piece.properties.get("detectionStatus", "")).lower() in _CAUGHT:
        return 0
    is_asset = piece.kind in ASSET_KINDS
    if piece.verdict in {"malicious", "suspicious"} and not is_asset:
        return 1 if piece.verdict == "malicious" else 2
    if _BEGAN.intersection(piece.roles):
        return 3
    return 5 if is_asset else 4


#: How many assets an alert keeps ready for its card; the rest are counted.
ASSETS_KEPT = 8


def impacted_assets(evidence: Iterable[Evidence]) -> tuple[tuple[Asset, ...], int]:
    """The first assets in the order of ASSET_KINDS, each once, and how many there are in all."""
    order = {kind: place for place, kind in enumerate(ASSET_KINDS)}
    found: dict[str, Asset] = {}
    for piece in evidence:
        if piece.kind in order and piece.label:
            found.setdefault(
                piece.entity or f"{piece.kind}:{piece.label}", Asset(piece.kind, piece.label, piece.entity)
            )
    ranked = sorted(found.values(), key=lambda asset: order[asset.kind])
    return tuple(ranked[:ASSETS_KEPT]), len(ranked)
