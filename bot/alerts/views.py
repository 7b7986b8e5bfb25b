"""What a card is drawn from: an alert with everything around it that a reader needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.alerts.alert import Alert
from bot.alerts.condition import EVERYTHING, Condition
from bot.alerts.conversation import Conversation, Gathered
from bot.alerts.escalation_ports import EscalationView
from bot.alerts.evidence import Evidence
from bot.alerts.habit_ports import Handled, Judgement, Usual
from bot.alerts.history import Entry, undone_among
from bot.alerts.incident import Incident
from bot.alerts.mirror import Mirror
from bot.alerts.next_steps import Step
from bot.alerts.oncall_views import OnDuty
from bot.alerts.people import Person, name_of_group
from bot.alerts.recommendation import Recommendation
from bot.alerts.roles import NEEDS, Role
from bot.alerts.routing import Fate, Route, Window
from bot.alerts.silence import Silence
from bot.alerts.similarity import Reason
from bot.alerts.words import Severity


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment as cards show it. `revision` is that of its history entry."""

    revision: int
    author: str
    text: str
    at: datetime
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whom a card is drawn for: by Entra object id, with their permission role."""

    person: str
    role: Role

    def may(self, verb: str) -> bool:
        return self.role.covers(NEEDS[verb])


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultation:
    """A question to the experts of a conversation, with its answers that stand, oldest first."""

    id: int
    alert: int
    experts: Conversation
    #: The expert's name, where it is one person in their own chat.
    expert: str
    #: Who asked, by Entra object id, and where.
    asker: str
    asked_in: Conversation
    thread: str | None
    question: Comment
    answers: tuple[Comment, ...] = ()

    @property
    def is_withdrawn(self) -> bool:
        return self.question.withdrawn

    @property
    def is_pending(self) -> bool:
        return not self.answers and not self.is_withdrawn


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertView:
    """An alert and its surroundings. `people` has everybody named by id in it, by Entra object id."""

    alert: Alert
    people: Mapping[str, Person] = field(default_factory=dict)
    incident: Incident | None = None
    last_comment: Comment | None = None
    #: What its source knows of what was done here; None where it is not told.
    mirror: Mirror | None = None
    #: The last entry, where it says that the source and somebody here changed the same thing.
    overruled: Entry | None = None
    #: What its source has of the silence that people want, if they ever did; and whether one can be had.
    silence: Silence | None = None
    can_silence: bool = False
    #: The card that draws this, where others are folded into it, how many, and how many of them are open.
    card: int = 0
    folded: int = 0
    folded_open: int = 0
    #: Who is on call for it while nobody has it; and who was paged about it.
    on_call: tuple[OnDuty, ...] = ()
    paging: EscalationView | None = None
    #: How others of the same rule at the same site were judged, where this one is not yet.
    usual: Usual | None = None
    #: What experts were asked about it, oldest first, withdrawn questions among them.
    consultations: tuple[Consultation, ...] = ()
    #: Whom it is drawn for; None for everybody who shares the card.
    viewer: Viewer | None = None
    #: Who gets a view of their own of the card that is shared, by their ids in Teams.
    own_views: tuple[str, ...] = ()

    @property
    def assignee_name(self) -> str | None:
        """The assignee's name; for somebody whom we have not met, the name as the source gave it."""
        who = self.alert.assignee
        if who is None:
            return None
        person = self.people.get(who)
        return person.name if person else name_of_group(who) or who


@dataclass(frozen=True, slots=True)
class DeckView:
    """`mine` in one's own chat: what lies on top, which one it is, and how many there are."""

    top: AlertView
    place: int
    count: int


@dataclass(frozen=True, slots=True)
class DetailsView:
    """`details`: the first pieces of evidence and how many there are, and the newest comments."""

    view: AlertView
    evidence: tuple[Evidence, ...]
    comments: tuple[Comment, ...]


@dataclass(frozen=True, slots=True)
class ConsultationView:
    """A question as experts see it: with the alert, and the first pieces of its evidence."""

    asked: Consultation
    view: AlertView
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class HistoryView:
    """`history`: entries newest first; `older` counts those not shown.

    `sizes` has how many alerts an action was about, by its name, where they were several. `mine` is the newest entry by
    the reader; `others`, for who may take back what others did, the newest one by another person.
    """

    view: AlertView
    entries: tuple[Entry, ...]
    older: int
    sizes: Mapping[str, int] = field(default_factory=dict)
    mine: Entry | None = None
    others: Entry | None = None

    @property
    def undone(self) -> frozenset[int]:
        """The revisions of what stands undone."""
        return undone_among(self.entries)


@dataclass(frozen=True, slots=True)
class Similar:
    """An alert like another: the two or three shared things that count most, and how much it is alike, at most 1."""

    alert: Alert
    reasons: tuple[Reason, ...]
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class SimilarView:
    view: AlertView
    similar: tuple[Similar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """A recommendation, and what it rests on.

    `judged_by` has the names of those who gave verdicts, with how many; it and the following fields are empty where
    nobody has judged the same rule at the same site.
    """

    given: Recommendation
    site: str
    determination: str = ""
    judged_by: tuple[tuple[str, int], ...] = ()
    last_at: datetime | None = None
    true_positives: tuple[Judgement, ...] = ()
    flips: int = 0


@dataclass(frozen=True, slots=True)
class Precedent:
    """A resolved alert like another, and the words with which it was resolved."""

    alert: Alert
    said: Handled


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationView:
    """`recommendations`. Without advice there is no basis."""

    view: AlertView
    advice: Advice | None
    steps: tuple[Step, ...] = ()
    handled: tuple[Precedent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldView:
    """Alerts that share one card: `card` is its id. `assets` are the most frequent ones, `title` that of the newest."""

    card: int
    title: str
    severity: Severity
    count: int
    open: int
    first_activity: datetime
    last_activity: datetime
    assets: tuple[str, ...]
    asset_count: int
    #: Why they share it, where it is not a storm, and the number that belongs to that.
    why: Gathered | None = None
    why_number: int = 0


@dataclass(frozen=True, slots=True)
class FoldPage:
    """One page of them, newest first."""

    fold: FoldView
    alerts: tuple[AlertView, ...]
    page: int
    page_size: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.fold.count // self.page_size))


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which alerts a list shows, newest last activity first.

    Without `closed` it is Defender's default queue: what is open and had activity since `since`.
    """

    since: datetime
    assignee: str | None = None
    where: Condition = EVERYTHING
    closed: bool = False
    #: Whom the word `me` means in `where`, and the time that it counts from.
    me: str | None = None
    now: datetime | None = None


#: Which list it is: the queue, one's own alerts, or what was searched for.
QueueKind = Literal["queue", "mine", "search"]


@dataclass(frozen=True, slots=True)
class QueueView:
    """One page of a list. `page` counts from 0; `filter` is the condition as it is written."""

    alerts: tuple[AlertView, ...]
    total: int
    page: int
    page_size: int
    days: int
    kind: QueueKind = "queue"
    filter: str = ""
    #: Whether it lists what is open only; with `days` of 0 it does not ask for an age.
    open_only: bool = True
    #: No route brings alerts to where it was asked for: there is only what was shared or asked for there.
    nothing_comes: bool = False

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.page_size))


@dataclass(frozen=True, slots=True)
class RouteView:
    """A route, what it has sent today where it has a limit, and whether it is that of where one looks."""

    route: Route
    cards: int = 0
    beyond: int = 0
    here: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteFate:
    """What becomes of an alert at a route. `missing` are the tests of its filter that do not hold, as written."""

    route: Route
    fate: Fate
    missing: tuple[str, ...] = ()
    window: Window | None = None
    #: Whether it is shown there: by a card of its own (True), on one that it shares (False), not at all (None).
    shown: bool | None = None
    #: Whether it is a route of where one looks.
    here: bool = True


@dataclass(frozen=True, slots=True)
class WhereView:
    """Where an alert goes, and why. `elsewhere` counts places that take it and are not the reader's to know."""

    view: AlertView
    fates: tuple[RouteFate, ...]
    elsewhere: int


@dataclass(frozen=True, slots=True)
class WindowView:
    """A maintenance window, how many alerts it has held back, and, where asked for, the newest of them.

    `place` is the conversation that it is for, None for everywhere; `span` is when it lasts now or next.
    """

    window: Window
    count: int
    span: tuple[datetime, datetime] | None
    here: bool
    held: tuple[AlertView, ...] = ()
