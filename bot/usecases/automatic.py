"""What rules do by themselves: it is history with the rule's name, it can be found by rule, and it can be undone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.alerts import alert as alerts
from bot.alerts.alert import Alert, Decision
from bot.alerts.errors import Refused
from bot.alerts.people import Actor, Person, Way
from bot.alerts.ports import UnitOfWork
from bot.alerts.rules import RuleAct, RuleName
from bot.usecases.acting import Act, Done, perform, record
from bot.usecases.showing import show_back
from bot.usecases.taking_back import take_back
from bot.usecases.visibility import Reader, scope_of

#: Alerts that one order brings back at most: more would keep everybody else waiting for it.
AT_ONCE = 300

HIDDEN = frozenset({"hidden"})


@dataclass(frozen=True, slots=True)
class BroughtBack:
    """How many of a rule's actions were undone, on how many people had worked since, and how many are left."""

    undone: int
    changed_since: int
    left: int


def act_by_rule(uow: UnitOfWork, rule: RuleName, alert: Alert, decision: Decision, now: datetime) -> Done:
    """Do to an alert what a rule decided. The caller shows the alert, or keeps it back, as the outcome demands."""
    done = record(uow, alert, decision, by=Actor.rule(rule.key, rule.name), way=Way.RULE, at=now)
    uow.rule_acts.add(RuleAct(rule.key, alert.number, done.alert.revision, now))
    return done


def unhide(uow: UnitOfWork, act: Act) -> Done:
    """Bring one alert back into sight; the rule stays as it is, and does not hide this alert again."""
    done = perform(uow, act, "unhide", alerts.unhide, touches=HIDDEN)
    if done.entry is not None:
        for one in uow.rule_acts.of_alert(act.alert):
            uow.rule_acts.mark(act.alert, one.revision, undone=True)
        show_back(uow, [done.alert], act.at)
    return done


def bring_back(
    uow: UnitOfWork, rule: RuleName, since: datetime, *, by: Person, reader: Reader, at: datetime
) -> BroughtBack:
    """Undo what a rule did since a time, newest first, to all alerts that the reader may see.

    What somebody has changed since stays as they left it.
    """
    scope = scope_of(uow, reader)
    acts = [
        act
        for act in uow.rule_acts.standing(rule.key, since=since)
        if scope.is_unlimited or uow.alerts.in_scope(act.alert, scope)
    ]
    back: list[Alert] = []
    changed, batch = 0, ""
    for act in acts[:AT_ONCE]:
        done = _undo_one(uow, act, by, at, batch=batch)
        if done is None or done.entry is None:
            changed += 1
        else:
            back.append(done.alert)
            batch = done.entry.action
    _show(uow, back, at)
    return BroughtBack(len(back), changed, len(acts[AT_ONCE:]))


def _undo_one(uow: UnitOfWork, act: RuleAct, by: Person, at: datetime, *, batch: str) -> Done | None:
    """The alert afterwards, and the entry; None where somebody has changed since what the rule did."""
    entry = uow.history.entry(act.alert, act.revision)
    uow.rule_acts.mark(act.alert, act.revision, undone=True)
    if entry is None:
        return None
    try:
        decision = take_back(uow, uow.alerts.get(act.alert), entry)
    except Refused:
        return None
    if decision.is_empty:
        return None
    alert = uow.alerts.get(act.alert)
    return record(uow, alert, decision, by=Actor.person(by), way=Way.CHAT, at=at, batch=batch)


def _show(uow: UnitOfWork, back: Sequence[Alert], at: datetime) -> None:
    seen = {alert.number: alert for alert in back}
    show_back(uow, [alert for alert in seen.values() if not alert.is_hidden], at)
