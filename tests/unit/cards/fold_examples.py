"""Cards that many alerts share, to draw."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.alerts.conversation import Gathered
from bot.alerts.views import FoldPage, FoldView
from bot.alerts.words import Severity
from cards.alert_card import render_alert
from cards.elements import Card
from cards.fold import render_fold_page, render_manage_form, render_rollup
from cards.language import ENGLISH, Language
from tests.unit.cards import examples as given
from tests.unit.cards.saying import Change, as_it_is


def a_fold(**changes: Any) -> FoldView:
    fields: dict[str, Any] = {
        "card": 7,
        "title": "Malware detected",
        "severity": Severity.HIGH,
        "count": 300,
        "open": 299,
        "first_activity": given.NOW - timedelta(minutes=9),
        "last_activity": given.NOW,
        "assets": ("web-1",),
        "asset_count": 40,
    }
    return FoldView(**(fields | changes))


STATES = {
    "rollup": a_fold(),
    "rollup of many types": a_fold(title="", severity=Severity.MEDIUM),
    "rollup that is done": a_fold(open=0, count=12_345),
    "rollup beyond a limit": a_fold(why=Gathered.LIMIT, why_number=50),
    "rollup of maintenance": a_fold(why=Gathered.MAINTENANCE, why_number=3, severity=Severity.LOW),
}


def cards(lang: Language = ENGLISH, change: Change = as_it_is) -> dict[str, Card]:
    """All of them, drawn anew, each view after `change` of it."""
    words: dict[str, Any] = {"lang": lang, "nonce": given.NONCE}
    timed: dict[str, Any] = {**words, "now": given.NOW}

    def draw(render: Callable[..., Card], *views: Any, **more: Any) -> Card:
        return render(*map(change, views), **more)

    alerts = tuple(
        replace(view, alert=replace(view.alert, number=1042 + place))
        for place, view in enumerate(given.STATES.values())
    )
    folded = replace(given.a_view(), card=7, folded=12, folded_open=11)
    return {name: draw(render_rollup, view, **timed) for name, view in STATES.items()} | {
        "rollup page": draw(render_fold_page, FoldPage(a_fold(), alerts[:6], 1, 6), **timed),
        "rollup resolve": draw(render_manage_form, a_fold(), **words),
        "alert with more like it": draw(render_alert, folded, **timed),
    }
