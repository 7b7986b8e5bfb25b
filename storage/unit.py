"""The unit of work: one transaction's view of everything that is kept."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection

from bot.alerts import (
    allowing,
    choices,
    consulting,
    delivery_ports,
    digest_ports,
    escalation_ports,
    export,
    grouping,
    habit_ports,
    handover,
    incident_mirror,
    incident_ports,
    mirror,
    oncall_ports,
    ports,
    program_ports,
    reminder,
    routing_ports,
    rules,
    sharing,
    silence,
    standing_silences,
    tag_names,
    triage_ports,
    tuning_ports,
)
from bot.alerts import entities as entity_ports
from bot.alerts import targets as target_ports
from bot.alerts.roles import AccessRules
from bot.alerts.site import SITE_FROM
from storage.access import Access
from storage.alerts import Alerts
from storage.allowed import AllowList
from storage.breaches import Breaches
from storage.cards import Cards
from storage.consultations import Consultations, Experts
from storage.conversations import Conversations
from storage.digests import Digests
from storage.entities import Entities
from storage.escalations import Escalations, Pages
from storage.exports import Exports
from storage.folds import Folds
from storage.habits import Habits
from storage.handovers import Handovers
from storage.history import History
from storage.incident_mirrors import IncidentMirrors
from storage.incidents import Incidents
from storage.likeness import Likenesses
from storage.maintenance import Windows
from storage.mirrors import Feeds, Mirrors
from storage.people import People
from storage.person_choices import PersonChoices
from storage.presses import Presses
from storage.reminders import Reminders
from storage.replies import Replies
from storage.rotas import Rotas
from storage.routes import Routes
from storage.rule_acts import RuleActs
from storage.schedules import Schedules
from storage.shares import Shares
from storage.silences import Silences
from storage.standing_silences import StandingSilences
from storage.tag_names import TagNames
from storage.telling import Journal
from storage.tokens import Tokens
from storage.trails import Trails
from storage.triage import Triage
from storage.tuning import TuningRules
from storage.verdicts import count
from storage.webhooks import Webhooks

#: Nobody is named.
NO_RULES = AccessRules()

T = TypeVar("T")
Work = Callable[[ports.UnitOfWork], T]


class Unit:
    """All repositories over one connection, which is in a transaction."""

    alerts: ports.Alerts
    habits: habit_ports.Habits
    history: ports.History
    incidents: incident_ports.Incidents
    trails: grouping.Trails
    entities: entity_ports.Entities
    people: ports.People
    conversations: ports.Conversations
    cards: delivery_ports.Cards
    folds: delivery_ports.Folds
    replies: delivery_ports.Replies
    digests: digest_ports.Digests
    schedules: digest_ports.Schedules
    presses: delivery_ports.Presses
    rule_acts: rules.RuleActs
    access: ports.Access
    tokens: program_ports.Tokens
    webhooks: program_ports.Webhooks
    mirrors: mirror.Mirrors
    incident_mirrors: incident_mirror.IncidentMirrors
    feeds: mirror.Feeds
    shares: sharing.Shares
    silences: silence.Silences
    standing_silences: standing_silences.StandingSilences
    consultations: consulting.Consultations
    experts: consulting.Experts
    routes: routing_ports.Routes
    windows: routing_ports.Windows
    tuning: tuning_ports.TuningRules
    tag_names: tag_names.TagNames
    triage: triage_ports.Triage
    allowed: allowing.AllowList
    reminders: reminder.Reminders
    breaches: target_ports.Breaches
    handovers: handover.Handovers
    targets: target_ports.Targets
    exports: export.Exports
    rotas: oncall_ports.Rotas
    escalations: escalation_ports.Escalations
    pages: escalation_ports.Pages
    choices: choices.PersonChoices

    def __init__(
        self,
        connection: Connection,
        access: AccessRules = NO_RULES,
        site_from: Sequence[str] = SITE_FROM,
        aims: target_ports.Targets = target_ports.NO_TARGETS,
        *,
        threads: bool = True,
    ) -> None:
        self._on = connection
        self._journal = Journal()
        self._likenesses = Likenesses(connection, site_from)
        self.alerts = Alerts(connection, self._journal, self._likenesses)
        self.habits = Habits(connection, self._likenesses)
        self.history = History(connection, self._journal)
        self.incidents = Incidents(connection)
        self.trails = Trails(connection)
        self.entities = Entities(connection)
        self.people = People(connection)
        self.conversations = Conversations(connection)
        self.cards = Cards(connection, threads=threads)
        self.folds = Folds(connection)
        self.replies = Replies(connection)
        self.digests = Digests(connection)
        self.schedules = Schedules(connection)
        self.presses = Presses(connection)
        self.rule_acts = RuleActs(connection)
        self.access = Access(connection, access)
        self.tokens = Tokens(connection)
        self.webhooks = Webhooks(connection)
        self.mirrors = Mirrors(connection)
        self.incident_mirrors = IncidentMirrors(connection)
        self.feeds = Feeds(connection)
        self.shares = Shares(connection)
        self.silences = Silences(connection)
        self.standing_silences = StandingSilences(connection)
        self.consultations = Consultations(connection)
        self.experts = Experts(connection)
        self.routes = Routes(connection)
        self.windows = Windows(connection)
        self.tuning = TuningRules(connection)
        self.tag_names = TagNames(connection)
        self.triage = Triage(connection)
        self.allowed = AllowList(connection)
        self.reminders = Reminders(connection)
        self.breaches = Breaches(connection)
        self.handovers = Handovers(connection)
        self.targets = aims
        self.exports = Exports(connection)
        self.rotas = Rotas(connection)
        self.escalations = Escalations(connection)
        self.pages = Pages(connection)
        self.choices = PersonChoices(connection)

    def run(self, work: Work[T]) -> T:
        """Run a work, count the verdicts it gave, and tell webhooks of what it has done; the caller commits."""
        answer = work(self)
        count(self._on, self._journal.entries, self._likenesses.settle())
        self._journal.tell(self._on, self.alerts, self.people)
        return answer


MakeUnit = Callable[[Connection], Unit]
