"""The closed vocabularies of an alert, with Graph's spelling. Open ones (category, service source …) stay strings."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Severity(StrEnum):
    """How bad it would be. Alertmanager's `critical` is high; anything unknown counts as medium."""

    INFORMATIONAL = "informational"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """0 for informational up to 3 for high."""
        return list(Severity).index(self)


class Status(StrEnum):
    """The people's word for where an alert is."""

    NEW = "new"
    IN_PROGRESS = "inProgress"
    RESOLVED = "resolved"


class Signal(StrEnum):
    """The source's own word, for sources that say when the trouble is over."""

    FIRING = "firing"
    CLEARED = "cleared"


class Classification(StrEnum):
    """What the alert turned out to be. Graph's `unknown` is notSet."""

    NOT_SET = "notSet"
    TRUE_POSITIVE = "truePositive"
    EXPECTED = "informationalExpectedActivity"
    FALSE_POSITIVE = "falsePositive"


#: No determination: Graph's `unknown`.
UNDETERMINED = ""

#: The determinations that fit each classification, in the portal's order, with Graph's values.
DETERMINATIONS: Mapping[Classification, tuple[str, ...]] = MappingProxyType(
    {
        Classification.NOT_SET: (),
        Classification.TRUE_POSITIVE: (
            "multiStagedAttack",
            "maliciousUserActivity",
            "compromisedAccount",
            "malware",
            "phishing",
            "unwantedSoftware",
            "other",
        ),
        Classification.EXPECTED: ("securityTesting", "lineOfBusinessApplication", "confirmedActivity", "other"),
        Classification.FALSE_POSITIVE: ("notMalicious", "notEnoughDataToValidate", "other"),
    }
)

#: Withdrawn in August 2022: taken from sources, never offered to people.
WITHDRAWN_DETERMINATIONS = frozenset({"apt", "securityPersonnel"})
