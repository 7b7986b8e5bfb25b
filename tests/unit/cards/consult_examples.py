"""Questions to experts to draw cards of."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bot.alerts.conversation import Conversation
from bot.alerts.messages import ConversationKind
from bot.alerts.views import AlertView, Comment, Consultation, ConsultationView
from cards.consult import render_consult_form, render_experts, render_question
from cards.elements import Card
from cards.language import ENGLISH, Language
from tests.unit.cards import examples as given
from tests.unit.cards.saying import Change, as_it_is

EXPERTS = Conversation(
    id=7,
    teams_id="19:experts@thread.tacv2",
    kind=ConversationKind.CHANNEL,
    service_url="https://smba.example",
    tenant_id="t",
    name="Experts",
)
ASKED = Consultation(
    id=3,
    alert=1042,
    experts=EXPERTS,
    expert="",
    asker=given.ANA.object_id,
    asked_in=EXPERTS,
    thread=None,
    question=Comment(3, "Ana", "Is this lateral movement?", given.at(13)),
)
ANSWERED = replace(ASKED, answers=(Comment(4, "Chidi", "Yes. Isolate web-1, then reset svc-build.", given.at(14)),))
WITHDRAWN = replace(ASKED, question=replace(ASKED.question, withdrawn=True))


def a_question(asked: Consultation = ASKED, pieces: int = 1) -> ConsultationView:
    details = given.a_details()
    alert = replace(details.view.alert, evidence_count=pieces * len(details.evidence))
    return ConsultationView(asked, replace(details.view, alert=alert), details.evidence * pieces)


def an_asked_view() -> AlertView:
    several = (ASKED, replace(ASKED, id=4, expert="Chidi"), replace(ASKED, id=5), replace(ANSWERED, id=6), WITHDRAWN)
    return replace(given.taken(), consultations=several)


def cards(lang: Language = ENGLISH, change: Change = as_it_is) -> dict[str, Card]:
    """All of them, drawn anew, each view after `change` of it."""

    def draw(render: Callable[..., Card], *views: Any, **more: Any) -> Card:
        return render(*map(change, views), **more)

    words: dict[str, Any] = {"lang": lang, "nonce": given.NONCE}
    timed: dict[str, Any] = {**words, "now": given.NOW}
    return {
        "question": draw(render_question, a_question(), **timed),
        "question of many pieces": draw(render_question, a_question(pieces=40), **timed),
        "question of many pieces whole": draw(render_question, a_question(pieces=40), whole=True, **timed),
        "question answered": draw(render_question, a_question(ANSWERED), notice="Thank you.", **timed),
        "question withdrawn": draw(render_question, a_question(WITHDRAWN), **timed),
        "consult": draw(render_consult_form, given.taken(), **words),
        "experts": draw(render_experts, EXPERTS, "", named="", may_choose=True, lang=lang),
        "experts in a chat": draw(render_experts, EXPERTS, "Chidi", named="", may_choose=False, lang=lang),
        "experts gone": draw(render_experts, replace(EXPERTS, gone=True), "", named="", may_choose=True, lang=lang),
        "experts unknown": draw(render_experts, None, "", named="19:x@thread.tacv2", may_choose=True, lang=lang),
    }
