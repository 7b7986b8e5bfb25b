"""What people say about consulting experts: `consult 1042 …?`, `answer 1042 …`, `experts here`."""

from bot.alerts.conversation import Subject
from bot.alerts.errors import NotAvailable
from bot.alerts.ports import UnitOfWork
from bot.teams.activity import InboundActivity
from bot.teams.consult_presses import tell_asker
from bot.teams.grammar import Unknown
from bot.teams.orders import Said, person_named
from bot.teams.screens import Screen
from bot.usecases import consulting
from bot.usecases.consulting import ExpertsView
from bot.usecases.visibility import Reader
from cards.consult import render_experts
from cards.language import Language
from cards.languages import Languages

_OFF = frozenset({"off", "none", "nobody", "default"})


def experts(uow: UnitOfWork, said: Said) -> Screen | str:
    """`experts` says where questions go; `experts here`, `experts Chidi`, `experts off` change it. Raises Refused."""
    words = said.command.rest.strip()
    if not words:
        return _card(consulting.experts(uow, said.reader))
    if words.casefold() == "here":
        return _card(consulting.choose_experts(uow, said.reader, said.reader.conversation))
    if words.casefold() in _OFF:
        return _card(consulting.choose_experts(uow, said.reader, None))
    person = person_named(uow, words, said.lang)
    if isinstance(person, str):
        return f"{person} {said.lang.t('Say “experts here” where questions to experts shall go.')}"
    return _card(consulting.choose_experts(uow, said.reader, consulting.chat_of(uow, person)))


def answer(uow: UnitOfWork, said: Said, languages: Languages) -> str:
    """`answer …` in the thread of a question, `answer 1042 …` elsewhere in the same place. Raises Refused."""
    lang, number = said.lang, _meant(uow, said)
    if isinstance(number, str):
        return number
    done = consulting.answer(uow, number, said.command.rest, by=said.person, reader=said.reader, at=said.at)
    tell_asker(uow, done, said.person, languages)
    who = done.asked.question.author
    return lang.t("Thank you. {who} is told; it is a comment of #{number} now.", who=who, number=done.alert.number)


def question_of_thread(uow: UnitOfWork, activity: InboundActivity, reader: Reader) -> int | None:
    """The question in the thread of whose card somebody speaks."""
    card = uow.cards.of_activity(reader.conversation.id, activity.thread) if activity.thread else None
    return card.subject_id if card is not None and card.subject is Subject.CONSULTATION else None


def how_to_answer(unknown: Unknown, lang: Language) -> str:
    """Below a question people just speak; but nothing is taken for an answer that was not meant as one."""
    return lang.t("Is that your answer? Then say “answer {word} …”.", word=unknown.word[:40])


def _meant(uow: UnitOfWork, said: Said) -> int | str:
    """The id of the question that is answered, or a question back."""
    spans, lang = said.command.spans, said.lang
    here = question_of_thread(uow, said.activity, said.reader)
    if not spans:
        return here if here is not None else lang.t("Which alert? Say for example “{verb}”.", verb="answer 1042")
    alert = spans[0].first
    found = consulting.questions_here(uow, alert, said.reader)
    waiting = [one for one in found if one.is_pending] or found
    if not waiting:
        raise NotAvailable(f"a question about alert {alert}")
    if len(waiting) > 1:
        return lang.t("There are several questions about #{number}: press “Answer” on the card of one.", number=alert)
    return waiting[0].id


def _card(view: ExpertsView) -> Screen:
    person = view.person.name if view.person is not None else ""
    return lambda f: render_experts(view.place, person, named=view.named, may_choose=view.may_choose, lang=f.lang)
