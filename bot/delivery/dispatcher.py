"""Makes what Teams shows equal to what we want shown: the one door out."""

import asyncio
import logging
import random
from datetime import datetime, timedelta
from typing import Final

from bot.alerts.conversation import Card
from bot.alerts.errors import DeliveryDelayed, DeliveryRefused, Refusal
from bot.alerts.messages import Messenger
from bot.alerts.ports import Clock, Store, UnitOfWork
from bot.delivery.pacing import Pacer
from bot.delivery.presenter import Drawn, Presenter
from bot.delivery.retry import backoff

log = logging.getLogger(__name__)

#: Longer than any single call may take (connect 5 s, total 15 s), shorter than anybody would like to wait.
LEASE: Final = timedelta(seconds=60)

#: How many conversations are served at once.
ABREAST: Final = 16

#: How long nothing happens before we look anyway: another process may have written. Seconds.
POLL: Final = 1.0

#: 403 codes after which nothing more can be sent to that conversation until the bot comes back.
SHUT_OUT: Final = frozenset(
    {"BotNotInConversationRoster", "BotDisabledByAdmin", "ConversationBlockedByUser", "MessageWritesBlocked"}
)


class Dispatcher:
    """One worker: claims due cards, one a conversation at most, draws the newest state, sends, records the proof."""

    def __init__(
        self, *, store: Store, messenger: Messenger, presenter: Presenter, clock: Clock, pacer: Pacer, owner: str
    ) -> None:
        self._store = store
        self._messenger = messenger
        self._presenter = presenter
        self._clock = clock
        self._pacer = pacer
        self._owner = owner
        self._news = asyncio.Event()
        self._under_way: dict[asyncio.Task[None], int] = {}
        self._stopping = False

    def poke(self) -> None:
        """There may be something to do."""
        self._news.set()

    async def run(self) -> None:
        """Work until `stop`. An error of one round is logged; the next round tries again."""
        while not self._stopping:
            self._news.clear()
            try:
                wait = await self._round()
            except Exception:
                log.exception("a round of delivery failed")
                wait = POLL
            if not self._stopping:
                await self._sleep(wait)

    async def stop(self) -> None:
        """Let what is under way end; claim nothing more."""
        self._stopping = True
        self.poke()
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=15)

    async def _round(self) -> float:
        """Start what can be started; the seconds until there may be more."""
        now = self._clock()
        room = ABREAST - len(self._under_way)
        if not room:
            return POLL
        held = self._pacer.held(now)
        skip = {*held, *self._under_way.values()}
        lacking = await self._store.read(lambda uow: uow.cards.next_due())
        if lacking is not None and lacking <= now:
            cards = await self._store.write(
                lambda uow: uow.cards.claim(now, owner=self._owner, lease=LEASE, limit=room, skip=skip)
            )
            for card in cards:
                task = asyncio.create_task(self._deliver(card), name=f"deliver card {card.id}")
                self._under_way[task] = card.conversation.id
                task.add_done_callback(self._done)
            if cards:
                return 0
        soonest = min(held.values(), default=now + timedelta(seconds=POLL))
        return min(POLL, max(0.01, (soonest - now).total_seconds()))

    async def _sleep(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._news.wait(), timeout=seconds)
        except TimeoutError:
            return

    def _done(self, task: asyncio.Task[None]) -> None:
        del self._under_way[task]
        self.poke()
        if not task.cancelled() and (error := task.exception()):
            # The card's lease runs out, and then it is tried again.
            log.error("delivery failed", exc_info=error)

    async def _deliver(self, card: Card) -> None:
        drawn = await self._draw(card)
        now = self._clock()
        self._pacer.sent(card.conversation.id, now)
        try:
            activity = await self._send(card, drawn)
        except DeliveryDelayed as delayed:
            await self._delay(card, delayed)
        except DeliveryRefused as refused:
            await self._refused(card, refused)
        else:
            await self._store.write(
                lambda uow: uow.cards.shown(card, owner=self._owner, revision=drawn.revision, activity_id=activity)
            )

    async def _draw(self, card: Card) -> Drawn:
        now = self._clock()
        return await self._store.read(lambda uow: self._presenter.draw(uow, card, now))

    async def _send(self, card: Card, drawn: Drawn) -> str:
        if card.activity_id is None:
            return await self._messenger.post(card.address, drawn.message)
        await self._messenger.update(card.address, card.activity_id, drawn.message)
        return card.activity_id

    async def _delay(self, card: Card, delayed: DeliveryDelayed) -> None:
        now = self._clock()
        until: datetime = now + backoff(card.attempt, chance=random.random())  # noqa: S311 - jitter, not a secret
        if delayed.retry_after is not None:
            until = now + delayed.retry_after
            self._pacer.hold(card.conversation.id, until)
        ambiguous = card.ambiguous or (delayed.maybe_delivered and card.activity_id is None)
        log.info("card %d waits until %s: %s", card.id, until.isoformat(), delayed)
        await self._store.write(
            lambda uow: uow.cards.delay(card, owner=self._owner, until=until, why=str(delayed), ambiguous=ambiguous)
        )

    def _shut_out(self, uow: UnitOfWork, card: Card, why: str) -> None:
        """Nothing more is sent there. The card stays wanted: when the bot comes back, so does the card."""
        uow.conversations.mark_gone(card.conversation.id)
        uow.cards.delay(card, owner=self._owner, until=self._clock(), why=why, ambiguous=False)

    async def _refused(self, card: Card, refused: DeliveryRefused) -> None:
        log.warning("card %d refused by Teams: %s", card.id, refused)
        why, owner = str(refused), self._owner
        if refused.refusal is Refusal.ACTIVITY_GONE:
            await self._store.write(lambda uow: uow.cards.forget_activity(card, owner=owner))
        elif refused.refusal is Refusal.CONVERSATION_GONE or refused.code in SHUT_OUT:
            await self._store.write(lambda uow: self._shut_out(uow, card, why))
        else:
            await self._store.write(lambda uow: uow.cards.set_aside(card, owner=owner, why=why))
