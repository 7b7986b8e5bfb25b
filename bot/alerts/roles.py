"""Permission roles: who may do what, and which service sources exist for whom.

Until an administrator is named, members of the tenant are responders and guests are readers; from then on, whoever is
not named has no role, and for them there are no alerts.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What somebody may do; each role may also do what those before it may."""

    #: Looks.
    READER = "reader"
    #: Handles alerts.
    RESPONDER = "responder"
    #: Decides what concerns everybody.
    ADMINISTRATOR = "administrator"

    def covers(self, needed: "Role") -> bool:
        order = list(Role)
        return order.index(self) >= order.index(needed)


#: What only some uses of a verb or command are.
FINER: Final = (
    "renameTag",
    "undoOthers",
    "maintenanceEverywhere",
    "triageAct",
    "chooseServices",
    "chooseExperts",
    "setDigest",
    *("renameTag", "undoOthers", "maintenanceEverywhere", "triageAct", "chooseServices", "chooseExperts"),
    "oncallOverride",
)

#: What begins elsewhere than on a card or with a command.
ELSEWHERE: Final = ("share", "createAlert")

#: The role that each verb and each command needs, and each finer use. A test keeps it complete.
NEEDS: Final[Mapping[str, Role]] = {
    **dict.fromkeys(
        (
            "alert",
            # Whoever was asked may answer.
            "answer",
            "back",
            "details",
            "digest",
            "handover",
            "help",
            "history",
            "entity",
            "experts",
            "export",
            "incident",
            "language",
            "story",
            "mine",
            "oncall",
            "page",
            "quiet",
            "queue",
            "recommendations",
            "refresh",
            "remind",
            "reminders",
            "routes",
            "search",
            "services",
            "show",
            "silences",
            "similar",
            "trends",
            "where",
            "allowlist",
            "rules",
            "choices",
            "share",
        ),
        Role.READER,
    ),
    **dict.fromkeys(
        (
            "assign",
            "classify",
            "comment",
            "escalate",
            "consult",
            "createAlert",
            "link",
            "maintenance",
            "manage",
            "reopen",
            "lift",
            "resolve",
            "silence",
            "start",
            "subscribe",
            "rule",
            "tag",
            "tune",
            "triage",
            "undo",
            "unhide",
            "unsubscribe",
        ),
        Role.RESPONDER,
    ),
    **dict.fromkeys(FINER, Role.ADMINISTRATOR),
    # Which digests a channel gets; in their own chat everybody who may look decides.
    "setDigest": Role.RESPONDER,
    "oncallOverride": Role.RESPONDER,
}

#: Who is in a group is forgotten where it could not be read for so long: better nobody than somebody who has left.
MEMBERS_COUNT_FOR: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Grant:
    """People by Entra object id, and groups: `group:<object id>`, or `role:<template id>` of a directory role."""

    people: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.people or self.groups)

    def holds(self, person: str, groups: Collection[str]) -> bool:
        """Whether somebody is meant, who is in these groups."""
        return person in self.people or not self.groups.isdisjoint(groups)


@dataclass(frozen=True, slots=True)
class AccessRules:
    """What the settings say. `services` limits alerts of a service source to those of its grant."""

    administrators: Grant = Grant()
    responders: Grant = Grant()
    readers: Grant = Grant()
    services: Mapping[str, Grant] = field(default_factory=dict)

    @property
    def groups(self) -> frozenset[str]:
        """The groups whose members matter."""
        grants = (self.administrators, self.responders, self.readers, *self.services.values())
        return frozenset().union(*(grant.groups for grant in grants))

    def role_of(self, person: str, groups: Collection[str], *, is_guest: bool) -> Role | None:
        """None where somebody has no role."""
        if not self.administrators:
            return Role.READER if is_guest else Role.RESPONDER
        named = (
            (Role.ADMINISTRATOR, self.administrators),
            (Role.RESPONDER, self.responders),
            (Role.READER, self.readers),
        )
        return next((role for role, grant in named if grant.holds(person, groups)), None)

    def barred(self, person: str, groups: Collection[str]) -> frozenset[str]:
        """The service sources whose alerts do not exist for somebody."""
        return frozenset(service for service, grant in self.services.items() if not grant.holds(person, groups))
