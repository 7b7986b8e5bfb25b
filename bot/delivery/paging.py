"""Paging goes on: steps that are due are taken, chats opened for pages, and what cannot be delivered is passed on."""

import logging
from datetime import datetime, timedelta
from typing import Final

from bot.alerts.errors import DeliveryDelayed, DeliveryRefused
from bot.alerts.escalation import Page
from bot.alerts.messages import ConversationKind, Messenger
from bot.alerts.people import Person
from bot.alerts.ports import Clock, Store, UnitOfWork
from bot.usecases.escalations import advance_due, chat_opened, give_up

log = logging.getLogger(__name__)

#: Chats that are opened, and undelivered pages that are passed on, in one go.
AT_ONCE: Final = 20

#: How long until a chat that could not be opened is tried again, where Teams says nothing else.
AGAIN: Final = timedelta(seconds=10)

#: A chat that could not be opened for so long is given up: the next one is paged.
PATIENCE: Final = timedelta(minutes=2)


class Paging:
    """One look after the other; whatever another process does at the same time is done once."""

    def __init__(self, *, store: Store, messenger: Messenger, clock: Clock, tenant_id: str) -> None:
        self._store = store
        self._messenger = messenger
        self._clock = clock
        self._tenant_id = tenant_id

    async def look(self) -> None:
        now = self._clock()
        due, unopened, undelivered = await self._store.read(
            lambda uow: (
                bool(uow.escalations.due(now, limit=1)),
                uow.pages.unopened(now, limit=AT_ONCE),
                bool(uow.pages.undelivered(limit=1)),
            )
        )
        if due:
            await self._store.write(lambda uow: advance_due(uow, now))
        if undelivered:
            await self._store.write(lambda uow: _pass_on(uow, now))
        for page in unopened:
            await self._open(page)

    async def _open(self, page: Page) -> None:
        """The 1:1 chat of a page. Teams gives the same one however often it is opened."""
        person, service_url = await self._store.read(lambda uow: _whom(uow, page))
        if person is None or not service_url:
            await self._store.write(lambda uow: give_up(uow, page, self._clock()))
            return
        try:
            chat = await self._messenger.open_personal(service_url, person.teams_id or person.object_id)
        except DeliveryDelayed as delayed:
            log.info("the chat for page %d waits: %s", page.id, delayed)
            await self._wait(page, delayed.retry_after or AGAIN)
            return
        except DeliveryRefused as refused:
            log.warning("page %d cannot be delivered: %s", page.id, refused)
            await self._store.write(lambda uow: give_up(uow, page, self._clock()))
            return
        await self._store.write(lambda uow: self._opened(uow, page, person, (chat, service_url)))

    async def _wait(self, page: Page, again: timedelta) -> None:
        now = self._clock()
        if now - page.opened_at > PATIENCE:
            await self._store.write(lambda uow: give_up(uow, page, now))
        else:
            await self._store.write(lambda uow: uow.pages.try_later(page.id, now + again))

    def _opened(self, uow: UnitOfWork, page: Page, person: Person, there: tuple[str, str]) -> None:
        chat, service_url = there
        known = uow.conversations.meet(
            teams_id=chat,
            kind=ConversationKind.PERSONAL,
            service_url=service_url,
            tenant_id=self._tenant_id,
            person=person.object_id,
        )
        chat_opened(uow, page, known.id, self._clock())


def _whom(uow: UnitOfWork, page: Page) -> tuple[Person | None, str]:
    """Who it is for, and where Teams is to be called for them: as in the channels that get alerts."""
    who = page.person or ""
    places = [*uow.conversations.subscribed_with(who), *uow.conversations.subscribed()]
    return uow.people.many([who]).get(who), places[0].service_url if places else ""


def _pass_on(uow: UnitOfWork, now: datetime) -> None:
    for page in uow.pages.undelivered(limit=AT_ONCE):
        give_up(uow, page, now)
