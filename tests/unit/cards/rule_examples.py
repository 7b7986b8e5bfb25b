"""Tuning rules to draw, in all their states."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.alerts.allowing import Allowed, Indicator, IndicatorType
from bot.alerts.condition_text import parse
from bot.alerts.rules import RuleAct, RuleCount
from bot.alerts.tuning import Action, Lookback, Standing, Terms, TuningRule, WhyApproval
from bot.alerts.tuning_views import CaughtPage, RulesPage, RuleView
from bot.alerts.words import Classification
from cards.alert_card import render_alert
from cards.allow_list import render_allow_list
from cards.elements import Card
from cards.language import ENGLISH, Language
from cards.rule_card import render_bring_back, render_rule
from cards.rules import render_caught, render_positives, render_rules
from tests.unit.cards import examples as given
from tests.unit.cards.saying import Change, as_it_is

TERMS = Terms(
    name="Nightly scan of the web servers",
    action=Action.HIDE,
    description="The scanner of the platform team, every night at two.",
    comment="Known scanner",
    services=("microsoftDefenderForEndpoint",),
    alert_type="7c0c1a52-40b9-4b1c-9f0e-6a7b8c9d0e1f",
    devices=("web-1", "web-2", "web-3", "web-4", "web-5"),
    groups=("Web servers",),
    users=("svc-scan",),
    indicators=parse('evidence(role:trigger file.name:scan*.exe file.path:"C:\\Program Files\\Scan") not tag:lab'),
    expires_at=given.NOW + timedelta(days=90),
)
BACK = Lookback(
    since=given.NOW - timedelta(days=30),
    until=given.NOW,
    total=1204,
    open=12,
    verdicts={Classification.FALSE_POSITIVE: 120, Classification.NOT_SET: 21, Classification.TRUE_POSITIVE: 2},
    true_positives=(1033, 1021),
    done=1,
)
RULE = TuningRule(
    id=3,
    terms=TERMS,
    standing=Standing.IN_FORCE,
    position=2,
    author=given.ANA.object_id,
    author_name="Ana",
    created_at=given.NOW - timedelta(days=40),
    changed_at=given.NOW - timedelta(days=40),
    origin=1042,
    lookback=BACK,
)
DRAFT = replace(RULE, standing=Standing.DRAFT)
OTHER = replace(RULE, id=1, terms=replace(TERMS, name="Everything on web-1"))
RESOLVING = replace(
    TERMS,
    action=Action.RESOLVE,
    classification=Classification.EXPECTED,
    determination="securityTesting",
    indicators=parse("*"),
    any_indicator=True,
    devices=(),
    groups=(),
    users=(),
    services=(),
)
COUNT = RuleCount(alerts=12, undone=3, last=given.NOW - timedelta(hours=5))
VIEWS = {
    "in force": RuleView(rule=RULE, count=COUNT, place=2),
    "quiet": RuleView(rule=replace(RULE, terms=RESOLVING, decided_by="Bo"), place=1, is_quiet=True),
    "off": RuleView(rule=replace(RULE, enabled=False), count=COUNT, place=2),
    "expired": RuleView(rule=RULE, is_expired=True),
    "draft": RuleView(
        rule=DRAFT, why=WhyApproval.TRUE_POSITIVE, before=OTHER, changeable=("tag",), loops=((2, "Tag the lab"),)
    ),
    "draft looking": RuleView(rule=replace(DRAFT, lookback=replace(BACK, done=0.4))),
    "draft begun": RuleView(rule=replace(DRAFT, lookback=None), doubtful=(("file.nmae", "file.name"),)),
    "draft of nothing": RuleView(rule=replace(DRAFT, lookback=replace(BACK, verdicts={}, open=0, true_positives=()))),
    "draft of a change": RuleView(rule=DRAFT, edits=OTHER),
    "waiting": RuleView(rule=replace(RULE, standing=Standing.WAITING), why=WhyApproval.SHARE),
    "declined": RuleView(rule=replace(RULE, standing=Standing.DECLINED, decided_by="Bo")),
    "deleted": RuleView(rule=replace(RULE, standing=Standing.DELETED)),
}
PAGE = RulesPage(tuple(VIEWS.values())[:6], 13, 1, creation=True)
CAUGHT = CaughtPage(
    VIEWS["in force"],
    tuple(
        (RuleAct("tuning:3", number, 2, given.NOW, undone=number % 2 == 0), given.an_alert(number=number, hidden="x"))
        for number in range(1042, 1048)
    ),
    1,
    has_more=True,
)
ALLOWED = tuple(
    Allowed(
        id=number,
        indicator=Indicator(IndicatorType.FILE_SHA256, "ab" * 32, "scan.exe"),
        groups=("Web servers",) if number % 2 else (),
        title="Nightly scan",
        description="Allowed by Ana in Tocsin, after alert #1042",
        alert=1042,
        rule=3,
        by=given.ANA.object_id,
        by_name="Ana",
        at=given.NOW,
    )
    for number in (2, 1)
)


def cards(lang: Language = ENGLISH, change: Change = as_it_is) -> dict[str, Card]:
    """All of them, drawn anew, each view after `change` of it."""

    def draw(render: Callable[..., Card], *given_: Any, **more: Any) -> Card:
        return render(*map(change, given_), **more)

    timed: dict[str, Any] = {"lang": lang, "now": given.NOW, "nonce": given.NONCE}
    drawn = {f"rule {name}": draw(render_rule, view, **timed) for name, view in VIEWS.items()}
    alerts = [given.an_alert(), given.an_alert(number=1033)]
    return drawn | {
        "rule from the list": draw(render_rule, VIEWS["in force"], page=1, notice="The rule is in force.", **timed),
        "rule bring back": draw(render_bring_back, VIEWS["in force"], lang=lang, nonce=given.NONCE, page=1),
        "rules": draw(render_rules, PAGE, **timed),
        "no rules": draw(render_rules, RulesPage((), 0, 0, creation=False), **timed),
        "rule caught": draw(render_caught, CAUGHT, back_to=None, **timed),
        "rule caught nothing": draw(
            render_caught, replace(CAUGHT, alerts=(), page=0, has_more=False), back_to=1, **timed
        ),
        "rule true positives": draw(render_positives, VIEWS["draft"], alerts, back_to=None, **timed),
        "allow list": draw(render_allow_list, ALLOWED, lang=lang, now=given.NOW),
        "allow list empty": draw(render_allow_list, (), lang=lang, now=given.NOW),
        "alert hidden": draw(
            render_alert, given.a_view(given.an_alert(hidden="tuning:3", hidden_by="Nightly scan")), **timed
        ),
    }
