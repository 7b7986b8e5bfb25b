"""Graph's evidence in our words. Every piece is kept, of whatever type."""

import re
from collections.abc import Mapping
from typing import Any

from bot.alerts.evidence import TRIGGER, Evidence
from bot.sources.defender_words import open_word
from bot.sources.evidence_kinds import KINDS, Naming, Piece, text_at
from bot.sources.text import short
from bot.sources.values import entity_key, scalar_text

_TYPE = "@odata.type"
_NAMESPACE = "microsoft.graph.security."
_KIND_LENGTH = 60
_LABEL_LENGTH = 120

#: What `Evidence` has a place for, or what says nothing about the thing itself.
_COMMON = frozenset({_TYPE, "verdict", "remediationStatus", "roles", "tags"})

#: Ids of something else: of the device on which it was found, of the tenant.
_ELSEWHERE = frozenset({"mdeDeviceId", "tenantId", "rbacGroupId", "subscriptionId", "owningTenantId"})
_ID_LIKE = re.compile(r"(?:^id|Id|ID|Guid|GUID|^sid|Sid|^urn|Urn|sha256|sha1|Hash)$")
_NAME_LIKE = re.compile(r"(?:^|[a-z])(?:[nN]ame|[tT]itle|[sS]ubject|[aA]ddress|[uU]rl|[uU]pn)$")


def read_evidence(piece: Piece) -> Evidence:
    """One piece. Nested objects that are evidence themselves (an image file, users) stay in its properties."""
    kind = kind_of(piece.get(_TYPE))
    naming = KINDS.get(kind, _GENERIC)
    key = naming.key(piece)
    label = naming.label(piece) or key or _generic_label(piece) or kind
    return Evidence(
        kind=kind,
        entity=entity_key(kind, key),
        label=short(label, _LABEL_LENGTH),
        roles=_roles(piece),
        verdict=text_at(piece, ("verdict",)) or "unknown",
        remediation=text_at(piece, ("remediationStatus",)) or "none",
        tags=_texts(piece.get("tags")),
        properties={name: value for name, value in piece.items() if value is not None and name not in _COMMON},
    )


def kind_of(type_name: object) -> str:
    """Graph's type without namespace and `Evidence`; other types as they came, and a missing one is `unknown`."""
    if not isinstance(type_name, str):
        return "unknown"
    kind = type_name.strip().removeprefix("#").removeprefix(_NAMESPACE).removesuffix("Evidence")
    return short(kind, _KIND_LENGTH) or "unknown"


def _roles(piece: Piece) -> tuple[str, ...]:
    """Graph's roles, and `trigger` where the detailed ones, which are free text, say so."""
    roles = tuple(role for role in _texts(piece.get("roles")) if open_word(role))
    if any("trigger" in detail.lower() for detail in _texts(piece.get("detailedRoles"))):
        return (*roles, TRIGGER)
    return roles


def _texts(value: Any) -> tuple[str, ...]:  # noqa: ANN401 - any JSON value
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _generic_key(piece: Piece) -> str:
    return _first_matching(piece, _ID_LIKE) or _generic_label(piece)


def _generic_label(piece: Piece) -> str:
    return text_at(piece, ("displayName",)) or _first_matching(piece, _NAME_LIKE)


def _first_matching(piece: Mapping[str, Any], names: re.Pattern[str]) -> str:
    for name, value in piece.items():
        if names.search(name) and name not in _ELSEWHERE and (found := (scalar_text(value) or "").strip()):
            return found
    return ""


#: For types that Graph has got since: the first that looks like an id, the first that looks like a name.
_GENERIC = Naming(_generic_key, _generic_label)
