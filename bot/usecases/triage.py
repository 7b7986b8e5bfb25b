"""Triage: alerts are put before the rules as they come in, and a rule whose lookups say so acts, or is watched."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.alerts import alert as alerts
from bot.alerts.alert import Alert, Decision
from bot.alerts.condition_match import predicate
from bot.alerts.conversation import Subject
from bot.alerts.errors import NotAvailable, Refused
from bot.alerts.evidence import Evidence
from bot.alerts.history import Entry
from bot.alerts.messages import Message
from bot.alerts.ports import UnitOfWork
from bot.alerts.triage import Mode, Run, State, Step, StepKind, TriageRule, catching, users_of
from bot.usecases.automatic import act_by_rule
from bot.usecases.sending import EVIDENCE_LOOKED_AT, facts_of
from bot.usecases.showing import show_changed, urgency

#: What is said where somebody was at the alert first, or it met the condition no more.
TAKEN, CHANGED = "taken", "changed"

#: Words for what a rule has done to an alert, made by whoever knows the language.
Words = Callable[[TriageRule, Alert, Sequence[Entry]], Message]


def consider(uow: UnitOfWork, coming: Iterable[tuple[Alert, Sequence[Evidence] | None]], now: datetime) -> None:
    """Queue the rules that catch some alerts, new ones or ones of which there is news. Each does so once an alert."""
    rules = [rule for rule in uow.triage.rules() if rule.mode is not Mode.OFF]
    if not rules:
        return
    caught = [
        (rule, alert.number)
        for alert, evidence in coming
        if alert.is_open and not alert.is_hidden
        for rule in catching(rules, facts_of(uow, alert, evidence), now)
    ]
    uow.triage.queue(caught, now)


@dataclass(frozen=True, slots=True)
class Task:
    """A rule that is to look at an alert, and the people of the alert that its lookups are about."""

    rule: TriageRule
    alert: Alert
    users: tuple[str, ...]


def task_of(uow: UnitOfWork, run: Run) -> Task | None:
    """None where the rule is off, or gone, by now."""
    rule = uow.triage.get(run.rule)
    if rule is None or rule.mode is Mode.OFF:
        return None
    alert = uow.alerts.get(run.alert)
    evidence = uow.alerts.evidence(alert.number, limit=EVIDENCE_LOOKED_AT)
    return Task(rule, alert, tuple(users_of(evidence)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Which run, by whose lease, what its lookups answered, and whether that is what the rule needs."""

    run: Run
    owner: str
    found: Mapping[str, bool]
    met: bool
    #: Why a lookup could not be made; then nothing is done.
    failed: str = ""


def conclude(uow: UnitOfWork, finding: Finding, words: Words, now: datetime) -> State | None:
    """Do what the rule says, or only write it down; None where somebody else had the lease by then.

    What somebody has begun to work on is left to them.
    """
    run, rule = finding.run, uow.triage.get(finding.run.rule)
    alert = uow.alerts.get(run.alert)
    state, why = _state(uow, finding, rule, alert, now)
    if not uow.triage.finish(run, owner=finding.owner, state=state, at=now, why=why, found=finding.found):
        return None
    if state is State.ACTED and rule is not None:
        _act(uow, rule, alert, words, now)
    return state


def _state(
    uow: UnitOfWork, finding: Finding, rule: TriageRule | None, alert: Alert, now: datetime
) -> tuple[State, str]:
    if finding.failed:
        return State.FAILED, finding.failed
    if not finding.met:
        return State.UNMET, ""
    if rule is None or rule.mode is Mode.OFF:
        return State.LEFT, "off"
    if alert.acknowledged_at is not None or not alert.is_open or alert.is_hidden:
        return State.LEFT, TAKEN
    if not predicate(rule.condition)(facts_of(uow, alert), now):
        return State.LEFT, CHANGED
    return (State.ACTED if rule.mode is Mode.ACT else State.WATCHED), ""


def _act(uow: UnitOfWork, rule: TriageRule, alert: Alert, words: Words, now: datetime) -> None:
    """Step by step; one that changes nothing, because it is so already, is passed over."""
    entries: list[Entry] = []
    for step in rule.steps:
        if step.kind is StepKind.POST:
            continue
        try:
            done = act_by_rule(uow, rule.rule, alert, decision_of(alert, step), now)
        except Refused:
            continue
        alert = done.alert
        if done.entry is not None:
            entries.append(done.entry)
    if not entries:
        return
    show_changed(uow, alert, None, now)
    # Another rule may be waiting for just this.
    consider(uow, [(alert, None)], now)
    if any(step.kind is StepKind.POST for step in rule.steps):
        _tell(uow, alert, words(rule, alert, entries), now)


def decision_of(alert: Alert, step: Step) -> Decision:
    """What a step would do to an alert. Raises Refused where it is so already, or cannot be."""
    match step.kind:
        case StepKind.ASSIGN:
            return alerts.assign(alert, step.to)
        case StepKind.TAG:
            return alerts.tag(alert, step.add, step.remove)
        case StepKind.CLASSIFY if step.classification is not None:
            return alerts.classify(alert, step.classification, step.determination)
        case StepKind.RESOLVE:
            return alerts.resolve(alert, step.classification, step.determination, step.text)
        case StepKind.COMMENT:
            return alerts.comment(alert, step.text)
        case _:
            raise Refused("ruleWithoutSteps")


def _tell(uow: UnitOfWork, alert: Alert, message: Message, now: datetime) -> None:
    """In every channel and group chat that shows the alert."""
    shown = uow.routes.cards_of(alert.number)
    places = {route.conversation.id for route in uow.routes.all() if not route.is_personal}
    for conversation in sorted(places & shown.keys()):
        reply = uow.replies.add(message, now)
        uow.cards.want(conversation, Subject.REPLY, reply, priority=urgency(alert), at=now)


def rule_of(uow: UnitOfWork, number: int) -> TriageRule:
    """Raises NotAvailable."""
    rule = uow.triage.get(number)
    if rule is None:
        raise NotAvailable(f"triage rule {number}")
    return rule
