"""Which alert is meant: Defender shows one id with a prefix in its portals and without one in its products."""

import re

from bot.sources.values import bounded

#: What a prefix says about an alert: its service source, and its detection source where it says that too.
PREFIXES: dict[str, tuple[str, str]] = {
    "ra": ("microsoft365Defender", ""),
    "ta": ("microsoft365Defender", "microsoftThreatExperts"),
    "ea": ("microsoft365Defender", "customDetection"),
    "fa": ("microsoftDefenderForOffice365", ""),
    "da": ("microsoftDefenderForEndpoint", ""),
    "ed": ("microsoftDefenderForEndpoint", "customDetection"),
    "aa": ("microsoftDefenderForIdentity", ""),
    "ri": ("microsoftDefenderForIdentity", ""),
    "ca": ("microsoftDefenderForCloudApps", ""),
    "rm": ("microsoftDefenderForCloudApps", ""),
    "ma": ("microsoftAppGovernance", ""),
    "ad": ("azureAdIdentityProtection", ""),
    "dl": ("dataLossPrevention", ""),
    "dc": ("microsoftDefenderForCloud", ""),
    "sn": ("microsoftSentinel", ""),
    "ir": ("microsoftInsiderRiskManagement", ""),
}

#: What products call their alerts: a GUID, as the portal's documentation writes one too (four groups), ticks and a
#: hash, the 24 digits of Cloud Apps, and the 64 of Entra ID Protection.
_WHOLE = (
    "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    "|[0-9a-z]{8}(?:-[0-9a-z]{4}){2}-[0-9a-z]{14}"
    "|[0-9]+_[+-]?[0-9]+"
    "|[0-9a-f]{24}"
    "|[0-9a-f]{64}"
)
#: Letters after a prefix from which on the beginning of an id may be meant.
_BEGINNING = 6

_KNOWN_FORM = re.compile(rf"({'|'.join(PREFIXES)})?({_WHOLE})", re.IGNORECASE | re.ASCII)


def split_id(alert_id: str, provider_alert_id: str = "") -> tuple[str, str]:
    """The prefix, or "", and the canonical id.

    A prefix is one only where the rest is a whole id: a GUID that begins with `fa` keeps its first letters, for
    without them it is none. The rest is whole too if the product itself, as `providerAlertId`, calls the alert so.
    Every other id is opaque, and stays as it is.
    """
    alert_id = alert_id.strip()
    known = _KNOWN_FORM.fullmatch(alert_id)
    if known:
        return (known[1] or "").lower(), bounded(known[2].lower())
    prefix, rest = alert_id[:2].lower(), alert_id[2:]
    if rest and prefix in PREFIXES and rest == provider_alert_id.strip():
        return prefix, bounded(rest)
    return "", bounded(alert_id)


def names_of(text: str) -> tuple[str, ...]:
    """The ids that an alert may be kept under where somebody names it so, or by the beginning of its id."""
    text = text.strip()
    names = [text, canonical_id(text)]
    if text[:2].lower() in PREFIXES and len(text) > 2 + _BEGINNING:
        names.append(text[2:].lower())
    return tuple(dict.fromkeys(names))


def canonical_id(alert_id: str, provider_alert_id: str = "") -> str:
    """The identity of an alert: the same for its prefixed and its bare id."""
    return split_id(alert_id, provider_alert_id)[1]
