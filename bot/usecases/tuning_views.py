"""What people look at of tuning rules: one rule, the list, and what a rule caught."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.alerts.alert import Alert
from bot.alerts.condition_sense import covers
from bot.alerts.errors import NotAvailable
from bot.alerts.ports import UnitOfWork
from bot.alerts.rules import RuleAct, RuleCount
from bot.alerts.triage import CHANGES, Mode
from bot.alerts.tuning import (
    Standing,
    TuningRule,
    changeable_fields,
    condition_of,
    doubtful_properties,
    in_order,
    key_of,
    why_approval,
)
from bot.alerts.tuning_views import PAGE_SIZE, CaughtPage, RulesPage, RuleView
from bot.usecases.permission import require
from bot.usecases.sending import facts_of
from bot.usecases.tuning_intake import ready_rules
from bot.usecases.visibility import Reader, require_visible, scope_of, visible_alert

#: A rule that has caught nothing for so long says so.
QUIET: Final = timedelta(days=30)

#: Those that the list shows.
LISTED: Final = (Standing.IN_FORCE, Standing.WAITING, Standing.DECLINED)


def rule_view(uow: UnitOfWork, rule: int, now: datetime, *, share: float) -> RuleView:
    """Raises NotAvailable."""
    found = uow.tuning.get(rule)
    if found.standing is Standing.DELETED and found.replaces is not None:
        # Its terms are the other one's now.
        found = uow.tuning.get(found.replaces)
    edits = uow.tuning.many([found.replaces]).get(found.replaces) if found.replaces is not None else None
    return views_of(uow, [found], now, share=share, edits=edits)[0]


def rules_page(uow: UnitOfWork, reader: Reader, page: int, *, share: float) -> RulesPage:
    require(uow, reader, "rules")
    listed = in_order(uow.tuning.all(*LISTED))
    page = min(page, max(0, -(-len(listed) // PAGE_SIZE) - 1))
    shown = listed[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
    views = views_of(uow, shown, reader.at, share=share)
    return RulesPage(tuple(views), len(listed), page, uow.tuning.creation())


def views_of(
    uow: UnitOfWork, rules: Sequence[TuningRule], now: datetime, *, share: float, edits: TuningRule | None = None
) -> list[RuleView]:
    in_force = in_order(uow.tuning.all(Standing.IN_FORCE))
    places = {rule.id: place for place, rule in enumerate(in_force, start=1)}
    counts = uow.rule_acts.counts([key_of(rule.id) for rule in rules])
    return [
        RuleView(
            rule=rule,
            count=counts.get(key_of(rule.id), RuleCount()),
            place=places.get(rule.id, 0),
            before=_before(rule, in_force, now),
            changeable=changeable_fields(rule.terms.indicators),
            loops=_loops(uow, rule),
            doubtful=doubtful_properties(rule.terms.indicators),
            why=why_approval(rule.lookback, share) if rule.lookback is not None else None,
            is_quiet=_is_quiet(rule, counts.get(key_of(rule.id), RuleCount()), now),
            is_expired=rule.terms.expires_at is not None and rule.terms.expires_at <= now,
            edits=edits,
        )
        for rule in rules
    ]


def caught_page(uow: UnitOfWork, rule: int, reader: Reader, page: int, *, share: float) -> CaughtPage:
    require(uow, reader, "rules")
    view = rule_view(uow, rule, reader.at, share=share)
    key = key_of(view.rule.id)
    acts = uow.rule_acts.newest(key, offset=page * PAGE_SIZE, limit=PAGE_SIZE + 1)
    return CaughtPage(view, tuple(_visible(uow, acts[:PAGE_SIZE], reader)), page, len(acts) > PAGE_SIZE)


def true_positives(uow: UnitOfWork, rule: int, reader: Reader) -> list[Alert]:
    """Those that a look back named, as far as the reader may see them."""
    found = uow.tuning.get(rule).lookback
    scope = scope_of(uow, reader)
    numbers = found.true_positives if found is not None else ()
    return [uow.alerts.get(number) for number in numbers if uow.alerts.in_scope(number, scope)]


def rules_for(uow: UnitOfWork, number: int, reader: Reader) -> tuple[Alert, list[TuningRule]]:
    """The rules in force that an alert fits, in their order: the first would act on it. Raises NotAvailable."""
    require(uow, reader, "rules")
    alert = visible_alert(uow, number, reader)
    return alert, ready_rules(uow).holding(facts_of(uow, alert), reader.at)


def _visible(uow: UnitOfWork, acts: Iterable[RuleAct], reader: Reader) -> list[tuple[RuleAct, Alert]]:
    shown: list[tuple[RuleAct, Alert]] = []
    for act in acts:
        try:
            require_visible(uow, act.alert, reader)
        except NotAvailable:
            continue
        shown.append((act, uow.alerts.get(act.alert)))
    return shown


def _before(rule: TuningRule, in_force: Sequence[TuningRule], now: datetime) -> TuningRule | None:
    """A rule that is looked at first and catches all that this one would."""
    own = condition_of(rule.terms)
    for other in in_force:
        if other.id == rule.id:
            return None
        if other.id != rule.replaces and other.in_force(now) and covers(condition_of(other.terms), own):
            return other
    return None


def _loops(uow: UnitOfWork, rule: TuningRule) -> tuple[tuple[int, str], ...]:
    """Triage rules that change what a rule asks for."""
    asked = changeable_fields(rule.terms.indicators)
    if not asked:
        return ()
    return tuple(
        (other.number, other.name)
        for other in uow.triage.rules()
        if other.mode is not Mode.OFF and any(CHANGES[step.kind].intersection(asked) for step in other.steps)
    )


def _is_quiet(rule: TuningRule, count: RuleCount, now: datetime) -> bool:
    if rule.standing is not Standing.IN_FORCE or not rule.enabled:
        return False
    return now - max(rule.changed_at, count.last or rule.changed_at) >= QUIET
