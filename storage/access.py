"""Who has which permission role: the settings' rules, and the members of the groups that they name."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select

from bot.alerts.roles import MEMBERS_COUNT_FOR, AccessRules, Grant, Role
from storage.access_tables import group_members, group_reads
from storage.statements import twin
from storage.tables import people, roster
from storage.types import Utc

_IS_GUEST = select(people.c.is_guest).where(people.c.object_id == bindparam("person_"))
_still_counts = group_reads.c.read_at > bindparam("since_", type_=Utc())
_GROUPS = (
    select(group_members.c.group)
    .join(group_reads, group_reads.c.group == group_members.c.group)
    .where(group_members.c.person == bindparam("person_"), _still_counts)
)
_MEMBERS = (
    select(group_members.c.person)
    .join(group_reads, group_reads.c.group == group_members.c.group)
    .where(group_members.c.group == bindparam("group_"), _still_counts)
)
_KNOWN = select(group_members.c.person).where(group_members.c.group == bindparam("group_"))
_ROSTER = select(roster.c.person).where(roster.c.conversation == bindparam("conversation_"))
_GUESTS = (
    select(roster.c.person)
    .join(people, people.c.object_id == roster.c.person)
    .where(roster.c.conversation == bindparam("conversation_"), people.c.is_guest)
)
_JOIN = twin(lambda insert: insert(group_members).on_conflict_do_nothing())
_LEAVE = delete(group_members).where(
    group_members.c.group == bindparam("group_"), group_members.c.person == bindparam("person_")
)
_UNREAD = delete(group_reads).where(group_reads.c.group == bindparam("group_"))
_READ = insert(group_reads)


class Access:
    def __init__(self, connection: Connection, rules: AccessRules) -> None:
        self._on = connection
        self._rules = rules

    def role_of(self, person: str, at: datetime) -> Role | None:
        is_guest = bool(self._on.execute(_IS_GUEST, {"person_": person}).scalar())
        return self._rules.role_of(person, self._groups_of(person, at), is_guest=is_guest)

    def barred(self, person: str, at: datetime) -> frozenset[str]:
        return self._rules.barred(person, self._groups_of(person, at)) if self._rules.services else frozenset()

    def barred_in(self, conversation: int, at: datetime) -> frozenset[str]:
        """All that are limited, where nobody knows who is there."""
        if not self._rules.services:
            return frozenset()
        there = frozenset(self._on.execute(_ROSTER, {"conversation_": conversation}).scalars())
        return frozenset(
            service
            for service, grant in self._rules.services.items()
            if not there or not there <= self._people_of(grant, at)
        )

    def readers_in(self, conversation: int, at: datetime) -> frozenset[str]:
        rules = self._rules
        if not rules.administrators:
            return frozenset(self._on.execute(_GUESTS, {"conversation_": conversation}).scalars())
        if not rules.readers:
            return frozenset()
        there = frozenset(self._on.execute(_ROSTER, {"conversation_": conversation}).scalars())
        more = self._people_of(rules.administrators, at) | self._people_of(rules.responders, at)
        return (there & self._people_of(rules.readers, at)) - more

    def keep_members(self, group: str, people: Collection[str], at: datetime) -> None:
        wanted = frozenset(people)
        known = frozenset(self._on.execute(_KNOWN, {"group_": group}).scalars())
        if gone := sorted(known - wanted):
            self._on.execute(_LEAVE, [{"group_": group, "person_": person} for person in gone])
        if new := sorted(wanted - known):
            self._on.execute(_JOIN.on(self._on), [{"group": group, "person": person} for person in new])
        self._on.execute(_UNREAD, {"group_": group})
        self._on.execute(_READ, {"group": group, "read_at": at})

    def _groups_of(self, person: str, at: datetime) -> frozenset[str]:
        if not self._rules.groups:
            return frozenset()
        found = self._on.execute(_GROUPS, {"person_": person, "since_": at - MEMBERS_COUNT_FOR})
        return frozenset(found.scalars()) & self._rules.groups

    def _people_of(self, grant: Grant, at: datetime) -> frozenset[str]:
        since = at - MEMBERS_COUNT_FOR
        members = (self._on.execute(_MEMBERS, {"group_": group, "since_": since}).scalars() for group in grant.groups)
        return grant.people.union(*members)
