"""Tuning rules: made as a draft, looked back with, put into force, perhaps after a second person's approval."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.alerts.alert import Alert
from bot.alerts.condition import all_of
from bot.alerts.condition_sense import is_contradiction
from bot.alerts.conversation import Conversation, Subject
from bot.alerts.errors import Refused
from bot.alerts.messages import ConversationKind
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.roles import Role
from bot.alerts.tuning import (
    Standing,
    Terms,
    TuningRule,
    WhyApproval,
    check_terms,
    condition_of,
    in_order,
    service_test,
    why_approval,
)
from bot.usecases.permission import require
from bot.usecases.sending import facts_of
from bot.usecases.tuning_intake import carry_out, holds
from bot.usecases.visibility import Reader, role_of, scope_of, visible_alert

#: Alerts that saving a rule acts on at most; the rest are for another press.
AT_ONCE: Final = 300

#: How urgent the card of a rule is: somebody waits for it, or is asked to decide.
URGENCY: Final = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """Somebody who makes or changes a rule. `share` is the part of all alerts that a rule may catch without a second
    person's approval, 0 to 1."""

    by: Person
    reader: Reader
    at: datetime
    share: float = 0.1


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a draft: the rule, why it waits if it does, on how many alerts it acted, and how many are left."""

    rule: TuningRule
    why: WhyApproval | None = None
    acted: int = 0
    left: int = 0


def draft(
    uow: UnitOfWork,
    doing: Doing,
    terms: Terms,
    *,
    origin: int | None = None,
    replaces: int | None = None,
    with_open: bool = False,
) -> TuningRule:
    """Keep what somebody wants as a draft. Raises Refused and ConditionError where it makes no sense."""
    shown = visible_alert(uow, origin, doing.reader) if origin is not None else None
    _check(uow, doing, terms, shown)
    if replaces is not None:
        _check_reach(uow, doing, _changeable(uow, replaces).terms)
    return uow.tuning.add(
        TuningRule(
            id=0,
            terms=terms,
            standing=Standing.DRAFT,
            position=0,
            author=doing.by.object_id,
            author_name=doing.by.name,
            created_at=doing.at,
            changed_at=doing.at,
            origin=origin,
            replaces=replaces,
            with_open=with_open,
        )
    )


def redraft(uow: UnitOfWork, doing: Doing, rule: int, terms: Terms) -> TuningRule:
    """Other terms for one's own draft; what was looked back with the old ones is forgotten."""
    found = _own_draft(uow, doing, rule)
    _check(uow, doing, terms, _origin(uow, doing, found))
    changed = replace(found, terms=terms, changed_at=doing.at, lookback=None)
    uow.tuning.save(changed)
    return changed


def save(uow: UnitOfWork, doing: Doing, rule: int, *, with_open: bool = False) -> Saved:
    """Put a draft into force, or ask a second person in the channel."""
    found = _own_draft(uow, doing, rule)
    _check(uow, doing, found.terms, _origin(uow, doing, found))
    if found.lookback is None or not found.lookback.is_done:
        raise Refused("stillLooking")
    found = replace(found, with_open=with_open or found.with_open, changed_at=doing.at)
    why = why_approval(found.lookback, doing.share) if found.lookback is not None else None
    if why is None:
        return _put_into_force(uow, doing, found)
    waiting = replace(found, standing=Standing.WAITING)
    uow.tuning.save(waiting)
    _ask(uow, doing, waiting)
    return Saved(waiting, why)


def discard(uow: UnitOfWork, doing: Doing, rule: int) -> TuningRule:
    """A draft is not wanted after all. It stays as one that was deleted: its card is still there."""
    found = replace(_own_draft(uow, doing, rule), standing=Standing.DELETED, changed_at=doing.at)
    return _saved(uow, found, doing.at)


def approve(uow: UnitOfWork, doing: Doing, rule: int) -> Saved:
    """A second person agrees: not the one who made it."""
    found = _waiting(uow, doing, rule)
    if doing.by.object_id == found.author:
        raise Refused("ownRule")
    if found.terms.needs_administrator:
        _require_administrator(uow, doing)
    return _put_into_force(uow, doing, replace(found, decided_by=doing.by.name, changed_at=doing.at))


def decline(uow: UnitOfWork, doing: Doing, rule: int) -> TuningRule:
    """A second person does not agree, or whoever made it thinks better of it. It is kept."""
    found = _waiting(uow, doing, rule)
    declined = replace(found, standing=Standing.DECLINED, decided_by=doing.by.name, changed_at=doing.at)
    return _saved(uow, declined, doing.at)


def switch(uow: UnitOfWork, doing: Doing, rule: int, *, on: bool) -> TuningRule:
    """On or off; off is for every responder, on for whoever may make such a rule."""
    found = _changeable(uow, rule)
    require(uow, doing.reader, "tune")
    if found.enabled is on:
        raise Refused("ruleOn" if on else "ruleOff")
    if on:
        _check_reach(uow, doing, found.terms)
    return _saved(uow, replace(found, enabled=on, changed_at=doing.at), doing.at)


def delete(uow: UnitOfWork, doing: Doing, rule: int) -> TuningRule:
    """It catches nothing any more. What it caught stays so; its name stays in the history."""
    found = uow.tuning.get(rule)
    require(uow, doing.reader, "tune")
    if found.standing in {Standing.DELETED, Standing.DRAFT}:
        raise Refused("noRule", rule=rule)
    _check_reach(uow, doing, found.terms)
    return _saved(uow, replace(found, standing=Standing.DELETED, enabled=False, changed_at=doing.at), doing.at)


def move(uow: UnitOfWork, doing: Doing, rule: int, *, to: int) -> TuningRule:
    """To a place among the rules in force, 1 the first. The first rule that fits an alert acts on it."""
    require(uow, doing.reader, "tune")
    found = _changeable(uow, rule)
    _check_reach(uow, doing, found.terms)
    others = [one for one in in_order(uow.tuning.all(Standing.IN_FORCE)) if one.id != rule]
    place = max(0, min(to - 1, len(others)))
    ordered = [*others[:place], found, *others[place:]]
    for position, one in enumerate(ordered, start=1):
        if one.position != position:
            uow.tuning.save(replace(one, position=position))
    return uow.tuning.get(rule)


def set_creation(uow: UnitOfWork, doing: Doing, *, on: bool) -> None:
    """Whether rules may be made and edited at all."""
    require(uow, doing.reader, "tune")
    _require_administrator(uow, doing)
    uow.tuning.set_creation(on=on)


def act_on_open(uow: UnitOfWork, doing: Doing, rule: int) -> Saved:
    """Do to open alerts what a rule in force does to new ones; newest first, as many as one press may."""
    require(uow, doing.reader, "tune")
    found = _changeable(uow, rule)
    return _act(uow, doing, found, origin=None, with_open=True)


def may_see_service(uow: UnitOfWork, reader: Reader, service: str) -> bool:
    """Whether alerts of a service source exist for somebody where they are."""
    scope = scope_of(uow, reader)
    if service in scope.without:
        return False
    if scope.everything:
        return True
    return scope.fitting is not None and not is_contradiction(all_of(scope.fitting, service_test(service)))


def _check(uow: UnitOfWork, doing: Doing, terms: Terms, origin: Alert | None) -> None:
    """`origin` is the alert from which it is made: where alerts were only shared, it speaks for its service."""
    require(uow, doing.reader, "tune")
    if not uow.tuning.creation():
        raise Refused("creationOff")
    check_terms(terms, doing.at)
    _check_reach(uow, doing, terms)
    scope = scope_of(uow, doing.reader)
    if not terms.services and not scope.is_unlimited:
        raise Refused("needsServices")
    for service in terms.services:
        is_shared = scope.shared_in is not None and not scope.everything and scope.fitting is None
        if is_shared and service not in scope.without:
            may = origin is not None and service in (origin.service_source, origin.source)
        else:
            may = may_see_service(uow, doing.reader, service)
        if not may:
            raise Refused("unknownService", service=service)


def _origin(uow: UnitOfWork, doing: Doing, rule: TuningRule) -> Alert | None:
    return visible_alert(uow, rule.origin, doing.reader) if rule.origin is not None else None


def _check_reach(uow: UnitOfWork, doing: Doing, terms: Terms) -> None:
    if terms.needs_administrator and role_of(uow, doing.reader) is not Role.ADMINISTRATOR:
        raise Refused("wholeOrganisation" if terms.is_everywhere else "usersAlone")


def _require_administrator(uow: UnitOfWork, doing: Doing) -> None:
    role = role_of(uow, doing.reader)
    if role is not Role.ADMINISTRATOR:
        raise Refused("role", verb="tune", needs=Role.ADMINISTRATOR, role=role)


def _own_draft(uow: UnitOfWork, doing: Doing, rule: int) -> TuningRule:
    require(uow, doing.reader, "tune")
    found = uow.tuning.get(rule)
    if found.standing is not Standing.DRAFT:
        raise Refused("noDraft", rule=rule)
    if found.author != doing.by.object_id:
        raise Refused("notYourRule", who=found.author_name)
    return found


def _waiting(uow: UnitOfWork, doing: Doing, rule: int) -> TuningRule:
    require(uow, doing.reader, "tune")
    found = uow.tuning.get(rule)
    if found.standing is not Standing.WAITING:
        raise Refused("notWaiting")
    return found


def _changeable(uow: UnitOfWork, rule: int) -> TuningRule:
    found = uow.tuning.get(rule)
    if found.standing is not Standing.IN_FORCE:
        raise Refused("noRule", rule=rule)
    return found


def _put_into_force(uow: UnitOfWork, doing: Doing, found: TuningRule) -> Saved:
    """The draft itself, or the rule that it replaces with the draft's terms."""
    if found.replaces is None:
        rule = replace(found, standing=Standing.IN_FORCE, enabled=True)
    else:
        before = _changeable(uow, found.replaces)
        _check_reach(uow, doing, before.terms)
        rule = replace(
            before, terms=found.terms, enabled=True, changed_at=doing.at, lookback=found.lookback,
            decided_by=found.decided_by,
        )  # fmt: skip
        _saved(uow, replace(found, standing=Standing.DELETED), doing.at)
    _saved(uow, rule, doing.at)
    return _act(uow, doing, rule, origin=found.origin, with_open=found.with_open)


def _act(uow: UnitOfWork, doing: Doing, rule: TuningRule, *, origin: int | None, with_open: bool) -> Saved:
    """The rule acts on the alert that it was made from, if it fits, and on other open ones on request."""
    acted: set[int] = set()
    if origin is not None:
        alert = uow.alerts.get(origin)
        fits = holds(rule, facts_of(uow, alert, None), doing.at)
        after = carry_out(uow, rule, alert, doing.at) if fits else alert
        if after.revision != alert.revision:
            acted.add(origin)
    left = 0
    if with_open:
        scope = scope_of(uow, doing.reader)
        found = uow.tuning.open_caught(condition_of(rule.terms), scope, now=doing.at, limit=AT_ONCE + 1)
        left = max(0, len(found) - AT_ONCE)
        for one in found[:AT_ONCE]:
            carry_out(uow, rule, one, doing.at)
            acted.add(one.number)
    return Saved(rule, acted=len(acted), left=left)


def _saved(uow: UnitOfWork, rule: TuningRule, at: datetime) -> TuningRule:
    uow.tuning.save(rule)
    uow.cards.raise_wanted(Subject.RULE, rule.id, at=at)
    return rule


def _ask(uow: UnitOfWork, doing: Doing, rule: TuningRule) -> None:
    """The card with “Approve” and “Decline”, in a channel: where the author is, else where the alert is shown."""
    places = _channels(uow, doing, rule)
    if not places:
        raise Refused("noChannel")
    uow.cards.want(places[0].id, Subject.RULE, rule.id, priority=URGENCY, at=doing.at)
    uow.cards.raise_wanted(Subject.RULE, rule.id, at=doing.at)


def _channels(uow: UnitOfWork, doing: Doing, rule: TuningRule) -> list[Conversation]:
    here = doing.reader.conversation
    if here.kind is ConversationKind.CHANNEL:
        return [here]
    known = uow.conversations.subscribed_with(doing.by.object_id)
    if rule.origin is None:
        return known
    number = rule.origin
    return sorted(known, key=lambda channel: not uow.cards.has(channel.id, Subject.ALERT, number))
