"""Where new alerts are shown: a card each, unless many come at once.

Alerts of the same type and host within minutes share the card of the first; and where a conversation would fall behind
Teams' limits, alerts of a type share one roll-up. High severity always gets a card of its own in a storm. Each stays an
alert with its own number and history, and is reached from the card that shows it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bot.alerts.alert import Alert
from bot.alerts.condition_match import matches
from bot.alerts.conversation import Conversation, Leader, Scope, Subject
from bot.alerts.evidence import Evidence
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.words import Severity
from bot.usecases.visibility import barred_here, wanted_by

#: How long alerts of the same type and host share a card.
ALIKE: Final = timedelta(minutes=5)

#: Cards waiting in a conversation from which on it counts as falling behind: about ten seconds of what Teams allows.
BEHIND: Final = 20

#: How long a roll-up takes alerts in before the next one is opened.
ROLLUP_SPAN: Final = timedelta(minutes=30)

#: So many roll-ups in that time, then one for everything else: an alert storm of many types is a storm of cards, too.
ROLLUPS: Final = 10

#: A posted card is not drawn anew for each alert that joins it.
JOIN_EVERY: Final = timedelta(seconds=5)

#: Pieces of evidence that filters look at where somebody has changed an alert.
EVIDENCE_LOOKED_AT: Final = 1_000

#: Roll-ups go out with what is urgent: they are how people hear of all the rest.
ROLLUP_URGENCY: Final = 0


#: An alert with its evidence, by which conversations choose.
Shown = tuple[Alert, Sequence[Evidence]]


def show_new(uow: UnitOfWork, new: Sequence[Shown], now: datetime) -> None:
    """Cards for alerts that have just been opened, in every conversation that wants them."""
    people = uow.people.many({alert.assignee for alert, _ in new if alert.assignee})
    for conversation in uow.conversations.subscribed():
        barred = barred_here(uow, conversation, now)
        wanted = [
            alert
            for alert, evidence in new
            if alert.service_source not in barred and _wants(conversation, alert, evidence, people, now)
        ]
        if wanted:
            _Placing(uow, conversation, now).place(wanted)


def show_back(uow: UnitOfWork, alerts: Sequence[Alert], now: datetime) -> None:
    """Cards for alerts that a rule had kept back, wherever they are wanted and not shown yet."""
    people = uow.people.many({alert.assignee for alert in alerts if alert.assignee})
    pieces = {alert.number: uow.alerts.evidence(alert.number, limit=EVIDENCE_LOOKED_AT) for alert in alerts}
    for conversation in uow.conversations.subscribed():
        here = Scope(everything=False, shared_in=conversation.id)
        wanted = [
            alert
            for alert in alerts
            if _wants(conversation, alert, pieces[alert.number], people, now)
            and not uow.alerts.in_scope(alert.number, here)
        ]
        if wanted:
            _Placing(uow, conversation, now).place(wanted)


def show_changed(uow: UnitOfWork, alert: Alert, evidence: Sequence[Evidence] | None, now: datetime) -> None:
    """A card for an alert that fits only now, in choosy conversations. One that fits no more keeps its card.

    With None, the evidence is loaded where somebody is choosy.
    """
    if alert.is_hidden:
        return
    choosy = [conversation for conversation in uow.conversations.subscribed() if conversation.wants]
    if not choosy:
        return
    if evidence is None:
        evidence = uow.alerts.evidence(alert.number, limit=EVIDENCE_LOOKED_AT)
    people = uow.people.many([alert.assignee] if alert.assignee else [])
    for conversation in choosy:
        here = Scope(everything=False, shared_in=conversation.id)
        if alert.service_source in barred_here(uow, conversation, now):
            continue
        if _wants(conversation, alert, evidence, people, now) and not uow.alerts.in_scope(alert.number, here):
            _Placing(uow, conversation, now).place([alert])


def show_worse(uow: UnitOfWork, alert: Alert, before: Alert, now: datetime) -> None:
    """A card of its own, and at once, for an alert that has risen to high, wherever it is or should be shown.

    Until then it may have been one of many on another's card, or its card may wait behind others. Where it fits a
    filter only now, `show_changed` shows it.
    """
    if alert.severity is not Severity.HIGH or before.severity is Severity.HIGH or not alert.is_open or alert.is_hidden:
        return
    for conversation in uow.conversations.subscribed():
        here = Scope(everything=False, shared_in=conversation.id)
        if alert.service_source in barred_here(uow, conversation, now):
            continue
        if not conversation.wants or uow.alerts.in_scope(alert.number, here):
            uow.cards.want(conversation.id, Subject.ALERT, alert.number, priority=urgency(alert), at=now)


def _wants(
    conversation: Conversation,
    alert: Alert,
    evidence: Sequence[Evidence],
    people: Mapping[str, Person],
    now: datetime,
) -> bool:
    return not conversation.wants or matches(wanted_by(conversation), alert, evidence, now, people=people)


def _may_share(alert: Alert, leader: Leader) -> bool:
    """Not the card of something less bad; and high severity not one that somebody has and nobody looks at any more."""
    if alert.severity is Severity.HIGH and leader.taken:
        return False
    return alert.severity.rank <= leader.severity.rank


def urgency(alert: Alert) -> int:
    """The priority of its card: 0 for high severity, larger for what can wait."""
    return 3 - alert.severity.rank


class _Placing:
    """Places alerts in one conversation, remembering what it has looked up."""

    def __init__(self, uow: UnitOfWork, conversation: Conversation, now: datetime) -> None:
        self._uow = uow
        self._here = conversation.id
        self._now = now
        self._leaders: dict[tuple[str, str], Leader] = {}
        self._rollups: dict[str, Leader | None] = {}
        self._joined: dict[int, list[int]] = {}

    def place(self, alerts: Sequence[Alert]) -> None:
        backlog = self._uow.folds.backlog(self._here)
        kinds = {kind for alert in alerts if (kind := _kind(alert)) is not None}
        self._leaders.update(self._uow.folds.leaders(self._here, kinds, since=self._now - ALIKE))
        for alert in alerts:
            kind = _kind(alert)
            leader = self._leaders.get(kind) if kind is not None else None
            if leader is not None and _may_share(alert, leader):
                self._join(alert, leader)
            elif backlog >= BEHIND and alert.severity is not Severity.HIGH:
                self._join(alert, self._rollup(alert))
            else:
                self._own_card(alert)
                backlog += 1
        self._uow.folds.add(self._here, self._joined, again_at=self._now + JOIN_EVERY)

    def _own_card(self, alert: Alert) -> None:
        card = self._uow.cards.want(self._here, Subject.ALERT, alert.number, priority=urgency(alert), at=self._now)
        if (key := _kind(alert)) is not None and alert.is_open:
            self._leaders[key] = Leader(card, alert.severity)

    def _join(self, alert: Alert, leader: Leader) -> None:
        self._joined.setdefault(leader.card, []).append(alert.number)

    def _rollup(self, alert: Alert) -> Leader:
        """The roll-up of its type, or of everything else where there are many."""
        folds, since = self._uow.folds, self._now - ROLLUP_SPAN
        kind = alert.alert_type
        found = self._rollups.get(kind) or folds.rollup(self._here, kind, since=since)
        if found is None and kind and folds.rollups(self._here, since=since) >= ROLLUPS:
            return self._rollup(replace(alert, alert_type=""))
        if found is None:
            found = folds.open_rollup(self._here, kind, priority=ROLLUP_URGENCY, at=self._now)
        self._rollups[kind] = found
        return found


def _kind(alert: Alert) -> tuple[str, str] | None:
    """Type and host, where it has both."""
    host = next((asset.entity for asset in alert.assets if asset.kind == "device" and asset.entity), "")
    return (alert.alert_type, host) if alert.alert_type and host else None
