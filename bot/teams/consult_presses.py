"""Presses about questions to experts: asking and withdrawing on the alert's card, answering on the experts'."""

from bot.alerts.conversation import Subject
from bot.alerts.errors import Refused
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.teams.activity import InboundActivity
from bot.teams.identity import arrive
from bot.teams.pressed import Pressed
from bot.teams.replies import ANSWER_FIRST
from bot.teams.screens import Screen, of_view
from bot.usecases import consulting
from bot.usecases.consulting import Answered
from bot.usecases.read import view_of
from bot.usecases.visibility import Reader, barred_here, settled
from cards.buttons import Press
from cards.consult import answer_message, render_question
from cards.languages import Languages


def asks(press: Press) -> bool:
    """Whether a press asks or withdraws; else it wants the form."""
    return press.comment is not None or press.do == "withdraw"


def ask(uow: UnitOfWork, pressed: Pressed) -> Screen:
    """Ask, or take a question back. Raises NotAvailable and Refused."""
    reader = settled(uow, arrive(uow, pressed.activity, pressed.person, pressed.at))
    act, press = pressed.act(reader), pressed.press
    if press.do == "withdraw":
        if press.question is None:
            raise Refused("badPress", field="question", why="Field required")
        done = consulting.withdraw(uow, act, press.question)
    else:
        done = consulting.ask(uow, act, press.comment or "", thread_of(pressed.activity, reader))
    return of_view(view_of(uow, done.alert, reader.conversation.id))


def answers(press: Press) -> bool:
    """Whether a press brings an answer; else it looks."""
    return press.comment is not None


def answer(uow: UnitOfWork, pressed: Pressed, languages: Languages) -> Screen:
    """Raises NotAvailable and Refused."""
    reader = arrive(uow, pressed.activity, pressed.person, pressed.at)
    number, text = _question(pressed.press), pressed.press.comment or ""
    done = consulting.answer(uow, number, text, by=pressed.person, reader=reader, at=pressed.at, key=pressed.key())
    tell_asker(uow, done, pressed.person, languages)
    return _shown(uow, number, reader)


def look(uow: UnitOfWork, pressed: Pressed, reader: Reader) -> Screen:
    """The question with all of its evidence, or without. Raises NotAvailable."""
    return _shown(uow, _question(pressed.press), reader, whole=pressed.press.do == "evidence")


def tell_asker(uow: UnitOfWork, done: Answered, by: Person, languages: Languages) -> None:
    """Updates of cards notify nobody: whoever asked is told by name, where they asked."""
    asked = done.asked
    if not done.entry_made or asked.asker == by.object_id or asked.asked_in.gone:
        return
    at = asked.answers[-1].at
    if done.alert.service_source in barred_here(uow, asked.asked_in, at):
        return
    lang = languages.there(asked.asked_in, uow.people)
    message = answer_message(asked, uow.people.many([asked.asker]).get(asked.asker), lang)
    reply = uow.replies.add(message, at)
    uow.cards.want(asked.asked_in.id, Subject.REPLY, reply, priority=ANSWER_FIRST, at=at, thread=asked.thread)


def thread_of(activity: InboundActivity, reader: Reader) -> str | None:
    """Where an answer belongs: the thread in which somebody spoke, or on whose card they pressed."""
    return activity.address.thread if reader.conversation.team_id else None


def _shown(uow: UnitOfWork, number: int, reader: Reader, *, whole: bool = False) -> Screen:
    view = consulting.question_here(uow, number, reader)
    return lambda f: render_question(
        view, lang=f.lang, now=f.now, nonce=f.nonce, notice=f.notice, link_hosts=f.link_hosts, whole=whole
    )


def _question(press: Press) -> int:
    if press.question is None:
        raise Refused("badPress", field="question", why="Field required")
    return press.question
