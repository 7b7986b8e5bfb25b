"""Who is in which channel: read from Teams now and then, so that a 1:1 chat shows the alerts of one's channels."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Final

from bot.alerts.conversation import Conversation
from bot.alerts.errors import DeliveryProblem
from bot.alerts.messages import Messenger
from bot.alerts.ports import Clock, Store, UnitOfWork
from bot.usecases.conversations import keep_name, keep_roster

log = logging.getLogger(__name__)

#: A roster that was read this recently is not read again because somebody unknown asks.
FRESH: Final = timedelta(minutes=1)

#: Seconds that somebody waits while we look whether they are in a channel.
PATIENCE: Final = 5.0

#: The channels of a team, by Teams' ids, and their names; from a service URL and the team's id.
ChannelNames = Callable[[str, str], Awaitable[Mapping[str, str]]]


class Rosters:
    """Reads rosters through the Messenger and keeps them."""

    def __init__(
        self, *, store: Store, messenger: Messenger, clock: Clock, channel_names: ChannelNames | None = None
    ) -> None:
        self._store = store
        self._messenger = messenger
        self._channel_names = channel_names
        self._clock = clock

    async def refresh(self, conversation: Conversation) -> None:
        """Read one roster. A problem of Teams' is logged: the last known roster stays."""
        try:
            members = await self._messenger.members(conversation.address)
        except DeliveryProblem as problem:
            log.warning("the roster of conversation %d could not be read: %s", conversation.id, problem)
            return
        now = self._clock()
        await self._store.write(lambda uow: keep_roster(uow, conversation.id, members, now))
        await self.learn_name(conversation)

    async def learn_name(self, conversation: Conversation) -> None:
        """Ask what a channel is called, where no activity has told it. General has no name: it differs by reader."""
        team = conversation.team_id
        if self._channel_names is None or conversation.name or not team or conversation.teams_id == team:
            return
        try:
            names = await self._channel_names(conversation.service_url, team)
        except DeliveryProblem as problem:
            log.warning("the channels of conversation %d's team could not be read: %s", conversation.id, problem)
            return
        if name := names.get(conversation.teams_id):
            await self._store.write(lambda uow: keep_name(uow, conversation, name))

    async def refresh_all(self) -> None:
        """Read the rosters of all subscribed conversations."""
        for conversation in await self._store.read(lambda uow: uow.conversations.subscribed()):
            await self.refresh(conversation)

    async def look_for(self, person: str) -> None:
        """Somebody speaks in 1:1: make sure that we know whether they are in a subscribed channel."""
        now = self._clock()

        def stale(uow: UnitOfWork) -> list[Conversation]:
            if uow.conversations.subscribed_with(person):
                return []
            subscribed = uow.conversations.subscribed()
            read_at = {one.id: uow.conversations.roster(one.id).read_at for one in subscribed}
            return [one for one in subscribed if (at := read_at[one.id]) is None or now - at > FRESH]

        waiting = await self._store.read(stale)
        if not waiting:
            return
        try:
            async with asyncio.timeout(PATIENCE):
                await asyncio.gather(*(self.refresh(conversation) for conversation in waiting))
        except TimeoutError:
            log.warning("rosters could not be read in time")
