"""Consulting an expert: ask, answer, withdraw, and where questions go.

To ask is to share: the experts see that one alert as the question shows it, and nothing else of it, whatever else they
may see. Only `TOCSIN_ACCESS_<SERVICE>` stands above that.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.alerts import consulting
from bot.alerts.alert import Alert, Decision
from bot.alerts.conversation import Conversation, Subject
from bot.alerts.errors import NotAvailable, Refused
from bot.alerts.messages import ConversationKind
from bot.alerts.people import Actor, Person, Way
from bot.alerts.ports import UnitOfWork
from bot.alerts.views import AlertView, Consultation, ConsultationView
from bot.usecases.acting import Act, Done, perform, record
from bot.usecases.permission import may, require
from bot.usecases.read import alert_view, views_of
from bot.usecases.showing import show_changed, urgency
from bot.usecases.taking_back import take_back
from bot.usecases.visibility import Reader, barred_here

#: Pieces of evidence that a question is loaded with; how many have room is the card's affair.
EVIDENCE_SHARED = 40


@dataclass(frozen=True, slots=True)
class ExpertsView:
    """Where questions go; `named` is what the settings say, and `may_choose` whether the reader may say otherwise."""

    place: Conversation | None
    person: Person | None
    named: str
    may_choose: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """The question afterwards, the alert that it is about, and whether the same press had taken effect before."""

    asked: Consultation
    alert: Alert
    entry_made: bool


def to_ask(uow: UnitOfWork, number: int, reader: Reader) -> AlertView:
    """The alert, where experts may be asked about it: whoever may not hears it before they write a question.

    Raises NotAvailable, and Refused: "role", "noExperts", "expertsGone", "expertsBarred".
    """
    view = alert_view(uow, number, reader)
    require(uow, reader, "consult")
    _require_shareable(uow, view.alert, reader.at)
    return view


def ask(uow: UnitOfWork, act: Act, question: str, thread: str | None = None) -> Done:
    """Ask the experts about an alert. `thread` is where the asker hears of the answer.

    Raises NotAvailable, and Refused: "emptyQuestion", "longQuestion", "noExperts", "expertsGone", "expertsBarred".
    """

    def decide(alert: Alert) -> Decision:
        decision = consulting.ask(question)
        _require_shareable(uow, alert, act.at)
        return decision

    done = perform(uow, act, "consult", decide)
    if done.entry is not None:
        place, here = _experts(uow), act.reader.conversation
        asked = uow.consultations.ask(
            act.alert,
            done.entry.revision,
            asker=act.by.object_id,
            experts=place.id,
            asked_in=here.id,
            thread=thread,
            at=act.at,
        )
        uow.cards.want(place.id, Subject.CONSULTATION, asked, priority=urgency(done.alert), at=act.at)
    return done


def withdraw(uow: UnitOfWork, act: Act, consultation: int) -> Done:
    """Take a question back that nobody has answered yet: by who asked, or by an administrator, however long after.

    Raises NotAvailable, and Refused: "questionWithdrawn", "questionAnswered", "notYours".
    """
    asked = uow.consultations.get(consultation)
    if asked is None or asked.alert != act.alert:
        raise NotAvailable(f"question {consultation}")

    def decide(alert: Alert) -> Decision:
        if asked.is_withdrawn:
            raise Refused("questionWithdrawn")
        if asked.answers:
            raise Refused("questionAnswered", who=asked.answers[0].author)
        if asked.asker != act.by.object_id and not may(uow, act.reader, "undoOthers"):
            raise Refused("notYours", who=asked.question.author)
        entry = uow.history.entry(alert.number, asked.question.revision)
        if entry is None:
            raise NotAvailable(f"question {consultation}")
        return take_back(uow, alert, entry)

    return perform(uow, act, "consult", decide)


def answer(
    uow: UnitOfWork, consultation: int, text: str, *, by: Person, reader: Reader, at: datetime, key: str | None = None
) -> Answered:
    """Answer a question where it was asked of the experts; once for each `key`. A second answer is welcome, too.

    Raises NotAvailable anywhere else, and Refused: "questionWithdrawn", "emptyAnswer", "longComment".
    """
    asked = _asked_here(uow, consultation, reader)
    require(uow, reader, "answer")
    alert = uow.alerts.get(asked.alert)
    if key is not None and not uow.presses.first_time(key, at):
        return Answered(asked, alert, entry_made=False)
    if asked.is_withdrawn:
        raise Refused("questionWithdrawn")
    done = record(uow, alert, consulting.answer(text), by=Actor.person(by), way=Way.CHAT, at=at)
    if done.entry is not None:
        uow.consultations.answer(asked.id, alert.number, done.entry.revision)
    show_changed(uow, done.alert, None, at)
    return Answered(uow.consultations.get(asked.id) or asked, done.alert, entry_made=True)


def question_here(uow: UnitOfWork, consultation: int, reader: Reader) -> ConsultationView:
    """As one of the experts sees it. Raises NotAvailable."""
    _asked_here(uow, consultation, reader)
    return shared_question(uow, consultation, reader.conversation, reader.at)


def shared_question(uow: UnitOfWork, consultation: int, here: Conversation, now: datetime) -> ConsultationView:
    """As all of the experts' conversation see it. Raises NotAvailable where somebody there may not see it any more."""
    asked = uow.consultations.get(consultation)
    if asked is None or asked.experts.id != here.id:
        raise NotAvailable(f"question {consultation}")
    alert = uow.alerts.get(asked.alert)
    if alert.service_source in barred_here(uow, here, now):
        raise NotAvailable(f"question {consultation}")
    (view,) = views_of(uow, [alert])
    evidence = uow.alerts.evidence(alert.number, limit=EVIDENCE_SHARED)
    return ConsultationView(asked, _alert_alone(view), evidence)


def questions_here(uow: UnitOfWork, alert: int, reader: Reader) -> list[Consultation]:
    """What the experts of a conversation were asked about an alert, and nobody withdrew."""
    found = uow.consultations.many([alert]).get(alert, ())
    return [one for one in found if one.experts.id == reader.conversation.id and not one.is_withdrawn]


def experts(uow: UnitOfWork, reader: Reader) -> ExpertsView:
    """Where questions go. Raises Refused("role")."""
    require(uow, reader, "experts")
    place = uow.experts.place()
    person = uow.people.many([place.person]).get(place.person) if place is not None and place.person else None
    return ExpertsView(place, person, uow.experts.named(), may(uow, reader, "chooseExperts"))


def choose_experts(uow: UnitOfWork, reader: Reader, place: Conversation | None) -> ExpertsView:
    """Questions go there from now on; with None, where the settings say. Earlier ones stay where they are.

    Raises Refused("role").
    """
    require(uow, reader, "chooseExperts")
    uow.experts.choose(place.id if place is not None else None, reader.at)
    return experts(uow, reader)


def chat_of(uow: UnitOfWork, person: Person) -> Conversation:
    """Somebody's own chat with the bot. Raises Refused("noChat")."""
    found = uow.conversations.personal(person.object_id)
    if found is None:
        raise Refused("noChat", who=person.name)
    return found


def _experts(uow: UnitOfWork) -> Conversation:
    place = uow.experts.place()
    if place is None:
        raise Refused("noExperts", named=uow.experts.named())
    if place.gone:
        raise Refused("expertsGone")
    return place


def _require_shareable(uow: UnitOfWork, alert: Alert, now: datetime) -> None:
    if alert.service_source in barred_here(uow, _experts(uow), now):
        raise Refused("expertsBarred", service=alert.service_source)


def _asked_here(uow: UnitOfWork, consultation: int, reader: Reader) -> Consultation:
    asked = uow.consultations.get(consultation)
    if asked is None or asked.experts.id != reader.conversation.id:
        raise NotAvailable(f"question {consultation}")
    here = reader.conversation
    barred = uow.access.barred(reader.person, reader.at)
    if here.kind is ConversationKind.PERSONAL and here.person != reader.person:
        raise NotAvailable(f"question {consultation}")
    if uow.alerts.get(asked.alert).service_source in barred:
        raise NotAvailable(f"question {consultation}")
    return asked


def _alert_alone(view: AlertView) -> AlertView:
    """Without what belongs to other alerts, and what others said of this one."""
    return replace(view, incident=None, last_comment=None, usual=None, consultations=())
