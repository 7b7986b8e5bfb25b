"""Which alerts of a service source come in at all when we ask for them: Defender's alert service settings."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from bot.alerts.words import Severity


class Level(StrEnum):
    """How much of a service source comes in."""

    #: The most relevant for whoever handles alerts: high severity alone.
    RELEVANT = "relevant"
    #: High and medium severity.
    MORE = "more"
    ALL = "all"
    NONE = "none"

    def admits(self, severity: Severity) -> bool:
        return severity.rank >= _LOWEST[self]


_NEVER: Final = 99
_LOWEST: Final[Mapping[Level, int]] = {
    Level.RELEVANT: Severity.HIGH.rank,
    Level.MORE: Severity.MEDIUM.rank,
    Level.ALL: 0,
    Level.NONE: _NEVER,
}

#: Entra ID Protection tells of every risky sign-in; by default only the most relevant come in.
DEFAULTS: Final[Mapping[str, Level]] = {"azureAdIdentityProtection": Level.RELEVANT}


#: The service sources that are asked about, in the order in which they are shown.
LISTED: Final = (
    "azureAdIdentityProtection",
    "microsoftDefenderForEndpoint",
    "microsoftDefenderForIdentity",
    "microsoftDefenderForOffice365",
    "microsoftDefenderForCloudApps",
    "microsoft365Defender",
    "microsoftAppGovernance",
    "dataLossPrevention",
)


def level_of(service: str, chosen: Mapping[str, Level]) -> Level:
    """What an administrator chose for a service source, else the default."""
    return chosen.get(service) or DEFAULTS.get(service, Level.ALL)
