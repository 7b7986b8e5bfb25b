"""People on call to draw cards of."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.alerts.oncall import Override, Shift
from bot.alerts.oncall_ports import Feed, Rota
from bot.alerts.oncall_views import OnCallView, OnDuty, RotaView
from cards.elements import Card
from cards.language import ENGLISH, Language
from cards.oncall import render_oncall
from tests.unit.cards.examples import ANA, BO, NONCE, NOW
from tests.unit.cards.saying import Change, as_it_is

HOUR = timedelta(hours=1)
OVERRIDE = Override(
    id=4,
    rota="soc",
    person=BO.object_id,
    starts_at=NOW - HOUR,
    ends_at=NOW + 5 * HOUR,
    made_by="Ana",
    made_at=NOW - HOUR,
)


def on_duty(person: object, start: float, end: float, level: int = 0) -> OnDuty:
    who = getattr(person, "object_id", person)
    shift = Shift(who=who, starts_at=NOW + start * HOUR, ends_at=NOW + end * HOUR, level=level)
    return OnDuty(shift, "soc", None if isinstance(person, str) else person)  # type: ignore[arg-type]


BROKEN = Feed(rota="net", level=0, read_at=NOW - 9 * HOUR, failed_since=NOW - HOUR, why="404 Not Found")
TURNS = RotaView(
    rota=Rota(name="soc", text="ana, bo", zone="UTC"),
    now=(on_duty(BO, -1, 5), on_duty("somebody.new@contoso.example", -20, 30, 1)),
    next=(on_duty(ANA, 5, 90), on_duty(BO, 90, 190, 1)),
    overrides=(OVERRIDE,),
    people={BO.object_id: BO},
)
CALENDAR = RotaView(rota=Rota(name="net", text="x", zone="UTC", feeds=(BROKEN,)), now=(), next=())
UNREAD = replace(
    CALENDAR.rota, feeds=(Feed(rota="net", level=0), Feed(rota="net", level=1, note="2 events say nothing"))
)


def cards(lang: Language = ENGLISH, change: Change = as_it_is) -> dict[str, Card]:
    """All of them, drawn anew, each view after `change` of it."""

    def draw(render: Callable[..., Card], *views: Any, **more: Any) -> Card:
        return render(*map(change, views), **more)

    views = {
        "on call": OnCallView((TURNS,), NOW),
        "on call next": OnCallView((TURNS,), NOW, coming=True),
        "on call of several": OnCallView((TURNS, CALENDAR, replace(CALENDAR, rota=UNREAD)), NOW),
        "on call by a broken calendar": OnCallView((CALENDAR,), NOW),
        "on call of many": OnCallView((TURNS,) * 60, NOW),
    }
    return {name: draw(render_oncall, view, lang=lang, nonce=NONCE, notice="So.") for name, view in views.items()}
