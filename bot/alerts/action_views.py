"""What was done about an alert: its impacted assets with what became of each, and automated investigations."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.alerts.alert import Alert
from bot.alerts.evidence import Evidence
from bot.alerts.views import AlertView


class AssetGroup(StrEnum):
    """The groups of the portal's “Actions taken”, in its order, and the rest of the evidence."""

    MAILBOXES = "mailboxes"
    DEVICES = "devices"
    USERS = "users"
    REST = "rest"


_GROUPS: Final[Mapping[str, AssetGroup]] = {
    "mailbox": AssetGroup.MAILBOXES,
    "device": AssetGroup.DEVICES,
    "ioTDevice": AssetGroup.DEVICES,
    "user": AssetGroup.USERS,
}

#: A word of remediation that asks somebody to do something.
PENDING_APPROVAL: Final = "pendingApproval"

#: What wants attention comes first within its group.
_FIRST: Final = (PENDING_APPROVAL, "active", "running", "partiallyRemediated", "unremediated", "declined")


@dataclass(frozen=True, slots=True)
class Investigations:
    """Automated investigations of alerts of the same type: how many by state, and the newest."""

    by_state: Mapping[str, int]
    newest: Sequence[Alert] = ()

    @property
    def count(self) -> int:
        return sum(self.by_state.values())


@dataclass(frozen=True, slots=True)
class ActionsView:
    """`evidence` is one page, in the order of its groups; `counts` says how many pieces each group has in all."""

    view: AlertView
    evidence: Sequence[Evidence]
    counts: Mapping[AssetGroup, int]
    waiting: Sequence[Evidence]
    investigations: Investigations
    page: int
    #: Pieces on the pages after this one.
    left: int


def group_of(piece: Evidence) -> AssetGroup:
    return _GROUPS.get(piece.kind, AssetGroup.REST)


def in_groups(evidence: Iterable[Evidence]) -> list[Evidence]:
    """Each thing once, in the order of the groups; in each, what wants somebody's attention first."""
    order = list(AssetGroup)
    seen: dict[str, Evidence] = {}
    for piece in evidence:
        seen.setdefault(piece.entity or f"{piece.kind}:{piece.label}", piece)
    return sorted(seen.values(), key=lambda piece: (order.index(group_of(piece)), _urgency(piece)))


def waits_for_approval(evidence: Iterable[Evidence]) -> list[Evidence]:
    """What somebody has to approve or reject."""
    return [piece for piece in evidence if piece.remediation == PENDING_APPROVAL]


def _urgency(piece: Evidence) -> int:
    return _FIRST.index(piece.remediation) if piece.remediation in _FIRST else len(_FIRST)
