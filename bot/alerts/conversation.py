"""Conversations that we know, the cards posted in them, and who sees what where."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.alerts.condition import Condition
from bot.alerts.messages import Address, ConversationKind
from bot.alerts.words import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A place in Teams. `teams_id` is the conversation id without `;messageid=`; `id` is ours."""

    id: int
    teams_id: str
    kind: ConversationKind
    service_url: str
    tenant_id: str
    name: str = ""
    team_id: str = ""
    team_name: str = ""
    #: The person of a 1:1 chat.
    person: str | None = None
    #: Since when a channel or group chat has routes that bring it alerts; None without any.
    subscribed_at: datetime | None = None
    #: Teams said that it is gone, or the bot was removed: nothing is sent until it comes back.
    gone: bool = False

    @property
    def subscribed(self) -> bool:
        return self.subscribed_at is not None

    @property
    def address(self) -> Address:
        return Address(self.service_url, self.teams_id, self.kind)


class Subject(StrEnum):
    """What a card is about."""

    ALERT = "alert"
    #: Alerts of one type that came faster than the conversation could show them.
    ROLLUP = "rollup"
    DIGEST = "digest"
    INCIDENT = "incident"
    #: A tuning rule: a draft of one, one that waits for approval, or one in force.
    RULE = "rule"
    #: A question to experts about an alert.
    CONSULTATION = "consultation"
    #: An export: how far it is, and the way to its file.
    EXPORT = "export"
    #: Asks a person in Teams' own way whether its file may go to their OneDrive.
    OFFER = "offer"
    #: The file, once it is there.
    FILE = "file"
    #: An answer to somebody's command, or a welcome: a message that was made once and never changes.
    REPLY = "reply"
    #: Somebody, or a channel, is asked to look at alerts that nobody takes.
    PAGE = "page"
    #: A reminder of an alert.
    REMINDER = "reminder"
    #: The change of a shift.
    HANDOVER = "handover"
    #: What was done to an alert, said in the thread of its card: posted once, never edited.
    THREAD = "thread"


#: The origin of a card that tells its one reader of a change, before the revision of the entry that it tells of.
NOTICE: Final = "notice:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A posted card, or one to be posted: delivery makes `shown_revision` equal `wanted_revision`."""

    id: int
    conversation: Conversation
    subject: Subject
    subject_id: int
    wanted_revision: int
    shown_revision: int = 0
    activity_id: str | None = None
    #: The root of the channel thread that it goes into; None for a thread of its own.
    thread: str | None = None
    #: Why there is this copy: the id of the message that asked for it, or what it tells of; empty for the usual one.
    origin: str = ""
    attempt: int = 0
    #: Set where an answer to a post was lost: a copy may already be there.
    ambiguous: bool = False

    @property
    def address(self) -> Address:
        return replace(self.conversation.address, thread=self.thread)


@dataclass(frozen=True, slots=True)
class CardPlace:
    """Where a card is, by our id of the conversation, and what it is about."""

    conversation: int
    subject: Subject
    subject_id: int


@dataclass(frozen=True, slots=True)
class Leader:
    """An alert whose card others may share: the card's id, how bad it is, and whether somebody is at it already."""

    card: int
    severity: Severity
    taken: bool = False


class Gathered(StrEnum):
    """Why alerts share a roll-up where it is not a storm, and what its number says."""

    #: A route's limit, which is the number, is reached for the day.
    LIMIT = "limit"
    #: The maintenance window of that number has held them back.
    MAINTENANCE = "maintenance"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` calls in any `length`."""

    count: int
    length: timedelta


@dataclass(frozen=True, slots=True)
class Limits:
    """How often Teams may be called: for each conversation, and for the tenant as a whole."""

    conversation: tuple[Limit, ...]
    tenant: tuple[Limit, ...]


@dataclass(frozen=True, slots=True)
class DeliveryCounts:
    """How delivery stands: cards waiting and since when the longest one, cards set aside, posts that may be doubled,
    and subscribed conversations that are gone, whose cards are neither waiting nor set aside here."""

    pending: int
    oldest: datetime | None
    set_aside: int
    ambiguous: int
    gone: int


@dataclass(frozen=True, slots=True)
class Scope:
    """Which alerts a reader may see where they are.

    Everything; or what fits a condition at a time, and what has a card in a conversation or is folded into one there.
    Never what comes from one of the service sources in `without`.
    """

    everything: bool
    shared_in: int | None = None
    fitting: Condition | None = None
    now: datetime | None = None
    without: frozenset[str] = frozenset()

    @property
    def is_unlimited(self) -> bool:
        return self.everything and not self.without


@dataclass(frozen=True, slots=True)
class Roster:
    """The people of a conversation, by Entra object id, as last read."""

    people: frozenset[str] = field(default_factory=frozenset)
    read_at: datetime | None = None
