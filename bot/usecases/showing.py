"""Where new alerts are shown: a card each, unless many come at once.

Alerts of the same type and host within minutes share the card of the first; and where a conversation would fall behind
Teams' limits, alerts of a type share one roll-up. High severity always gets a card of its own in a storm. Each stays an
alert with its own number and history, and is reached from the card that shows it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.alerts.alert import Alert
from bot.alerts.condition_facts import Facts
from bot.alerts.conversation import Gathered, Leader, Scope, Subject
from bot.alerts.evidence import Evidence
from bot.alerts.ports import UnitOfWork
from bot.alerts.routing import Route
from bot.alerts.words import Severity
from bot.usecases.escalation_start import begin, is_answered
from bot.usecases.sending import Going, Sending, conversations_of, facts_of, hold

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

#: Roll-ups go out with what is urgent: they are how people hear of all the rest.
ROLLUP_URGENCY: Final = 0


#: An alert with its evidence, by which routes choose.
Shown = tuple[Alert, Sequence[Evidence]]


def show_new(uow: UnitOfWork, new: Sequence[Shown], now: datetime) -> None:
    """Cards for alerts that have just been opened, wherever routes send them."""
    sending = Sending(uow, now)
    if not sending.routes:
        return
    people = uow.people.many({alert.assignee for alert, _ in new if alert.assignee})
    _place(uow, [going for alert, evidence in new for going in sending.of(Facts(alert, evidence, people=people))], now)


def show_back(uow: UnitOfWork, alerts: Sequence[Alert], now: datetime) -> None:
    """Cards for alerts that a rule had kept back, wherever routes send them and they are not shown yet."""
    sending = Sending(uow, now)
    going = [going for alert in alerts for going in sending.of(facts_of(uow, alert))]
    _place(uow, [one for one in going if not _is_shown(uow, one)], now)


def _is_shown(uow: UnitOfWork, going: Going) -> bool:
    return uow.alerts.in_scope(going.alert.number, Scope(everything=False, shared_in=going.conversation.id))


def show_changed(uow: UnitOfWork, alert: Alert, evidence: Sequence[Evidence] | None, now: datetime) -> None:
    """A card for an alert that fits only now, where routes are choosy. One that fits no more keeps its card.

    With None, the evidence is loaded where somebody is choosy. A fallback took what it takes when the alert was new.
    """
    if alert.is_hidden:
        return
    sending = Sending(uow, now)
    if not any(map(_may_take_later, sending.routes)):
        return
    going = [
        one
        for one in sending.of(facts_of(uow, alert, evidence))
        if all(map(_may_take_later, one.routes)) and any(_takes_now(route, alert) for route in one.routes)
        if not _is_shown(uow, one)
    ]
    # What makes it fit may be what somebody did who is at it.
    _place(uow, going, now, pages=bool(going) and not is_answered(uow, alert))


def _may_take_later(route: Route) -> bool:
    """What a person may see changes with what the channels take."""
    return not route.fallback and (route.is_personal or not route.takes_everything)


def _takes_now(route: Route, alert: Alert) -> bool:
    """A person who wants all that is new does not want all that is old whenever somebody touches it."""
    return not route.takes_everything or alert.received_at >= route.made_at


def show_worse(uow: UnitOfWork, alert: Alert, before: Alert, now: datetime) -> None:
    """A card of its own, and at once, for an alert that has risen to high, wherever it is or should be shown.

    Until then it may have been one of many on another's card, or its card may wait behind others. Where it fits a
    filter only now, `show_changed` shows it.
    """
    if alert.severity is not Severity.HIGH or before.severity is Severity.HIGH or not alert.is_open or alert.is_hidden:
        return
    sending = Sending(uow, now)
    facts = facts_of(uow, alert) if sending.routes and sending.windows else Facts(alert, ())
    shown: list[Route] = []
    for conversation, routes in conversations_of(sending.routes).items():
        here = Scope(everything=False, shared_in=conversation)
        if sending.bars(routes[0].conversation, alert):
            continue
        always = any(route.takes_everything and not route.is_personal for route in routes)
        if (always or uow.alerts.in_scope(alert.number, here)) and sending.held_by(facts, conversation) is None:
            uow.cards.want(conversation, Subject.ALERT, alert.number, priority=urgency(alert), at=now)
            shown += routes
    if shown:
        begin(uow, [(alert, shown)], now)


def _place(uow: UnitOfWork, going: Sequence[Going], now: datetime, *, pages: bool = True) -> None:
    by_conversation: dict[int, list[Going]] = {}
    for one in going:
        if one.held_by is None:
            by_conversation.setdefault(one.conversation.id, []).append(one)
    for conversation in sorted(by_conversation):
        _Placing(uow, conversation, now).place(by_conversation[conversation])
    hold(uow, going, now)
    if pages:
        _page(uow, [one for one in going if one.held_by is None], now)


def _page(uow: UnitOfWork, going: Sequence[Going], now: datetime) -> None:
    """Page for what is shown somewhere, where the plan of its severity says so."""
    along: dict[int, tuple[Alert, list[Route]]] = {}
    for one in going:
        along.setdefault(one.alert.number, (one.alert, []))[1].extend(one.routes)
    begin(uow, [pair for _, pair in sorted(along.items())], now)


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

    def __init__(self, uow: UnitOfWork, conversation: int, now: datetime) -> None:
        self._uow = uow
        self._here = conversation
        self._now = now
        self._leaders: dict[tuple[str, str], Leader] = {}
        self._rollups: dict[str, Leader | None] = {}
        self._joined: dict[int, list[int]] = {}

    def place(self, coming: Sequence[Going]) -> None:
        backlog = self._uow.folds.backlog(self._here)
        kinds = {kind for going in coming if (kind := _kind(going.alert)) is not None}
        self._leaders.update(self._uow.folds.leaders(self._here, kinds, since=self._now - ALIKE))
        for going in coming:
            alert = going.alert
            kind = _kind(alert)
            leader = self._leaders.get(kind) if kind is not None else None
            if leader is not None and _may_share(alert, leader):
                self._join(alert, leader)
            elif backlog >= BEHIND and alert.severity is not Severity.HIGH:
                self._join(alert, self._rollup(alert))
            elif not self._has_room(going):
                self._join(alert, self._beyond(going.routes[0]))
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

    def _has_room(self, going: Going) -> bool:
        """Whether one of its routes may send one more card today; counts it. High severity is never kept from anybody,
        and counts."""
        if any(route.limit is None for route in going.routes):
            return True
        is_high = going.alert.severity is Severity.HIGH
        take = self._uow.routes.take
        if any(take(route.id, day_of(route, self._now), limit=route.limit) for route in going.routes):
            return True
        return is_high and take(going.routes[0].id, day_of(going.routes[0], self._now), limit=None)

    def _beyond(self, route: Route) -> Leader:
        """The card of the day that everything beyond the limit shares."""
        day = day_of(route, self._now)
        card = self._uow.routes.day(route.id, day).card
        if card is None:
            opened = self._uow.folds.open_rollup(
                self._here, "", priority=ROLLUP_URGENCY, at=self._now, why=Gathered.LIMIT, number=route.limit or 0
            )
            card = opened.card
        self._uow.routes.beyond(route.id, day, card=card)
        return Leader(card, Severity.HIGH)

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


def day_of(route: Route, now: datetime) -> date:
    """The local day whose cards count against the route's limit."""
    return now.astimezone(ZoneInfo(route.zone)).date()


def _kind(alert: Alert) -> tuple[str, str] | None:
    """Type and host, where it has both."""
    host = next((asset.entity for asset in alert.assets if asset.kind == "device" and asset.entity), "")
    return (alert.alert_type, host) if alert.alert_type and host else None
