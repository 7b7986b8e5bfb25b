"""Pages to draw cards of."""

from dataclasses import replace
from datetime import timedelta

from bot.alerts.escalation import EXAMPLE, Ask, Escalation, Page, State, Taken
from bot.alerts.escalation_ports import EscalationView
from bot.alerts.paging_views import PageView
from bot.alerts.views import AlertView
from cards.elements import Card
from cards.language import ENGLISH
from cards.paging import render_page
from tests.unit.cards.examples import ANA, BO, NONCE, NOW, a_view, an_alert, taken
from tests.unit.cards.oncall_examples import on_duty

MINUTE = timedelta(minutes=1)
RUNNING = Escalation(
    alert=1042,
    rota="",
    plan=EXAMPLE,
    state=State.RUNNING,
    started_at=NOW - 10 * MINUTE,
    steps=3,
    next=3,
    due_at=NOW + 10 * MINUTE,
)
TAKEN = (
    Taken(alert=1042, number=1, at=NOW - 10 * MINUTE, ask=Ask.PAGE, whom=(ANA.object_id, "missed:somebody.new@x")),
    Taken(alert=1042, number=2, at=NOW - 5 * MINUTE, ask=Ask.REMIND),
    Taken(alert=1042, number=3, at=NOW, ask=Ask.NEXT, whom=(BO.object_id,)),
)
PEOPLE = {ANA.object_id: ANA, BO.object_id: BO}
PAGING = EscalationView(escalation=RUNNING, taken=TAKEN, people=PEOPLE)
ANSWERED = replace(
    PAGING,
    escalation=replace(RUNNING, state=State.ANSWERED, ended_at=NOW, answered_by=BO.object_id, due_at=None),
    taken=(*TAKEN, Taken(alert=1042, number=4, at=NOW, ask=Ask.CHANNEL, whom=("channel",))),
)
TO_BO = Page(id=7, key="person:b", opened_at=NOW, person=BO.object_id, conversation=3, told_at=NOW)
TO_ALL = Page(id=8, key="channel:1", opened_at=NOW, conversation=1, mentions=tuple(PEOPLE), told_at=NOW, nobody=True)


def a_paged_view() -> AlertView:
    return replace(a_view(), paging=PAGING)


def on_call_view() -> AlertView:
    return replace(a_view(), on_call=(on_duty(ANA, -1, 5), on_duty(BO, -1, 5, 1)))


def pages() -> dict[str, PageView]:
    many = tuple(replace(a_paged_view(), alert=an_alert(number=number)) for number in range(1042, 1048))
    over = replace(taken(), paging=ANSWERED)
    return {
        "page": PageView(page=TO_BO, views=(a_paged_view(),), waiting=1, count=1),
        "page again": PageView(page=replace(TO_BO, told=3), views=(a_paged_view(),), waiting=1, count=1),
        "page of many": PageView(page=TO_BO, views=many, waiting=190, count=200),
        "page of many over": PageView(page=TO_BO, views=many, waiting=0, count=200),
        "page over": PageView(page=TO_BO, views=(over,), waiting=0, count=1),
        "page in a channel": PageView(page=TO_ALL, views=(a_paged_view(),), waiting=1, count=1, people=PEOPLE),
        "page of many in a channel": PageView(page=TO_ALL, views=many, waiting=6, count=6, people=PEOPLE),
    }


def cards() -> dict[str, Card]:
    return {name: render_page(view, lang=ENGLISH, now=NOW, nonce=NONCE) for name, view in pages().items()}
