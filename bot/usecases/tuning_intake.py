"""Tuning rules at work: what they do to alerts that come in, and to those about which their source says something new.

The rules are kept ready between transactions, for as long as their token stays the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.alerts import alert as alerts
from bot.alerts.absorb import Birth
from bot.alerts.alert import Alert, Decision
from bot.alerts.condition_facts import Facts
from bot.alerts.condition_index import ConditionIndex
from bot.alerts.condition_match import predicate
from bot.alerts.evidence import Evidence
from bot.alerts.ports import UnitOfWork
from bot.alerts.rules import RuleName
from bot.alerts.tuning import Action, Standing, TuningRule, condition_of, in_order, rule_of
from bot.usecases.automatic import act_by_rule
from bot.usecases.sending import facts_of
from bot.usecases.showing import show_back


@dataclass(frozen=True, slots=True)
class Ready:
    """The rules in force, in their order, with an index of what they need."""

    rules: Mapping[int, TuningRule]
    index: ConditionIndex[int]

    def holding(self, facts: Facts, now: datetime) -> list[TuningRule]:
        """Those that hold for an alert, in their order; the first of them acts."""
        found = (self.rules[rule] for rule in self.index.matching(facts, now))
        return [rule for rule in found if rule.in_force(now)]


NO_RULES: Final = Ready({}, ConditionIndex({}))

#: By token, which is another one after every change and in every database; a few, because transactions overlap.
_kept: dict[str, Ready] = {}
_KEPT: Final = 4


def make_ready(rules: Sequence[TuningRule]) -> Ready:
    ordered = {rule.id: rule for rule in in_order(rules) if rule.enabled}
    return Ready(ordered, ConditionIndex({number: condition_of(rule.terms) for number, rule in ordered.items()}))


def ready_rules(uow: UnitOfWork) -> Ready:
    """The rules as they are in this transaction."""
    token = uow.tuning.token()
    if not token:
        return NO_RULES
    found = _kept.get(token)
    if found is None:
        found = make_ready(uow.tuning.all(Standing.IN_FORCE))
        for old in list(_kept)[: max(0, len(_kept) - _KEPT + 1)]:
            _kept.pop(old, None)
        _kept[token] = found
    return found


def tune_new(uow: UnitOfWork, births: Mapping[int, Birth], now: datetime) -> dict[int, Birth]:
    """The births after the rules: what one has hidden or resolved gets no card."""
    ready = ready_rules(uow)
    if not ready.rules:
        return dict(births)
    people = uow.people.many({birth.alert.assignee for birth in births.values() if birth.alert.assignee})
    outcome: dict[int, Birth] = {}
    for place, birth in births.items():
        rules = ready.holding(Facts(birth.alert, birth.report.evidence, people=people), now)
        after = carry_out(uow, rules[0], birth.alert, now) if rules else birth.alert
        outcome[place] = replace(birth, alert=after)
    return outcome


def tune_changed(uow: UnitOfWork, alert: Alert, evidence: Sequence[Evidence] | None, now: datetime) -> Alert:
    """An alert after its source said something new.

    One that nobody has touched may fit a rule only now. One that a rule has hidden comes back where the rule does not
    fit it any more: what is said of it now is not what was meant.
    """
    ready = ready_rules(uow)
    if not ready.rules or (alert.acknowledged_at is not None and not alert.is_hidden):
        return alert
    facts = facts_of(uow, alert, evidence)
    if alert.is_hidden:
        return _look_again(uow, ready, alert, facts, now)
    rules = ready.holding(facts, now) if alert.is_open else []
    if not rules or uow.rule_acts.of_alert(alert.number):
        # What a rule has done once, and somebody has perhaps undone, it does not do again.
        return alert
    return carry_out(uow, rules[0], alert, now)


def carry_out(uow: UnitOfWork, rule: TuningRule, alert: Alert, now: datetime) -> Alert:
    """What a rule does to an alert that it catches; nothing where that is so already."""
    decision = _decision(rule, alert)
    return act_by_rule(uow, rule.as_actor, alert, decision, now).alert if decision is not None else alert


def is_kept_back(alert: Alert) -> bool:
    """Whether a rule has seen to it that nobody needs to hear of a new alert."""
    return alert.is_hidden or rule_of(alert.resolved_rule) is not None


def holds(rule: TuningRule, facts: Facts, now: datetime) -> bool:
    """Whether a rule would catch an alert, in force or not."""
    return predicate(condition_of(rule.terms))(facts, now)


def _look_again(uow: UnitOfWork, ready: Ready, alert: Alert, facts: Facts, now: datetime) -> Alert:
    rule = ready.rules.get(rule_of(alert.hidden) or 0)
    if rule is None or holds(rule, facts, now):
        return alert
    name = RuleName(rule.as_actor.key, rule.terms.name)
    done = act_by_rule(uow, name, alert, alerts.unhide(alert), now)
    for one in uow.rule_acts.of_alert(alert.number):
        uow.rule_acts.mark(alert.number, one.revision, undone=True)
    show_back(uow, [done.alert], now)
    return done.alert


def _decision(rule: TuningRule, alert: Alert) -> Decision | None:
    terms = rule.terms
    if terms.action is Action.HIDE:
        return None if alert.is_hidden else alerts.hide(alert, rule.as_actor.key, terms.comment)
    return alerts.resolve(alert, terms.classification, terms.determination, terms.comment) if alert.is_open else None
