"""Evidence: the affected assets and indicators of an alert, and the assets that a card names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
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
