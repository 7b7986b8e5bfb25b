"""Pages to draw cards of."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.alerts.escalation import Page
from bot.alerts.paging_views import PageView
from cards.elements import Card
from cards.language import ENGLISH, Language
from cards.paging import render_page
from tests.unit.cards import examples as given
from tests.unit.cards.saying import Change, as_it_is

MINE = Page(
    id=4, key="a", opened_at=given.NOW, told_at=given.NOW + timedelta(minutes=5), person=given.ANA.object_id, told=2
)
EVERYBODYS = replace(MINE, person=None, mentions=(given.ANA.object_id, given.BO.object_id))


def cards(lang: Language = ENGLISH, change: Change = as_it_is) -> dict[str, Card]:
    """All of them, drawn anew, each view after `change` of it."""

    def draw(render: Callable[..., Card], *views: Any, **more: Any) -> Card:
        return render(*map(change, views), **more)

    timed: dict[str, Any] = {"lang": lang, "nonce": given.NONCE, "now": given.NOW}
    several = tuple(given.STATES.values())[:3]
    pages = {
        "page": PageView(page=MINE, views=(given.a_view(),), waiting=1, count=1),
        "page about what is taken": PageView(page=MINE, views=(given.taken(),), waiting=0, count=1),
        "page for everybody": PageView(
            page=EVERYBODYS, views=(given.a_view(),), waiting=1, count=1, people=given.PEOPLE
        ),
        "page with nobody on call": PageView(
            page=replace(EVERYBODYS, nobody=True, mentions=()), views=(given.a_view(),), waiting=1, count=1
        ),
        "page about several": PageView(page=MINE, views=several, waiting=2, count=40),
    }
    return {name: draw(render_page, view, **timed) for name, view in pages.items()}
