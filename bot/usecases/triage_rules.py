"""Triage rules are made, switched, looked at and undone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.alerts.alert import Alert
from bot.alerts.condition import EVERYTHING, Condition, tests_of
from bot.alerts.condition_checks import ME
from bot.alerts.condition_sense import is_contradiction, is_everything
from bot.alerts.condition_text import to_text
from bot.alerts.errors import Refused
from bot.alerts.history import Entry
from bot.alerts.people import ActorKind, Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.triage import Asked, Mode, Run, State, Step, StepKind, TriageRule
from bot.alerts.triage_views import Agreement, Judged, TriageView
from bot.alerts.words import Classification
from bot.usecases.automatic import BroughtBack, bring_back
from bot.usecases.permission import require
from bot.usecases.read import views_of
from bot.usecases.triage import rule_of
from bot.usecases.visibility import Reader, scope_of

#: Rules there may be, and characters of a name.
MOST, NAME = 200, 80

#: Runs that are looked at for the agreement, and shown.
COMPARED, SHOWN = 200, 8

#: The fields that steps change, by which people's decisions are found in the history.
_FIELDS = {
    StepKind.RESOLVE: "status",
    StepKind.CLASSIFY: "classification",
    StepKind.ASSIGN: "assignee",
    StepKind.TAG: "tags",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule as somebody asks for it."""

    name: str
    wants: Condition
    asked: tuple[Asked, ...]
    steps: tuple[Step, ...]


def add(uow: UnitOfWork, draft: Draft, by: Person, reader: Reader) -> TriageView:
    """A new rule, which only watches. Raises Refused with what is wrong about it."""
    require(uow, reader, "triage")
    name = " ".join(draft.name.split())
    if not 0 < len(name) <= NAME:
        raise Refused("badRuleName", limit=NAME)
    if not draft.steps:
        raise Refused("ruleWithoutSteps")
    _check(draft.wants)
    if len(uow.triage.rules()) >= MOST:
        raise Refused("manyRules", limit=MOST)
    rule = TriageRule(
        number=0,
        name=name,
        mode=Mode.WATCH,
        mode_at=reader.at,
        wants=to_text(draft.wants),
        asked=draft.asked,
        steps=draft.steps,
        made_by=by.name,
        made_at=reader.at,
    )
    return view(uow, uow.triage.add(rule), reader)


def _check(wants: Condition) -> None:
    if wants == EVERYTHING or is_everything(wants):
        raise Refused("ruleForEverything")
    if is_contradiction(wants):
        raise Refused("emptyFilter", text=to_text(wants))
    if any(test.field.name == "assignee" and ME in test.values for test in tests_of(wants)):
        raise Refused("nobodysFilter", text=to_text(wants))


def may_change(uow: UnitOfWork, reader: Reader) -> None:
    """Raises Refused("role")."""
    require(uow, reader, "triage")


def switch(uow: UnitOfWork, number: int, mode: Mode, reader: Reader) -> TriageView:
    """To act, an administrator has to switch it. Raises NotAvailable and Refused."""
    require(uow, reader, "triageAct" if mode is Mode.ACT else "triage")
    if rule_of(uow, number).mode is mode:
        raise Refused("ruleIsSo")
    uow.triage.set_mode(number, mode, reader.at)
    return view(uow, number, reader)


def delete(uow: UnitOfWork, number: int, reader: Reader) -> str:
    """Its name. What it has done stays, and can be undone one by one."""
    require(uow, reader, "triageAct")
    rule = rule_of(uow, number)
    uow.triage.delete(number)
    return rule.name


def undo(uow: UnitOfWork, number: int, since: datetime, by: Person, reader: Reader) -> BroughtBack:
    """Take back what it did since then to all alerts that the reader may see, as people have left them."""
    require(uow, reader, "triageAct")
    return bring_back(uow, rule_of(uow, number).rule, since, by=by, reader=reader, at=reader.at)


def listed(uow: UnitOfWork, reader: Reader) -> list[TriageView]:
    """All of them, without their single runs."""
    require(uow, reader, "rules")
    counts = uow.triage.counts()
    return [_view(uow, rule, counts, reader, shown=0) for rule in uow.triage.rules()]


def view(uow: UnitOfWork, number: int, reader: Reader) -> TriageView:
    """One with its newest runs on alerts that the reader may see. Raises NotAvailable."""
    require(uow, reader, "rules")
    return _view(uow, rule_of(uow, number), uow.triage.counts(), reader, shown=SHOWN)


def _view(
    uow: UnitOfWork, rule: TriageRule, counts: Mapping[tuple[int, State], int], reader: Reader, *, shown: int
) -> TriageView:
    runs = uow.triage.runs(rule.number, limit=COMPARED)
    scope = scope_of(uow, reader)
    if not scope.is_unlimited:
        # Nobody learns from numbers what they may not see.
        runs = [run for run in runs if uow.alerts.in_scope(run.alert, scope)]
        counts = Counter((rule.number, run.state) for run in runs)
    judged = [_judged(uow, rule, run) for run in runs if run.state is State.WATCHED]
    visible = [run for run in runs if uow.alerts.in_scope(run.alert, scope)][:shown]
    found = {run.alert: uow.alerts.get(run.alert) for run in visible}
    views = {one.alert.number: one for one in views_of(uow, list(found.values()))}
    by_alert = {one.run.alert: one for one in judged}
    people = uow.people.many({step.to for step in rule.steps if step.to})
    return TriageView(
        rule=rule,
        counts={state: counts.get((rule.number, state), 0) for state in State},
        agreement=Agreement(
            agreed=sum(one.agrees is True for one in judged), decided=sum(one.agrees is not None for one in judged)
        ),
        runs=tuple((by_alert.get(run.alert, Judged(run)), views[run.alert]) for run in visible),
        people=people,
    )


def _judged(uow: UnitOfWork, rule: TriageRule, run: Run) -> Judged:
    """What people did to an alert that a rule watched, beside what the rule would have done."""
    fields = {_FIELDS[step.kind] for step in rule.steps if step.kind in _FIELDS}
    decided = [
        entry
        for entry in uow.history.since(run.alert, 0)
        if entry.actor.kind is ActorKind.PERSON and any(change.field in fields for change in entry.changes)
    ]
    if not decided:
        return Judged(run)
    alert = uow.alerts.get(run.alert)
    verdicts = [agrees for step in rule.steps if (agrees := _agrees(step, alert, decided)) is not None]
    return Judged(run, all(verdicts) if verdicts else None, decided[-1])


def _agrees(step: Step, alert: Alert, decided: Sequence[Entry]) -> bool | None:
    """Whether people came to the same; None where they have not decided that, or nothing can be compared."""
    touched = {change.field for entry in decided for change in entry.changes}
    match step.kind:
        case StepKind.RESOLVE:
            if not touched & {"status", "classification"} or (alert.is_open and "classification" not in touched):
                return None
            return not alert.is_open and _same_verdict(step, alert)
        case StepKind.CLASSIFY if "classification" in touched:
            return _same_verdict(step, alert)
        case StepKind.ASSIGN if "assignee" in touched:
            return alert.assignee == step.to
        case StepKind.TAG if "tags" in touched:
            return set(step.add) <= set(alert.tags) and not set(step.remove) & set(alert.tags)
        case _:
            return None


def _same_verdict(step: Step, alert: Alert) -> bool:
    """People who give no classification do not contradict one; nor does a kind that they leave open."""
    if step.classification is None or alert.classification is Classification.NOT_SET:
        return True
    same_kind = not alert.determination or not step.determination or alert.determination == step.determination
    return alert.classification is step.classification and same_kind
