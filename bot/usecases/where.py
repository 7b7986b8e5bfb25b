"""Where an alert goes, and why."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from bot.alerts.alert import Alert
from bot.alerts.condition import And, Condition
from bot.alerts.condition_facts import Facts
from bot.alerts.condition_match import predicate
from bot.alerts.condition_text import to_text
from bot.alerts.messages import ConversationKind
from bot.alerts.ports import UnitOfWork
from bot.alerts.routing import Fate, Route, taking
from bot.alerts.views import RouteFate, WhereView
from bot.usecases.read import alert_view
from bot.usecases.sending import Sending, facts_of
from bot.usecases.visibility import Reader, channels_of


def where(uow: UnitOfWork, number: int, reader: Reader, *, alone: bool = False) -> WhereView:
    """As things stand now. Raises NotAvailable.

    Whoever reads alone learns of all channels that they are in; in a channel or group chat everybody reads the answer,
    so it tells of that place only, and how many others there are.
    """
    view = alert_view(uow, number, reader)
    here = reader.conversation
    known = {here.id}
    if alone or here.kind is ConversationKind.PERSONAL:
        known |= channels_of(uow, reader.person)
    facts = facts_of(uow, view.alert)
    fates = _fates(uow, facts, reader.at)
    shown = tuple(
        replace(fate, here=fate.route.conversation.id == here.id)
        for fate in fates
        if fate.route.conversation.id in known
    )
    going = {fate.route.conversation.id for fate in fates if fate.fate in _THERE or fate.shown is not None}
    return WhereView(view, shown, len(going - known))


_THERE = frozenset({Fate.EVERYTHING, Fate.FITS, Fate.FALLBACK})


def _fates(uow: UnitOfWork, facts: Facts, now: datetime) -> list[RouteFate]:
    """At every route, by the conversations."""
    sending = Sending(uow, now)
    taken = {route.id for route in taking(sending.routes, facts, now)}
    going = {route.conversation.id for route in sending.routes if route.id in taken}
    cards, holding = uow.routes.cards_of(facts.alert.number), uow.windows.holding(facts.alert.number)
    fates = []
    for route in sorted(sending.routes, key=lambda route: (route.conversation.id, route.id)):
        here, fate, window = route.conversation, _fate(route, facts, now, is_taken=route.id in taken), None
        if fate in _THERE and here.id not in cards:
            fate = _kept_from(sending, route, facts.alert, going) or fate
        if fate in _THERE and here.id not in cards:
            window = uow.windows.get(holding[here.id]) if here.id in holding else sending.held_by(facts, here.id)
        fates.append(
            RouteFate(
                route=route,
                fate=Fate.HELD if window is not None else fate,
                missing=missing(route.condition, facts, now) if fate is Fate.MISFIT else (),
                window=window,
                shown=cards.get(here.id),
            )
        )
    return fates


def _kept_from(sending: Sending, route: Route, alert: Alert, going: Collection[int]) -> Fate | None:
    """Why an alert that a route takes does not go there all the same."""
    if alert.is_hidden:
        return Fate.HIDDEN
    if sending.bars(route.conversation, alert):
        return Fate.BARRED
    if route.is_personal and not sending.sees(route.conversation, going):
        return Fate.UNSEEN
    return None


def _fate(route: Route, facts: Facts, now: datetime, *, is_taken: bool) -> Fate:
    if is_taken and route.fallback:
        return Fate.FALLBACK
    if is_taken:
        return Fate.FITS if route.wants else Fate.EVERYTHING
    if route.fallback and predicate(route.condition)(facts, now):
        return Fate.TAKEN
    return Fate.MISFIT


def missing(condition: Condition, facts: Facts, now: datetime) -> tuple[str, ...]:
    """Those of the tests side by side that do not hold, as they are written."""
    parts = condition.parts if isinstance(condition, And) else (condition,)
    return tuple(to_text(part) for part in parts if not predicate(part)(facts, now))
