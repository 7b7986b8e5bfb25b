"""What delivery needs to have kept, as protocols: cards, what is folded into them, and what is said once."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.alerts.alert import Alert
from bot.alerts.conversation import Card, CardPlace, DeliveryCounts, Gathered, Leader, Limits, Scope, Subject
from bot.alerts.messages import Message
from bot.alerts.views import FoldView


class Cards(Protocol):
    """Posted cards, and the ones to be posted. Revisions count the wishes for a card, not those of its subject."""

    def want(
        self,
        conversation: int,
        subject: Subject,
        subject_id: int,
        *,
        priority: int,
        at: datetime,
        origin: str = "",
        thread: str | None = None,
    ) -> int:
        """Make sure that there is a card, due at once if it is not posted yet; its id. A smaller priority is sooner.

        There is one card for a conversation, subject and `origin`: the id of the message that asked for a copy of its
        own, empty for the card that a subscription brings.
        """
        ...

    def raise_wanted(self, subject: Subject, subject_id: int, *, at: datetime) -> None:
        """The subject has changed: every card that shows it, or has it folded in, shall be drawn anew, due at once."""
        ...

    def claim(
        self, now: datetime, *, owner: str, lease: timedelta, limit: int, limits: Limits, skip: Collection[int] = ()
    ) -> list[Card]:
        """Take cards that are due, at most one a conversation and only where Teams' limits allow a call now, most
        urgent first; counts the attempt, and the call that is about to be made.

        Leases run by the database's own clock. Conversations in `skip`, by our id, are left alone.
        """
        ...

    def called(self, card: Card, *, at: datetime, limits: Limits) -> None:
        """The call for a claimed card has ended, however it went: it counts from now on."""
        ...

    def renew(self, owner: str, cards: Collection[int], *, lease: timedelta) -> None:
        """Keep what the owner has under way: these of its cards."""
        ...

    def wanted(self, card: int) -> int:
        """The revision that the card shall show now."""
        ...

    def shown(self, card: Card, *, owner: str, revision: int, activity_id: str | None) -> bool:
        """Record what Teams has taken. False when the lease was lost; then nothing is written."""
        ...

    def delay(self, card: Card, *, owner: str, until: datetime, why: str, ambiguous: bool) -> None: ...

    def hold(self, conversation: int, until: datetime) -> None:
        """Teams asked for a pause in this conversation."""
        ...

    def withhold(self, card: Card, *, owner: str, revision: int) -> None:
        """It is not to be posted as things stand: not looked at again before the next change of its subject."""
        ...

    def set_aside(self, card: Card, *, owner: str, why: str) -> None:
        """Refused for good: not tried again before the next change of its subject."""
        ...

    def refused(self, *, limit: int, subject: Subject | None = None) -> list[tuple[Card, str]]:
        """Cards that were set aside, or those of one kind of subject, newest first, and why."""
        ...

    def try_again(self, at: datetime, *, conversation: int | None = None) -> int:
        """Cards that were set aside, everywhere or in one conversation, are due again; how many."""
        ...

    def forget_activity(self, card: Card, *, owner: str) -> None:
        """Its message is gone from Teams: post it anew. Where none was posted its thread is gone: post it outside."""
        ...

    def release(self, owner: str | None) -> None:
        """Nothing is under way any more for an owner, or for anybody with None: a sole process has just begun."""
        ...

    def next_due(self) -> datetime | None:
        """When the next card may be sent; in the past where one may be sent now."""
        ...

    def last_call(self) -> datetime | None:
        """When Teams was last called, by anybody; None where that is not remembered."""
        ...

    def clock_set_back(self, now: datetime) -> None:
        """What seems to wait for a time far ahead is due: it was meant to wait for minutes at most."""
        ...

    def of_activity(self, conversation: int, activity_id: str) -> Card | None: ...

    def has(self, conversation: int, subject: Subject, subject_id: int) -> bool: ...

    def noticed(self, conversation: int, alert: int, *, since: datetime) -> bool:
        """Whether somebody was told of a change of the alert there since then."""
        ...

    def threads(self, alert: int, *, open_at: datetime) -> Sequence[tuple[int, str]]:
        """Channels that have the alert's own card, and the root of its thread, where changes are told in threads.

        Without those where a reply waits already that nobody has tried to post, and nobody will before `open_at`.
        """
        ...

    def thread_bound(self, card: Card) -> int | None:
        """The revision from which on the next reply of the same thread tells; None for the last one."""
        ...

    def answered(self, conversation: int, thread: str, *, since: datetime) -> Collection[datetime]:
        """When the bot answered people in a thread."""
        ...

    def counts(self, now: datetime) -> DeliveryCounts: ...


class Folds(Protocol):
    """Alerts that share a card: with an earlier one like it, or with all of their type in a storm."""

    def leaders(
        self, conversation: int, kinds: Collection[tuple[str, str]], *, since: datetime
    ) -> Mapping[tuple[str, str], Leader]:
        """For types and hosts, the first open alert received since then that has a card of its own here."""
        ...

    def backlog(self, conversation: int) -> int:
        """How many cards of alerts wait to be posted there, counted up to a hundred."""
        ...

    def rollup(self, conversation: int, alert_type: str, *, since: datetime) -> Leader | None:
        """The roll-up of a type opened since then."""
        ...

    def rollups(self, conversation: int, *, since: datetime) -> int: ...

    def open_rollup(
        self,
        conversation: int,
        alert_type: str,
        *,
        priority: int,
        at: datetime,
        why: Gathered | None = None,
        number: int = 0,
    ) -> Leader:
        """A new one; with `why` it is none of a storm's, and `rollup` does not find it."""
        ...

    def add(self, conversation: int, joined: Mapping[int, Collection[int]], *, again_at: datetime) -> None:
        """Show alerts within cards. A card that is posted already is drawn anew, not before `again_at`."""
        ...

    def place(self, card: int) -> CardPlace | None:
        """Where a card is, and what it is about."""
        ...

    def own_card(self, conversation: int, alert: int) -> tuple[int, int, int]:
        """The alert's own card there, how many are folded into it, and how many of those are open; zeros without."""
        ...

    def view(self, card: int) -> FoldView | None:
        """What the alerts of a card have in common, its own alert among them; None for a card without any."""
        ...

    def page(self, card: int, *, offset: int, limit: int) -> list[Alert]:
        """Newest first."""
        ...

    def within(self, card: int, scope: Scope) -> bool:
        """Whether all alerts of a card are in a scope."""
        ...

    def open_numbers(self, card: int, *, limit: int) -> list[int]: ...


class Replies(Protocol):
    """Messages that were made once, kept until they are sent."""

    def add(self, message: Message, at: datetime) -> int: ...

    def get(self, reply: int) -> Message:
        """Raises NotAvailable."""
        ...

    def forget_before(self, at: datetime) -> None:
        """Those that were shown before then go, with their cards."""
        ...


class Presses(Protocol):
    """Keys of presses that took effect, so that a repeated one does not."""

    def first_time(self, key: str, at: datetime) -> bool:
        """Remember the key; False where it was known."""
        ...

    def known(self, key: str) -> bool: ...

    def forget_before(self, at: datetime) -> None: ...
