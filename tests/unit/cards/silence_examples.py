"""Silences to draw lists of."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.alerts.standing_silences import ListedSilence, Matcher, SilencesView, Standing
from cards.elements import Card
from cards.language import ENGLISH, Language
from cards.silence_list import render_silences
from tests.unit.cards import examples as given
from tests.unit.cards.saying import Change, as_it_is

THEIRS = Standing(
    external_id="8f0b5c1e-0000-4000-8000-000000000001",
    matchers=(Matcher("alertname", "=", "DiskAlmostFull"), Matcher("instance", "=~", "web-[0-9]+.*")),
    author="hugo",
    comment="Disks are being replaced",
    begins_at=given.NOW - timedelta(hours=1),
    ends_at=given.NOW + timedelta(hours=3, minutes=58),
    link="https://alertmanager.example/#/silences/1",
)
MANY = replace(THEIRS, matchers=tuple(Matcher(f"label_{n}", "!=", "x" * 200) for n in range(40)), comment="why " * 300)


def a_list(*listed: ListedSilence, **given_: object) -> SilencesView:
    fields = {"total": len(listed), "page": 0, "pages": 1, "as_of": given.NOW, "may_lift": True}
    return SilencesView(listed, **(fields | given_))  # type: ignore[arg-type]


def cards(lang: Language = ENGLISH, change: Change = as_it_is) -> dict[str, Card]:
    """All of them, drawn anew, each view after `change` of it."""

    def draw(render: Callable[..., Card], *views: Any, **more: Any) -> Card:
        return render(*map(change, views), **more)

    timed: dict[str, Any] = {"lang": lang, "nonce": given.NONCE, "now": given.NOW}
    silenced = replace(given.from_alertmanager().alert, silenced_until=THEIRS.ends_at.isoformat())
    lifted = replace(silenced, silenced_until="")
    several = a_list(
        ListedSilence(replace(THEIRS, why="not now", matchers=()), silenced, is_made=False),
        ListedSilence(THEIRS),
        ListedSilence(THEIRS, silenced),
        ListedSilence(THEIRS, lifted),
        ListedSilence(replace(THEIRS, lifted_by="Bo", why="503")),
        ListedSilence(replace(THEIRS, begins_at=given.NOW + timedelta(hours=2), why="400 no")),
        total=19,
        page=1,
        pages=4,
    )
    return {
        "silences": draw(render_silences, several, notice="Look.", **timed),
        "silences for a reader": draw(render_silences, a_list(ListedSilence(THEIRS), may_lift=False), **timed),
        "no silences": draw(render_silences, a_list(), **timed),
        "silences never told": draw(render_silences, a_list(as_of=None), **timed),
        "silences of many matchers": draw(render_silences, a_list(*[ListedSilence(MANY)] * 6), **timed),
    }
