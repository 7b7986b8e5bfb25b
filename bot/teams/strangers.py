"""Somebody whom the people picker names and whom we have not met yet."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeVar

from bot.alerts.errors import DeliveryProblem, Refused
from bot.alerts.ports import Clock, Store
from bot.teams.activity import InboundActivity
from bot.teams.connector import Connector
from bot.teams.rosters import Rosters
from bot.usecases.conversations import meet_member

T = TypeVar("T")

#: Seconds for Teams to tell who it is; a press waits for it.
_PATIENCE: Final = 1.5

#: Looks a person up in a conversation by Entra object id, and remembers them; False if they are not there.
Introduce = Callable[[InboundActivity, str], Awaitable[bool]]


def introductions(store: Store, connector: Connector, clock: Clock) -> Introduce:
    """By asking Teams."""

    async def introduce(activity: InboundActivity, person: str) -> bool:
        try:
            async with asyncio.timeout(_PATIENCE):
                member = await connector.member(activity.address, person)
        except (DeliveryProblem, TimeoutError):
            return False
        if not member.object_id:
            return False
        now = clock()
        await store.write(lambda uow: meet_member(uow, member, now))
        return True

    return introduce


def rosters_of(store: Store, connector: Connector, clock: Clock) -> Rosters:
    """Rosters and names of channels, as Teams tells them."""

    async def names(service_url: str, team: str) -> Mapping[str, str]:
        return {channel.id: channel.name for channel in await connector.team_channels(service_url, team)}

    return Rosters(store=store, messenger=connector, clock=clock, channel_names=names)


async def introducing(run: Callable[[], Awaitable[T]], introduce: Introduce, activity: InboundActivity) -> T:
    """Run it; where it is refused because it names a stranger who is in the conversation, run it again."""
    try:
        return await run()
    except Refused as refused:
        stranger = str(refused.facts.get("person", ""))
        if refused.reason != "unknownPerson" or not await introduce(activity, stranger):
            raise
    return await run()
