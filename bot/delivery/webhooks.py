"""Tells webhooks: signed, at least once, in order for each alert, and not for ever."""

import asyncio
import logging
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Final, Protocol

from bot.alerts.errors import Busy
from bot.alerts.ports import Clock, Store, UnitOfWork
from bot.alerts.webhook import HookEvent
from bot.delivery.retry import backoff
from bot.delivery.webhook_post import CALL_TIMEOUT, Answer, Caller
from bot.loops import POLL, survived

log = logging.getLogger(__name__)

#: Calls at once, in all and to one receiver.
ABREAST, ABREAST_EACH = 16, 4

#: A claim holds longer than a call can take, so nobody has to renew it: after it, another replica calls again.
LEASE: Final = timedelta(seconds=(CALL_TIMEOUT.total or 10) + 10)

#: Answers that are about this event and not about the receiver, and how often it is tried all the same.
ABOUT_THE_EVENT: Final = frozenset({400, 413, 414, 415, 422, 431})
TRIES: Final = 5

#: How long events that were given up are kept, and how many of a webhook.
DEAD_KEPT: Final = timedelta(days=30)
MOST_DEAD: Final = 20_000

#: A receiver that asks for more patience gets this much.
LONGEST_REST: Final = timedelta(hours=1)

#: Commits come in bursts: after a look we wait this long before the next one, in seconds.
GATHER: Final = 0.03

#: How long until what became of a call is written down again, where the database was busy. Seconds.
RECORD_AGAIN: Final = 0.2


class WebhookMeter(Protocol):
    """Hears what becomes of each call: sent, delayed, refused, givenUp, gone, failed."""

    def webhook(self, outcome: str, count: int = 1) -> None: ...


class WebhookWorker:
    """Claims events that are due, calls their receivers, and writes down what came of it.

    `give_up` is how long an event waits for a receiver that takes nothing.
    """

    def __init__(
        self, *, store: Store, caller: Caller, clock: Clock, owner: str, give_up: timedelta, meter: WebhookMeter
    ) -> None:
        self._store = store
        self._caller = caller
        self._clock = clock
        self._owner = owner
        self._give_up = give_up
        self._meter = meter
        self._news = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()
        self._stopping = False

    def poke(self) -> None:
        """There may be something to tell."""
        self._news.set()

    async def run(self) -> None:
        """Work until `stop`. An error of one round is logged; the next round tries again."""
        while not self._stopping:
            self._news.clear()
            wait = await survived(self._round)
            await asyncio.sleep(min(GATHER, wait))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), timeout=wait)

    async def stop(self, patience: float = 3) -> None:
        """Let calls end, for so many seconds; what is not over then is told again. Leave nothing claimed."""
        self._stopping = True
        self.poke()
        if self._under_way:
            await asyncio.wait(list(self._under_way), timeout=patience)
        for task in self._under_way:
            task.cancel()
        with suppress(Busy):
            await self._store.write(lambda uow: uow.webhooks.release(self._owner))

    async def tidy(self) -> None:
        """Give up what has waited too long for a paused one; forget what was given up long ago, or is too much."""
        now = self._clock()
        given_up = await self._store.write(lambda uow: uow.webhooks.give_up_paused(now, now - self._give_up))
        self._meter.webhook("givenUp", given_up)
        await self._store.write(lambda uow: uow.webhooks.clock_set_back(now))
        await self._store.write(lambda uow: uow.webhooks.forget_dead(now - DEAD_KEPT, keep=MOST_DEAD))

    async def _round(self) -> float:
        now, room = self._clock(), ABREAST - len(self._under_way)
        if room <= 0 or not await self._store.read(lambda uow: uow.webhooks.is_due(now)):
            return POLL
        events = await self._store.write(
            lambda uow: uow.webhooks.claim(now, owner=self._owner, lease=LEASE, limit=room, abreast=ABREAST_EACH)
        )
        for event in events:
            task = asyncio.create_task(self._tell(event), name=f"tell webhook {event.webhook.name}")
            self._under_way.add(task)
            task.add_done_callback(self._done)
        return 0 if events else POLL

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self.poke()
        error = None if task.cancelled() else task.exception()
        if error is not None:
            # Its lease runs out, and it is told again.
            log.error("%s failed", task.get_name(), exc_info=error)
            self._meter.webhook("failed")

    async def _tell(self, event: HookEvent) -> None:
        answer = await self._caller.send(event)
        if answer.taken:
            at = self._clock()
            await self._record(lambda uow: uow.webhooks.sent(event, owner=self._owner, at=at))
            self._meter.webhook("sent")
        elif answer.status == 410:
            await self._gone(event, answer)
        elif answer.status in ABOUT_THE_EVENT:
            await self._refused(event, answer)
        else:
            await self._rest(event, answer)

    async def _gone(self, event: HookEvent, answer: Answer) -> None:
        log.warning("webhook %s is gone (410): it is told nothing any more", event.webhook.name)
        at = self._clock()
        await self._record(lambda uow: uow.webhooks.gone(event, owner=self._owner, why=answer.why, at=at))
        self._meter.webhook("gone")

    async def _refused(self, event: HookEvent, answer: Answer) -> None:
        """It may be about this event alone: the others go on."""
        if event.attempt >= TRIES:
            log.warning("webhook %s refuses event %s: %s", event.webhook.name, event.event_id, answer.why)
            await self._record(lambda uow: uow.webhooks.give_up(event, owner=self._owner, why=answer.why))
            self._meter.webhook("refused")
            return
        until = self._clock() + self._backoff(event.attempt)
        await self._record(lambda uow: uow.webhooks.delay(event, owner=self._owner, until=until, why=answer.why))
        self._meter.webhook("delayed")

    async def _rest(self, event: HookEvent, answer: Answer) -> None:
        """The receiver takes nothing now: it is left alone for a while, the longer the more often that was so."""
        now = self._clock()
        asked = answer.retry_after
        wait = self._backoff(event.webhook.failures + 1) if asked is None else min(asked, LONGEST_REST)
        until, before = now + wait, now - self._give_up
        log.info("webhook %s rests until %s: %s", event.webhook.name, until.isoformat(), answer.why)

        def work(uow: UnitOfWork) -> int:
            return uow.webhooks.rest(event, owner=self._owner, until=until, why=answer.why, give_up_seen_before=before)

        given_up = await self._record(work)
        if given_up:
            log.warning("webhook %s: %d events were given up: %s", event.webhook.name, given_up, answer.why)
        self._meter.webhook("delayed")
        self._meter.webhook("givenUp", given_up)

    async def _record(self, work: Callable[[UnitOfWork], int | None]) -> int:
        """Write down what became of a call, however long the database takes: what is not written is told again."""
        while True:
            try:
                done = await self._store.write(work)
            except Busy as busy:
                log.warning("what became of a webhook's call could not be written down: %s", busy)
                await asyncio.sleep(RECORD_AGAIN)
            else:
                return done or 0

    @staticmethod
    def _backoff(attempt: int) -> timedelta:
        return backoff(attempt, chance=random.random())  # noqa: S311 - jitter, not a secret
