"""What the core needs from the outside, as protocols.

A use case is a plain function of a unit of work: it loads, tells and saves, and runs in one transaction. It cannot
wait for a network, because it cannot await. `Store` runs it: on SQLite in the writer's thread, on PostgreSQL on the
event loop.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from bot.alerts.absorb import Birth, Said
from bot.alerts.action_views import Investigations
from bot.alerts.alert import Alert
from bot.alerts.allowing import AllowList
from bot.alerts.choices import PersonChoices
from bot.alerts.consulting import Consultations, Experts
from bot.alerts.conversation import (
    Conversation,
    Roster,
    Scope,
)
from bot.alerts.delivery_ports import Cards, Folds, Presses, Replies
from bot.alerts.digest_ports import Digests, Schedules
from bot.alerts.entities import Entities
from bot.alerts.escalation_ports import Escalations, Pages
from bot.alerts.evidence import Evidence
from bot.alerts.export import Exports
from bot.alerts.grouping import Trails
from bot.alerts.habit_ports import Habits
from bot.alerts.handover import Handovers
from bot.alerts.history import Entry
from bot.alerts.incident_mirror import IncidentMirrors
from bot.alerts.incident_ports import Incidents
from bot.alerts.messages import ConversationKind
from bot.alerts.mirror import Feeds, Mirrors
from bot.alerts.oncall_ports import Rotas
from bot.alerts.people import Person
from bot.alerts.program_ports import Tokens, Webhooks
from bot.alerts.reminder import Reminders
from bot.alerts.roles import Role
from bot.alerts.routing_ports import Routes, Windows
from bot.alerts.rules import RuleActs
from bot.alerts.sharing import Shares
from bot.alerts.silence import Silences
from bot.alerts.standing_silences import StandingSilences
from bot.alerts.tag_names import TagNames
from bot.alerts.targets import Breaches, Targets
from bot.alerts.triage_ports import Triage
from bot.alerts.tuning_ports import TuningRules
from bot.alerts.views import Comment, QueueFilter, Similar

T = TypeVar("T")

Clock = Callable[[], datetime]


class Alerts(Protocol):
    """Alerts with their evidence and the last report of their source."""

    def find(self, keys: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], Alert]:
        """Those that are known of some alerts, each by its source and the source's identity of it."""
        ...

    def called(self, ids: Collection[str]) -> Sequence[int]:
        """The numbers of those that any source calls so."""
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

    def retire(self, number: int) -> None:
        """Give up the alert's identity at its source: a later report under it is about another alert."""
        ...

    def last_said(self, numbers: Collection[int]) -> Mapping[int, Said]: ...

    def keep_said(self, number: int, said: Said, raw: str, at: datetime) -> None: ...

    def replace_evidence(self, number: int, evidence: Sequence[Evidence]) -> None: ...

    def evidence(self, number: int, *, limit: int) -> tuple[Evidence, ...]: ...

    def evidence_of(self, numbers: Collection[int]) -> Mapping[int, Sequence[Evidence]]:
        """All evidence of some alerts; those without any are left out."""
        ...

    def page(self, scope: Scope, wanted: QueueFilter, *, offset: int, limit: int) -> tuple[list[Alert], int]:
        """A page of open alerts, newest last activity first, and how many there are in all."""
        ...

    def fitting(self, scope: Scope, wanted: QueueFilter) -> Sequence[int]:
        """The numbers of all that a page would be cut from, in its order, in a few bytes each."""
        ...

    def several(self, numbers: Sequence[int], scope: Scope) -> list[Alert]:
        """Those of some alerts that are in a scope, in the order of the numbers."""
        ...

    def similar(self, alert: Alert, scope: Scope, *, limit: int) -> tuple[Similar, ...]: ...

    def investigated(self, alert: Alert, scope: Scope, *, limit: int) -> Investigations:
        """Automated investigations of other alerts of its type that are in a scope."""
        ...

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

    def of(self, alerts: Collection[int]) -> Mapping[int, Sequence[Entry]]:
        """The whole history of some alerts, oldest first."""
        ...

    def overruled(self, alerts: Collection[int]) -> frozenset[int]:
        """Those of some alerts of which a source ever changed what people did."""
        ...

    def last_by(self, alert: int, actor: str) -> Entry | None:
        """The newest entry by an actor's id, or by any rule."""
        ...

    def last_of(self, person: str) -> Entry | None:
        """The newest entry by a person, on any alert."""
        ...

    def action(self, name: str) -> tuple[Entry, ...]:
        """The entries of an action by its name, the first one first; none where there is no such action."""
        ...

    def batch_sizes(self, actions: Iterable[str]) -> Mapping[str, int]:
        """How many alerts each of some actions changed; those that changed one are left out."""
        ...

    def withdraw(self, alert: int, revision: int, *, withdrawn: bool) -> None: ...

    def comments(self, alert: int, *, limit: int) -> tuple[Comment, ...]:
        """The newest comments, newest first, withdrawn ones among them."""
        ...

    def last_comments(self, alerts: Iterable[int]) -> Mapping[int, Comment]:
        """The newest comment of each alert that is not withdrawn."""
        ...


class People(Protocol):
    def meet(self, person: Person, at: datetime) -> None:
        """Remember somebody, or what is new about them; empty fields say nothing."""
        ...

    def many(self, ids: Iterable[str]) -> Mapping[str, Person]: ...

    def choose_language(self, person: str, language: str, at: datetime) -> None:
        """What somebody reads from now on; empty for what their Teams is set to."""
        ...

    def zones(self) -> Sequence[str]:
        """The zones that they are in, each once."""
        ...

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

    def subscribe(self, conversation: int, *, at: datetime | None) -> None:
        """A channel or group chat has routes since `at`, or none any more with None."""
        ...

    def mark_gone(self, conversation: int) -> None: ...

    def of_team(self, team_id: str) -> list[Conversation]: ...

    def all(self) -> list[Conversation]:
        """Every one that was ever met, gone ones too."""
        ...

    def subscribed(self) -> list[Conversation]:
        """Channels and group chats that alerts are sent to and that are not gone."""
        ...

    def personal(self, person: str) -> Conversation | None:
        """Somebody's 1:1 chat, where there is one and it is not gone."""
        ...

    def roster(self, conversation: int) -> Roster: ...

    def keep_roster(self, conversation: int, people: Iterable[str], at: datetime) -> None: ...

    def subscribed_with(self, person: str) -> list[Conversation]:
        """Subscribed channels that have the person on their roster."""
        ...

    def away_with(self, person: str) -> list[Conversation]:
        """The same among those that are gone: archived, deleted, or without the bot."""
        ...


class Access(Protocol):
    """Who has which permission role, by the settings and by who is in which group."""

    def role_of(self, person: str, at: datetime) -> Role | None: ...

    def barred(self, person: str, at: datetime) -> frozenset[str]:
        """The service sources whose alerts do not exist for somebody."""
        ...

    def barred_in(self, conversation: int, at: datetime) -> frozenset[str]:
        """Those that do not exist for somebody in a conversation, and so must not be shown there."""
        ...

    def readers_in(self, conversation: int, at: datetime) -> frozenset[str]:
        """Those in a conversation who may look and do no more."""
        ...

    def keep_members(self, group: str, people: Collection[str], at: datetime) -> None: ...


class UnitOfWork(Protocol):
    """One transaction's view of everything that is kept."""

    alerts: Alerts
    habits: Habits
    history: History
    incidents: Incidents
    trails: Trails
    entities: Entities
    people: People
    conversations: Conversations
    cards: Cards
    folds: Folds
    replies: Replies
    digests: Digests
    schedules: Schedules
    presses: Presses
    rule_acts: RuleActs
    access: Access
    tokens: Tokens
    webhooks: Webhooks
    mirrors: Mirrors
    incident_mirrors: IncidentMirrors
    feeds: Feeds
    shares: Shares
    silences: Silences
    standing_silences: StandingSilences
    consultations: Consultations
    experts: Experts
    routes: Routes
    windows: Windows
    tuning: TuningRules
    tag_names: TagNames
    triage: Triage
    allowed: AllowList
    reminders: Reminders
    breaches: Breaches
    handovers: Handovers
    #: By when new alerts are due, as the settings say.
    targets: Targets
    exports: Exports
    rotas: Rotas
    escalations: Escalations
    pages: Pages
    choices: PersonChoices


class Store(Protocol):
    """Runs work in transactions. Raises Busy where the database cannot take it in time."""

    async def read(self, work: Callable[[UnitOfWork], T]) -> T: ...

    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Run and commit, and only then answer. The work may run more than once: it has no other effects."""
        ...
