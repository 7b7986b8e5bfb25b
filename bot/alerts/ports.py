"""What the core needs from the outside, as protocols.

A use case is a plain function of a unit of work: it loads, tells and saves, and runs in one transaction. It cannot
wait for a network, because it cannot await. `Store` runs it: on SQLite in the writer's thread, on PostgreSQL on the
event loop.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol, TypeVar

from bot.alerts.absorb import Birth, Said
from bot.alerts.alert import Alert
from bot.alerts.conversation import (
    Card,
    CardPlace,
    Conversation,
    DeliveryCounts,
    Leader,
    Limits,
    Roster,
    Scope,
    Subject,
)
from bot.alerts.digest import Digest, DigestNumbers
from bot.alerts.evidence import Evidence
from bot.alerts.history import Entry
from bot.alerts.incident import Incident
from bot.alerts.messages import ConversationKind, Message
from bot.alerts.people import Person
from bot.alerts.views import Comment, FoldView, QueueFilter, Similar

T = TypeVar("T")

Clock = Callable[[], datetime]


class Alerts(Protocol):
    """Alerts with their evidence and the last report of their source."""

    def find(self, keys: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], Alert]:
        """Those that are known of some alerts, each by its source and the source's identity of it."""
        ...

    def get(self, number: int) -> Alert:
        """Raises NotAvailable."""
        ...

    def numbers(self, count: int) -> Sequence[int]:
        """Numbers for new alerts, never given before."""
        ...

    def open(self, births: Sequence[Birth]) -> None:
        """Write new alerts with everything that begins with them.

        Where another transaction has just made one of them, the work is redone, and finds it.
        """
        ...

    def save(self, alert: Alert, *, before: Alert) -> None:
        """Write what differs, if the stored revision is still that of `before`; raises Busy otherwise, and the work is
        redone."""
        ...

    def last_said(self, numbers: Collection[int]) -> Mapping[int, Said]: ...

    def keep_said(self, number: int, said: Said, raw: str, at: datetime) -> None: ...

    def replace_evidence(self, number: int, evidence: Sequence[Evidence]) -> None: ...

    def evidence(self, number: int, *, limit: int) -> tuple[Evidence, ...]: ...

    def page(self, scope: Scope, wanted: QueueFilter, *, offset: int, limit: int) -> tuple[list[Alert], int]:
        """A page of open alerts, newest last activity first, and how many there are in all."""
        ...

    def newest_open(self, limit: int) -> list[int]: ...

    def similar(self, alert: Alert, scope: Scope, *, limit: int) -> tuple[Similar, ...]: ...

    def in_scope(self, number: int, scope: Scope) -> bool: ...


class History(Protocol):
    """Entries, append-only. Comments are written and read with their entries."""

    def add(self, entry: Entry) -> None: ...

    def entries(self, alert: int, *, limit: int) -> tuple[Entry, ...]:
        """The newest entries, newest first."""
        ...

    def entry(self, alert: int, revision: int) -> Entry | None: ...

    def since(self, alert: int, revision: int) -> tuple[Entry, ...]:
        """Entries after a revision, oldest first."""
        ...

    def last_by(self, alert: int, actor: str) -> Entry | None:
        """The newest entry by an actor's id."""
        ...

    def withdraw(self, alert: int, revision: int, *, withdrawn: bool) -> None: ...

    def comments(self, alert: int, *, limit: int) -> tuple[Comment, ...]:
        """The newest comments, newest first, withdrawn ones among them."""
        ...

    def last_comments(self, alerts: Iterable[int]) -> Mapping[int, Comment]:
        """The newest comment of each alert that is not withdrawn."""
        ...


class Incidents(Protocol):
    def get(self, number: int) -> Incident:
        """Raises NotAvailable."""
        ...

    def many(self, numbers: Iterable[int]) -> Mapping[int, Incident]: ...

    def known(self, keys: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], int]:
        """The numbers of those that are known of some sources' incidents, by source and the source's identity."""
        ...

    def of_source(self, source: str, external_id: str, *, name: str, url: str, at: datetime) -> int:
        """The number of the source's own incident, made on first sight."""
        ...

    def create(self, name: str, at: datetime) -> int: ...

    def newest(self, scope: Scope, *, limit: int) -> list[Incident]:
        """Incidents that have at least one alert in the scope, newest first."""
        ...

    def in_scope(self, number: int, scope: Scope) -> bool: ...


class People(Protocol):
    def meet(self, person: Person, at: datetime) -> None:
        """Remember somebody, or what is new about them; empty fields say nothing."""
        ...

    def many(self, ids: Iterable[str]) -> Mapping[str, Person]: ...

    def by_principal_name(self, name: str) -> Person | None: ...

    def by_name(self, text: str) -> list[Person]:
        """People whose name or principal name begins with a text, or a word of whose name does; at most 10."""
        ...


class Conversations(Protocol):
    def find(self, teams_id: str) -> Conversation | None: ...

    def meet(
        self,
        *,
        teams_id: str,
        kind: ConversationKind,
        service_url: str,
        tenant_id: str,
        name: str = "",
        team_id: str = "",
        team_name: str = "",
        person: str | None = None,
    ) -> Conversation:
        """Remember a conversation, follow a changed service URL, and take it back if it was gone."""
        ...

    def subscribe(self, conversation: int, *, at: datetime | None, wants: str = "") -> None:
        """Subscribed since `at` to what fits a condition, or not any more with None."""
        ...

    def mark_gone(self, conversation: int) -> None: ...

    def of_team(self, team_id: str) -> list[Conversation]: ...

    def subscribed(self) -> list[Conversation]:
        """Conversations that get a card for every alert and are not gone."""
        ...

    def roster(self, conversation: int) -> Roster: ...

    def keep_roster(self, conversation: int, people: Iterable[str], at: datetime) -> None: ...

    def subscribed_with(self, person: str) -> list[Conversation]:
        """Subscribed channels that have the person on their roster."""
        ...


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

    def set_aside(self, card: Card, *, owner: str, why: str) -> None:
        """Refused for good: not tried again before the next change of its subject."""
        ...

    def try_again(self, at: datetime, *, conversation: int | None = None) -> int:
        """Cards that were set aside, everywhere or in one conversation, are due again; how many."""
        ...

    def forget_activity(self, card: Card, *, owner: str) -> None:
        """Its message is gone from Teams: post it anew."""
        ...

    def release(self, owner: str | None) -> None:
        """Nothing is under way any more for an owner, or for anybody with None: a sole process has just begun."""
        ...

    def next_due(self) -> datetime | None:
        """When the next card may be sent; in the past where one may be sent now."""
        ...

    def clock_set_back(self, now: datetime) -> None:
        """What seems to wait for a time far ahead is due: it was meant to wait for minutes at most."""
        ...

    def of_activity(self, conversation: int, activity_id: str) -> Card | None: ...

    def has(self, conversation: int, subject: Subject, subject_id: int) -> bool: ...

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

    def open_rollup(self, conversation: int, alert_type: str, *, priority: int, at: datetime) -> Leader: ...

    def add(self, conversation: int, joined: Mapping[int, Collection[int]], *, again_at: datetime) -> None:
        """Show alerts within cards. A card that is posted already is drawn anew, not before `again_at`."""
        ...

    def place(self, card: int) -> CardPlace | None:
        """Where a card is, and what it is about."""
        ...

    def own_card(self, conversation: int, alert: int) -> tuple[int, int]:
        """The alert's own card there and how many are folded into it; (0, 0) without any."""
        ...

    def of_rollup(self, rollup: int) -> int:
        """The card of a roll-up."""
        ...

    def view(self, card: int) -> FoldView | None:
        """What the alerts of a card have in common, its own alert among them; None for a card without any."""
        ...

    def page(self, card: int, *, offset: int, limit: int) -> list[Alert]:
        """Newest first."""
        ...

    def open_numbers(self, card: int, *, limit: int) -> list[int]: ...


class Replies(Protocol):
    """Messages that were made once, kept until they are sent."""

    def add(self, message: Message, at: datetime) -> int: ...

    def get(self, reply: int) -> Message: ...


class Digests(Protocol):
    def add(
        self, conversation: int, *, slot: str, local_date: date, zone: str, numbers: DigestNumbers, at: datetime
    ) -> int | None:
        """The digest's id, or None where that slot already has one."""
        ...

    def exists(self, conversation: int, slot: str) -> bool: ...

    def get(self, digest: int) -> Digest: ...

    def count(self, scope: Scope, since: datetime, until: datetime) -> DigestNumbers: ...


class Presses(Protocol):
    """Keys of presses that took effect, so that a repeated one does not."""

    def first_time(self, key: str, at: datetime) -> bool:
        """Remember the key; False where it was known."""
        ...

    def forget_before(self, at: datetime) -> None: ...


class UnitOfWork(Protocol):
    """One transaction's view of everything that is kept."""

    alerts: Alerts
    history: History
    incidents: Incidents
    people: People
    conversations: Conversations
    cards: Cards
    folds: Folds
    replies: Replies
    digests: Digests
    presses: Presses


class Store(Protocol):
    """Runs work in transactions. Raises Busy where the database cannot take it in time."""

    async def read(self, work: Callable[[UnitOfWork], T]) -> T: ...

    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Run and commit, and only then answer. The work may run more than once: it has no other effects."""
        ...
