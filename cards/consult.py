"""Consulting an expert on cards: the form, the question as experts see it, and what the alert's own card says."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.alerts.alert import COMMENT_LIMIT
from bot.alerts.consulting import QUESTION_LIMIT
from bot.alerts.conversation import Conversation
from bot.alerts.evidence import TRIGGER, Evidence
from bot.alerts.messages import ConversationKind, Mention, Message
from bot.alerts.people import Person
from bot.alerts.views import AlertView, Comment, Consultation, ConsultationView
from cards import vocabulary
from cards.actions import execute, open_url, toggle
from cards.buttons import OpenedFrom, Press, Verb
from cards.elements import Action, Card, Element, card, container, rich, run, text_block
from cards.forms import form
from cards.inputs import text_input
from cards.labels import category_label, kind_label, service_label
from cards.language import Language
from cards.naming import place_name
from cards.parts import NAME, Buttons, back, button_rows, buttons_for, cut_note, head, joined, notice_of, quiet
from cards.pieces import piece_facts, piece_label
from cards.safe import brief, clean, clip
from cards.size import LIMIT, Room, fit

#: Questions that the alert's card tells of, and characters of one, of an answer, and of what a message says of it.
_QUESTIONS, _QUESTION, _ANSWER, _TOLD = 2, 160, 240, 500

#: Characters of it in the text above the experts' card.
_IN_TEXT = 80

#: Pieces of evidence that stand on an expert's card at once; the others are one press away.
_KEY = 5

#: Facts of one of them, and characters of the description.
_FACTS, _DESCRIPTION = 2, 800


def render_consult_form(
    view: AlertView, *, lang: Language, nonce: str, notice: str = "", opened_from: OpenedFrom | None = None
) -> Card:
    """The question, as input `comment`."""
    buttons = buttons_for(view, nonce=nonce, opened_from=opened_from)
    field = text_input(
        "comment",
        label=lang.t("What do you want to know?"),
        placeholder=lang.t("Is this lateral movement?"),
        max_length=QUESTION_LIMIT,
        multiline=True,
        required=lang.t("Write your question, or press Back."),
    )
    note = lang.t("The experts get this alert with its evidence, and your question. Their answer becomes a comment.")
    ask = buttons.plain(lang.t("Ask"), Verb.CONSULT, inputs="auto", primary=True)
    return form(view, lang, notice, [rich(quiet(note), spacing="Small"), field], [ask, back(buttons, lang)])


def consult_buttons(view: AlertView, buttons: Buttons, lang: Language) -> list[Action]:
    """To ask, and to take back what nobody has answered yet."""
    asks = [buttons.plain(lang.t("Consult a threat expert…"), Verb.CONSULT)]
    pending = [one for one in view.consultations if one.is_pending][:_QUESTIONS]
    for asked in pending:
        title = lang.t("Withdraw “{question}”", question=brief(asked.question.text, 24))
        title = title if len(pending) > 1 else lang.t("Withdraw question")
        asks.append(buttons.given(title, Verb.CONSULT, withdraws=asked.id))
    return asks


def consult_lines(view: AlertView, lang: Language, now: datetime, *, words: int) -> list[Element]:
    """Who asked whom, since when, and what came of it: what waits first, then the newest answer."""
    pending = [one for one in view.consultations if one.is_pending]
    lines = [_pending_line(one, lang, now, words) for one in pending[:_QUESTIONS]]
    if more := len(pending) - _QUESTIONS:
        lines += cut_note(more, lang)
    answered = [one for one in view.consultations if one.answers and not one.is_withdrawn]
    if answered:
        newest = max(answered, key=lambda one: one.answers[-1].at)
        lines.append(_answered_line(newest, lang, words))
    return lines


def said_by_them(view: AlertView) -> frozenset[int]:
    """The revisions of comments that `consult_lines` tells of, so that nothing stands twice."""
    told = {one.question.revision for one in view.consultations if one.is_pending}
    return frozenset(told | {one.revision for asked in view.consultations for one in asked.answers[-1:]})


def _pending_line(asked: Consultation, lang: Language, now: datetime, words: int) -> Element:
    text = lang.t(
        "{who} asked {experts} at {at}, no answer yet:",
        who=brief(asked.question.author, NAME),
        experts=brief(asked.expert, NAME) or _name_of(asked.experts, lang),
        at=lang.moment(asked.question.at, now=now),
    )
    question = brief(asked.question.text, max(20, min(_QUESTION, words)))
    return rich(run(f"{text} ", weight="Bolder"), run(f"“{question}”", italic=True), spacing="Small")


def _answered_line(asked: Consultation, lang: Language, words: int) -> Element:
    given = asked.answers[-1]
    text = lang.t("{expert}, asked by {who}:", expert=brief(given.author, NAME), who=brief(asked.question.author, NAME))
    answer = brief(given.text, max(20, min(_ANSWER, words)))
    return rich(quiet(f"{text} "), run(f"“{answer}”", italic=True), spacing="Small")


def render_question(
    view: ConsultationView,
    *,
    lang: Language,
    now: datetime,
    nonce: str,
    notice: str = "",
    link_hosts: frozenset[str] = frozenset(),
    limit: int = LIMIT,
    whole: bool = False,
) -> Card:
    """The question with what it is about, and a field for the answer. `whole` shows all of the evidence."""
    asked = view.asked

    def build(room: Room) -> Card:
        if asked.is_withdrawn:
            return card([*notice_of(notice), *head(view.view, lang), *_asked(asked, lang, now, room)])
        return card(
            [
                *notice_of(notice),
                *head(view.view, lang),
                *_asked(asked, lang, now, room),
                *_answers(asked.answers, lang, now, room),
                *_about(view, lang, now, room),
                *_evidence(view, lang, room, nonce, whole=whole),
                *_reply(view, lang, nonce, link_hosts, whole=whole),
            ]
        )

    return fit(build, limit=limit)


def question_text(view: ConsultationView, lang: Language) -> tuple[str, str]:
    """The message's text, and what a locked phone shows."""
    who, number = brief(view.asked.question.author, NAME), view.asked.alert
    if view.asked.is_withdrawn:
        text = lang.t("{who} has withdrawn a question about #{number}", who=who, number=number)
    else:
        # The card says it whole.
        question = clean(brief(view.asked.question.text, _IN_TEXT))
        text = lang.t("{who} asks about #{number}: {question}", who=who, number=number, question=question)
    return text, text


def answer_message(asked: Consultation, asker: Person | None, lang: Language) -> Message:
    """What whoever asked is told, by name, of the newest answer."""
    given = asked.answers[-1]
    facts = {
        "expert": brief(given.author, NAME),
        "number": asked.alert,
        "answer": clean(brief(given.text, _TOLD)),
    }
    told = lang.t("{expert} answered your question about #{number}: “{answer}”", **facts)
    name = asker.name if asker is not None else asked.question.author
    if asker is None or not asker.teams_id or asked.asked_in.kind is ConversationKind.PERSONAL:
        return Message(text=told, summary=told)
    text = f"<at>{name}</at> {told}"
    return Message(text=text, summary=told, mentions=(Mention(asker.teams_id, name),))


def render_experts(
    place: Conversation | None, person: str, *, named: str, may_choose: bool, lang: Language, notice: str = ""
) -> Card:
    """Where questions to experts go, and how to change that."""
    if place is None:
        text = lang.t("Nobody is asked yet: no expert is set.")
    elif person:
        text = lang.t("Questions to experts go to {who}.", who=brief(person, NAME))
    else:
        text = lang.t("Questions to experts go to {place}.", place=brief(_name_of(place, lang), NAME))
    lines = [run(text, weight="Bolder")]
    elements: list[Element] = [*notice_of(notice), text_block(lang.t("Experts"), size="Medium", heading=True)]
    elements.append(rich(*lines, spacing="Small"))
    if place is not None and place.gone:
        gone = lang.t("Tocsin has been removed there: questions would not arrive.")
        elements.append(rich(run(gone, color="Attention"), spacing="Small"))
    if place is None and named:
        unknown = lang.t("TOCSIN_EXPERTS names “{named}”, which Tocsin does not know.", named=brief(named, 80))
        elements.append(rich(run(unknown, color="Attention"), spacing="Small"))
    how = lang.t(
        "Say “experts here” where questions shall go, “experts Chidi” for somebody's own chat, or “experts off”."
    )
    other = lang.t("An administrator can change this.")
    elements.append(rich(quiet(how if may_choose else other), spacing="Small"))
    return card(elements)


def _name_of(place: Conversation, lang: Language) -> str:
    """The experts as others call them."""
    if place.kind is ConversationKind.PERSONAL:
        return place.name or lang.t("an expert")
    return place_name(place, lang) if place.name or place.teams_id == place.team_id else lang.t("the experts")


def _asked(asked: Consultation, lang: Language, now: datetime, room: Room) -> list[Element]:
    """What the experts are asked, loud: it is why they have this card."""
    who, at = brief(asked.question.author, NAME), lang.moment(asked.question.at, now=now)
    if asked.is_withdrawn:
        return [rich(run(lang.t("{who} has withdrawn this question.", who=who)), spacing="Small")]
    says = lang.t("{who} asks, at {at}:", who=who, at=at)
    return [
        container(
            [
                rich(quiet(says)),
                rich(run(clip(asked.question.text, max(200, room.text)), weight="Bolder"), spacing="Small"),
            ],
            style="accent",
            bleed=True,
        )
    ]


def _answers(given: Sequence[Comment], lang: Language, now: datetime, room: Room) -> list[Element]:
    shown = given[-min(room.entries, 5) :]
    return [
        rich(
            run(f"{brief(one.author, NAME)}: ", weight="Bolder"),
            run(clip(one.text, min(1_500, room.text))),
            quiet(f" · {lang.moment(one.at, now=now)}"),
            spacing="Small",
        )
        for one in shown
    ]


def _about(view: ConsultationView, lang: Language, now: datetime, room: Room) -> list[Element]:
    alert = view.view.alert
    period = lang.period(alert.first_activity, alert.last_activity, now=now)
    context = joined(
        (brief(service_label(alert, lang), NAME), brief(category_label(alert.category, lang), NAME), period)
    )
    lines = [rich(run(context), spacing="Small")]
    if told := clip(alert.description.strip(), min(_DESCRIPTION, room.text)):
        lines.append(rich(run(told), spacing="Small"))
    return lines


def _evidence(view: ConsultationView, lang: Language, room: Room, nonce: str, *, whole: bool) -> list[Element]:
    """What set it off and what is bad first; the rest behind a button."""
    count = max(view.view.alert.evidence_count, len(view.evidence))
    if not count:
        return []
    ranked = sorted(view.evidence, key=_rank)
    shown = ranked[: room.evidence if whole else min(_KEY, room.evidence)]
    lines = [line for piece in shown for line in _piece(piece, lang, room)]
    title = text_block(lang.t("Evidence ({count})", count=count), heading=True, spacing="Medium", separator=True)
    more = count - len(shown)
    if not more:
        return [title, *lines]
    if whole or len(shown) == len(ranked):
        return [title, *lines, *cut_note(more, lang)]
    press = Press(question=view.asked.id, nonce=nonce, do="evidence").data()
    see = execute(lang.n("and {count} more", "and {count} more", more), Verb.ANSWER.value, press, inputs="none")
    return [title, *lines, button_rows([see], spacing="Small")]


def _rank(piece: Evidence) -> tuple[bool, bool, bool]:
    return TRIGGER not in piece.roles, piece.verdict != "malicious", piece.verdict != "suspicious"


def _piece(piece: Evidence, lang: Language, room: Room) -> Iterable[Element]:
    verdict = lang.term(vocabulary.VERDICTS, piece.verdict[:NAME]) if piece.verdict not in ("", "unknown") else ""
    runs = [quiet(f"{clip(kind_label(piece.kind, lang), NAME)}: "), run(piece_label(piece))]
    if verdict:
        runs.append(run(f" · {clip(verdict, NAME)}", weight="Bolder"))
    yield rich(*runs, spacing="Small")
    for label, value in piece_facts(piece, lang, most=min(_FACTS, room.facts)):
        yield rich(quiet(f"{label}: "), run(value, mono=label == lang.t("Command line")), spacing="None")


def _reply(
    view: ConsultationView, lang: Language, nonce: str, link_hosts: frozenset[str], *, whole: bool
) -> list[Element]:
    """A field and a button; behind another one where there is an answer already."""
    press = Press(question=view.asked.id, nonce=nonce).data()
    field = text_input(
        "comment",
        label=lang.t("Your answer"),
        placeholder=lang.t("It becomes a comment of the alert"),
        max_length=COMMENT_LIMIT,
        multiline=True,
        required=lang.t("Write your answer first."),
    )
    send = execute(lang.t("Answer"), Verb.ANSWER.value, press, inputs="auto", primary=True)
    portal = open_url(lang.t("Open in the portal"), view.view.alert.alert_url, link_hosts=link_hosts)
    beside = [portal] if portal else []
    if whole:
        shut = Press(question=view.asked.id, nonce=nonce, do="less").data()
        beside.append(execute(lang.t("Less"), Verb.ANSWER.value, shut, inputs="none"))
    if not view.asked.answers:
        return [field, button_rows([send, *beside])]
    again = toggle(lang.t("Say more…"), "more")
    return [
        button_rows([again, *beside]),
        container([field, button_rows([send])], id="more", visible=False, spacing="Medium"),
    ]
