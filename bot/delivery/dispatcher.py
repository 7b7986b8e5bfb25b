"""Makes what Teams shows equal to what we want shown: the one door out."""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, Protocol

from bot.alerts.conversation import Card, Limits
from bot.alerts.errors import Busy, DeliveryDelayed, DeliveryRefused, Refusal
from bot.alerts.messages import Messenger
from bot.alerts.ports import Clock, Store, UnitOfWork
from bot.delivery.presenter import Drawn, Presenter
from bot.delivery.retry import backoff
from bot.loops import POLL, survived

log = logging.getLogger(__name__)

#: How many conversations are served at once: so many may hang until their time-out before others have to wait.
ABREAST: Final = 48

#: After so many attempts that failed for a reason of our own a card is set aside.
OWN_FAILURES: Final = 5

#: Commits come in bursts: after a look we wait this long before the next one, in seconds.
GATHER: Final = 0.005

#: How long we wait where what is due is not to be had: the tenant's limit, or another replica has it. Seconds.
NOTHING_TAKEN: Final = 0.1

#: How long until what became of a call is written down again, where the database was busy. Seconds.
RECORD_AGAIN: Final = 0.2

#: A clock that goes back further than this was set, seconds.
SET_BACK: Final = timedelta(seconds=30)

#: 403 codes after which nothing more can be sent to that conversation until the bot comes back.
SHUT_OUT: Final = frozenset(
    {"BotNotInConversationRoster", "BotDisabledByAdmin", "ConversationBlockedByUser", "MessageWritesBlocked"}
)


class Meter(Protocol):
    """Hears what becomes of each call to Teams: posted, updated, delayed, ambiguous, refused, failed."""

    def delivery(self, outcome: str) -> None: ...


class Dispatcher:
    """One worker: claims due cards, one a conversation at most, draws the newest state, sends, records the proof.

    A claim holds for `lease` and is renewed in time, because a call may take longer; so another replica soon takes
    over from one that died, and never from one that is slow.
    """

    def __init__(
        self,
        *,
        store: Store,
        messenger: Messenger,
        presenter: Presenter,
        clock: Clock,
        limits: Limits,
        lease: timedelta,
        owner: str,
        meter: Meter,
    ) -> None:
        self._store = store
        self._messenger = messenger
        self._presenter = presenter
        self._clock = clock
        self._limits = limits
        self._lease = lease
        self._owner = owner
        self._meter = meter
        #: Called in every round: it is alive.
        self.beat: Callable[[], None] = lambda: None
        self._news = asyncio.Event()
        self._under_way: dict[asyncio.Task[None], Card] = {}
        #: Cards, by id, of which a post may have arrived that is not written down.
        self._unproven: set[int] = set()
        #: How often a card, by id, failed for a reason of our own.
        self._failures: Counter[int] = Counter()
        self._latest: datetime | None = None
        self._stopping, self._stopped = False, asyncio.Event()
        self._between_rounds = asyncio.Event()
        self._between_rounds.set()

    def poke(self) -> None:
        """There may be something to do."""
        self._news.set()

    async def run(self) -> None:
        """Work until `stop`. An error of one round is logged; the next round tries again."""
        renewing = asyncio.create_task(self._keep_leases(), name="renew leases")
        self._between_rounds.clear()
        try:
            while not self._stopping:
                self._news.clear()
                self.beat()
                wait = await survived(self._round)
                if not self._stopping:
                    await self._sleep(wait)
            self._between_rounds.set()
            # What is under way keeps its lease until `stop` waits for it no longer.
            await self._stopped.wait()
        finally:
            renewing.cancel()
            self._between_rounds.set()

    async def stop(self, patience: float = 12) -> None:
        """Let what is under way end, for so many seconds; claim nothing more, and leave nothing claimed."""
        self._stopping = True
        self.poke()
        # A round that has claimed cards still begins with them, and its posts must not go without their proof.
        await self._between_rounds.wait()
        if self._under_way:
            await asyncio.wait(list(self._under_way), timeout=patience)
        try:
            if not self._under_way:
                await self._store.write(lambda uow: uow.cards.release(self._owner))
        finally:
            self._stopped.set()

    async def _round(self) -> float:
        """Start what can be started; the seconds until there may be more."""
        now = await self._now()
        room = ABREAST - len(self._under_way)
        if not room:
            return POLL
        due = await self._store.read(lambda uow: uow.cards.next_due())
        if due is None:
            return POLL
        if due > now:
            return min(POLL, (due - now).total_seconds())
        skip = [card.conversation.id for card in self._under_way.values()]
        cards = await self._store.write(
            lambda uow: uow.cards.claim(
                now, owner=self._owner, lease=self._lease, limit=room, limits=self._limits, skip=skip
            )
        )
        for card in cards:
            task = asyncio.create_task(self._deliver(card), name=f"deliver card {card.id}")
            self._under_way[task] = card
            task.add_done_callback(self._done)
        return 0 if cards else NOTHING_TAKEN

    async def _now(self) -> datetime:
        """The time; a clock that was set back would leave everything waiting for what it took for the near future."""
        now = self._clock()
        if self._latest is None:
            self._latest = await self._store.read(lambda uow: uow.cards.last_call())
        if self._latest is not None and now < self._latest - SET_BACK:
            log.warning("the clock was set back by %s", self._latest - now)
            await self._store.write(lambda uow: uow.cards.clock_set_back(now))
        self._latest = now
        return now

    async def _sleep(self, seconds: float) -> None:
        await asyncio.sleep(min(GATHER, seconds))
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), timeout=seconds)

    async def _keep_leases(self) -> None:
        while True:
            wait = await survived(self._renew)
            await asyncio.sleep(wait)

    async def _renew(self) -> float:
        # Those alone: what a claim has taken without our hearing of it falls to whoever comes after its lease.
        cards = [card.id for card in self._under_way.values()]
        if cards:
            await self._store.write(lambda uow: uow.cards.renew(self._owner, cards, lease=self._lease))
        return self._lease.total_seconds() / 3

    def _done(self, task: asyncio.Task[None]) -> None:
        card = self._under_way.pop(task)
        self.poke()
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.error("card %d could not be delivered", card.id, exc_info=error)
            self._meter.delivery("failed")
            after = asyncio.create_task(self._failed(card, error), name=f"card {card.id} failed")
            self._under_way[after] = card
            after.add_done_callback(self._under_way.pop)

    async def _failed(self, card: Card, error: BaseException) -> None:
        """A reason of our own: a card that cannot be drawn must not stand in the way of the others for ever."""
        why = f"{type(error).__name__}: {error}"
        self._failures[card.id] += not isinstance(error, Busy)
        if self._failures[card.id] >= OWN_FAILURES:
            del self._failures[card.id]
            await self._record(card, lambda uow: uow.cards.set_aside(card, owner=self._owner, why=why))
            return
        until, ambiguous = self._clock() + self._backoff(card), card.ambiguous or card.id in self._unproven
        self._unproven.discard(card.id)
        await self._record(
            card, lambda uow: uow.cards.delay(card, owner=self._owner, until=until, why=why, ambiguous=ambiguous)
        )

    async def _deliver(self, card: Card) -> None:
        drawn = await self._draw(card)
        if drawn.withheld and card.activity_id is None:
            # Nobody is told of what they may not see.
            await self._record(card, lambda uow: uow.cards.withhold(card, owner=self._owner, revision=drawn.revision))
            return
        try:
            activity = await self._send_or_shrink(card, drawn)
        except DeliveryDelayed as delayed:
            await self._delay(card, delayed)
        except DeliveryRefused as refused:
            await self._refused(card, refused)
        else:
            self._meter.delivery("updated" if card.activity_id else "posted")
            if card.activity_id is None:
                self._unproven.add(card.id)
            await self._record(
                card,
                lambda uow: uow.cards.shown(card, owner=self._owner, revision=drawn.revision, activity_id=activity),
            )
            self._unproven.discard(card.id)
            self._failures.pop(card.id, None)

    async def _record(self, card: Card, work: Callable[[UnitOfWork], object]) -> None:
        """Write down what became of a call, however long the database takes: without its proof a post is made twice."""
        ended = self._clock()

        def outcome(uow: UnitOfWork) -> None:
            uow.cards.called(card, at=ended, limits=self._limits)
            work(uow)

        while True:
            try:
                await self._store.write(outcome)
            except Busy as busy:
                log.warning("what became of a call could not be written down: %s", busy)
                await asyncio.sleep(RECORD_AGAIN)
            else:
                return

    async def _draw(self, card: Card, *, small: bool = False) -> Drawn:
        now = self._clock()
        return await self._store.read(lambda uow: self._presenter.draw(uow, card, now, small=small))

    async def _send_or_shrink(self, card: Card, drawn: Drawn) -> str:
        """Send it; where Teams finds it too large, once more in half the size, if it can be made smaller."""
        try:
            return await self._send(card, drawn)
        except DeliveryRefused as refused:
            if refused.refusal is not Refusal.TOO_LARGE:
                raise
            smaller = await self._draw(card, small=True)
            if smaller.message == drawn.message:
                raise
        return await self._send(card, smaller)

    async def _send(self, card: Card, drawn: Drawn) -> str:
        if card.activity_id is None:
            return await self._messenger.post(card.address, drawn.message)
        await self._messenger.update(card.address, card.activity_id, drawn.message)
        return card.activity_id

    async def _delay(self, card: Card, delayed: DeliveryDelayed) -> None:
        now = self._clock()
        asked = delayed.retry_after
        until = now + (asked if asked is not None else self._backoff(card))
        # The answer to a post was lost: it may be there. It is posted again, and counted.
        lost = delayed.maybe_delivered and card.activity_id is None
        self._meter.delivery("ambiguous" if lost else "delayed")
        log.info("card %d waits until %s: %s", card.id, until.isoformat(), delayed)

        def work(uow: UnitOfWork) -> None:
            if asked is not None:
                uow.cards.hold(card.conversation.id, until)
            uow.cards.delay(card, owner=self._owner, until=until, why=str(delayed), ambiguous=card.ambiguous or lost)

        await self._record(card, work)

    async def _refused(self, card: Card, refused: DeliveryRefused) -> None:
        log.warning("card %d refused by Teams: %s", card.id, refused)
        self._meter.delivery("refused")
        why, owner = str(refused), self._owner
        if refused.refusal is Refusal.ACTIVITY_GONE and (card.activity_id or card.thread):
            await self._record(card, lambda uow: uow.cards.forget_activity(card, owner=owner))
        elif refused.refusal is Refusal.CONVERSATION_GONE or refused.code in SHUT_OUT:
            await self._shut_out(card, why)
        else:
            await self._record(card, lambda uow: uow.cards.set_aside(card, owner=owner, why=why))

    async def _shut_out(self, card: Card, why: str) -> None:
        """Nothing more goes there until the bot comes back; the card stays wanted, and then so does it."""
        now = self._clock()

        def work(uow: UnitOfWork) -> None:
            uow.conversations.mark_gone(card.conversation.id)
            uow.cards.delay(card, owner=self._owner, until=now, why=why, ambiguous=card.ambiguous)

        await self._record(card, work)

    def _backoff(self, card: Card) -> timedelta:
        return backoff(card.attempt, chance=random.random())  # noqa: S311 - jitter, not a secret
