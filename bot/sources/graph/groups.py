"""Who is in the groups that permission roles are given to, read from Graph now and then.

Needs the application permissions GroupMember.Read.All and, for directory roles, RoleManagement.Read.Directory.
https://learn.microsoft.com/graph/api/group-list-transitivemembers, .../directoryrole-list-members
"""

import logging
from collections.abc import Collection
from typing import Final
from urllib.parse import quote

from bot.alerts.ports import Clock, Store
from bot.sources.graph.client import Graph, GraphProblem

log = logging.getLogger(__name__)

_USER: Final = "#microsoft.graph.user"
_GROUP: Final = "#microsoft.graph.group"


class Groups:
    """Keeps the members of some groups, `group:<object id>` or `role:<template id>`, as known as Graph lets us."""

    def __init__(self, *, graph: Graph, store: Store, clock: Clock, groups: Collection[str]) -> None:
        self._graph = graph
        self._store = store
        self._clock = clock
        self._groups = sorted(groups)

    async def refresh(self) -> None:
        """Read all of them. What cannot be read stays as it is known, for a while."""
        for group in self._groups:
            try:
                people = await self._members(group)
            except GraphProblem as problem:
                log.warning("who is in %s could not be read: %s", group, problem)
                continue
            await self._keep(group, people)

    async def _keep(self, group: str, people: frozenset[str]) -> None:
        now = self._clock()
        await self._store.write(lambda uow: uow.access.keep_members(group, people, now))

    async def _members(self, group: str) -> frozenset[str]:
        kind, _, number = group.partition(":")
        if kind == "group":
            return await self._in_group(number)
        people: set[str] = set()
        path = f"/v1.0/directoryRoles(roleTemplateId='{quote(number, safe='')}')/members?$select=id"
        try:
            async for page in self._graph.pages(path):
                for member in page:
                    if member.get("@odata.type") == _GROUP:
                        people |= await self._in_group(str(member.get("id", "")))
                    elif member.get("@odata.type", _USER) == _USER:
                        people.add(str(member.get("id", "")).lower())
        except GraphProblem as problem:
            if problem.status != 404:  # a directory role that nobody was ever given is not there
                raise
        return frozenset(people)

    async def _in_group(self, number: str) -> frozenset[str]:
        path = f"/v1.0/groups/{quote(number, safe='')}/transitiveMembers?$select=id&$top=999"
        return frozenset(
            [
                str(member.get("id", "")).lower()
                async for page in self._graph.pages(path)
                for member in page
                if member.get("@odata.type", _USER) == _USER
            ]
        )
