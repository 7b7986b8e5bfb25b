"""What a card says: drawn from the newest state, at the moment of sending."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from bot.alerts.conversation import NOTICE, Card, Subject
from bot.alerts.errors import NotAvailable
from bot.alerts.export import ExportState
from bot.alerts.messages import ConversationKind, FileInfo, FileOffer, Mention, Message
from bot.alerts.ports import UnitOfWork
from bot.alerts.roles import Role
from bot.usecases.consulting import shared_question
from bot.usecases.digests import for_all, schedule_of
from bot.usecases.folds import fold_view
from bot.usecases.handover import posted_view
from bot.usecases.incident_views import shared_incident_view
from bot.usecases.notices import told
from bot.usecases.own_views import view_for_all
from bot.usecases.paging_views import page_view
from bot.usecases.read import alert_view, people_in, view_of
from bot.usecases.reminders import told_view
from bot.usecases.threads import thread_news
from bot.usecases.tuning_views import rule_view
from bot.usecases.visibility import Reader, conversation_scope
from cards.alert_card import alert_text, notice_text, render_alert
from cards.consult import question_text, render_question
from cards.digest import digest_text, render_digest
from cards.export import export_text, export_title, offer_text, render_export
from cards.fold import render_rollup, rollup_text
from cards.handover import handover_text, render_handover
from cards.incident import incident_text, render_incident
from cards.language import Language
from cards.languages import Languages
from cards.not_available import not_available_text, render_not_available
from cards.paging import page_text, render_page
from cards.reminder import reminder_text, render_reminder
from cards.rule_card import render_rule, rule_text
from cards.size import LIMIT
from cards.thread import thread_text


class _Drawing(TypedDict):
    """What every card is drawn with."""

    lang: Language
    now: datetime
    nonce: str


@dataclass(frozen=True, slots=True)
class _How:
    """For whose eyes, when, with which nonce, in how many bytes."""

    lang: Language
    now: datetime
    nonce: str
    limit: int

    @property
    def drawing(self) -> _Drawing:
        return {"lang": self.lang, "now": self.now, "nonce": self.nonce}


#: Draws one kind of cards.
_Draw = Callable[[UnitOfWork, Card, _How], Message]

#: The size of a card that Teams found too large, in bytes: half of what is sent otherwise.
SMALL = LIMIT // 2


@dataclass(frozen=True, slots=True)
class Drawn:
    """A message, and the wanted revision of the card that it satisfies."""

    message: Message
    revision: int
    #: It is not for whoever would get it: a card that is there says only that, and none is posted.
    withheld: bool = False


class Presenter:
    """Draws posted cards: shared ones in the deployment's language and zone, those of a 1:1 chat in its person's."""

    def __init__(
        self, languages: Languages, link_hosts: frozenset[str], *, share: float, has_address: bool = False
    ) -> None:
        """`share` is the part of all alerts that a tuning rule may catch without a second person's approval;
        `has_address`: links to Tocsin itself can be made."""
        self._languages = languages
        self._share = share
        self._has_address = has_address
        self._link_hosts = link_hosts
        self._drawers: Mapping[Subject, _Draw] = {
            Subject.ALERT: self._alert,
            Subject.ROLLUP: self._rollup,
            Subject.INCIDENT: self._incident,
            Subject.DIGEST: self._digest,
            Subject.RULE: self._rule,
            Subject.REMINDER: self._reminder,
            Subject.PAGE: self._page,
            Subject.CONSULTATION: self._consultation,
            Subject.EXPORT: self._export,
            Subject.OFFER: self._offer,
            Subject.FILE: self._file,
            Subject.HANDOVER: self._handover,
            Subject.THREAD: self._thread,
            Subject.REPLY: lambda uow, card, *_: uow.replies.get(card.subject_id),
        }

    def draw(self, uow: UnitOfWork, card: Card, now: datetime, *, small: bool = False) -> Drawn:
        lang = self._languages.there(card.conversation, uow.people)
        revision = uow.cards.wanted(card.id)
        nonce = f"{card.id}.{revision}"
        try:
            return Drawn(self._message(uow, card, _How(lang, now, nonce, SMALL if small else LIMIT)), revision)
        except NotAvailable:
            text = not_available_text(lang)
            message = Message(text=text, summary=text, card=render_not_available(lang))
            return Drawn(message, revision, withheld=True)

    def _message(self, uow: UnitOfWork, card: Card, how: _How) -> Message:
        """Raises NotAvailable."""
        draw = self._drawers.get(card.subject)
        if draw is None:
            raise ValueError(f"card {card.id} is about a {card.subject}, which nobody draws")
        return draw(uow, card, how)

    def _alert(self, uow: UnitOfWork, card: Card, how: _How) -> Message:
        here = card.conversation
        if here.kind is ConversationKind.PERSONAL:
            # Its person may have left the channels since.
            view = alert_view(uow, card.subject_id, Reader(here.person or "", here, how.now))
        else:
            view = view_for_all(uow, card.subject_id, here, how.now)
        news = told(uow, card.subject_id, card.origin, here.person or "") if card.origin.startswith(NOTICE) else ()
        people = uow.people.many(people_in(news)) if news else {}
        notice = notice_text(news, how.lang, {**view.people, **people})
        drawn = render_alert(view, notice=notice, link_hosts=self._link_hosts, limit=how.limit, **how.drawing)
        text, summary = alert_text(view, lang=how.lang, did=notice)
        return Message(text=text, summary=summary, card=drawn)

    def _rollup(self, uow: UnitOfWork, card: Card, how: _How) -> Message:
        here, view = card.conversation, uow.folds.view(card.id)
        if view is None:
            raise ValueError(f"card {card.id} is a roll-up of nothing")
        if here.kind is ConversationKind.PERSONAL:
            fold_view(uow, card.id, Reader(here.person or "", here, how.now))
        text, summary = rollup_text(view, how.lang)
        drawn = render_rollup(view, limit=how.limit, **how.drawing)
        return Message(text=text, summary=summary, card=drawn)

    def _incident(self, uow: UnitOfWork, card: Card, how: _How) -> Message:
        here = card.conversation
        view = shared_incident_view(uow, card.subject_id, Reader(here.person or "", here, how.now))
        drawn = render_incident(view, link_hosts=self._link_hosts, limit=how.limit, **how.drawing)
        text, summary = incident_text(view, how.lang)
        return Message(text=text, summary=summary, card=drawn)

    def _rule(self, uow: UnitOfWork, card: Card, how: _How) -> Message:
        view = rule_view(uow, card.subject_id, how.now, share=self._share)
        text, summary = rule_text(view, how.lang)
        drawn = render_rule(view, limit=how.limit, **how.drawing)
        return Message(text=text, summary=summary, card=drawn)

    def _reminder(self, uow: UnitOfWork, card: Card, how: _How) -> Message:
        """Where others read it, too, it names whom it reminds."""
        here, person = card.conversation, uow.reminders.get(card.subject_id).person
        told = told_view(uow, card.subject_id, Reader(person, here, how.now))
        view = view_of(uow, told.alert, here.id, how.now)
        whom = uow.people.many([person]).get(person) if here.person is None else None
        text, summary = reminder_text(told, how.lang, whom=whom)
        drawn = render_reminder(told.reminder, view, **how.drawing)
        mentions = (Mention(whom.teams_id, whom.name),) if whom is not None and whom.teams_id else ()
        return Message(text=text, summary=summary, card=drawn, mentions=mentions)

    def _consultation(self, uow: UnitOfWork, card: Card, how: _How) -> Message:
        view = shared_question(uow, card.subject_id, card.conversation, how.now)
        drawn = render_question(view, link_hosts=self._link_hosts, limit=how.limit, **how.drawing)
        text, summary = question_text(view, how.lang)
        return Message(text=text, summary=summary, card=drawn)

    def _page(self, uow: UnitOfWork, card: Card, how: _How) -> Message:
        here = card.conversation
        view = page_view(uow, card.subject_id, Reader(here.person or "", here, how.now))
        text, summary = page_text(view, how.lang)
        mentions = tuple(Mention(person.teams_id, person.name) for person in view.people.values() if person.teams_id)
        return Message(text=text, summary=summary, card=render_page(view, **how.drawing), mentions=mentions)

    def _handover(self, uow: UnitOfWork, card: Card, how: _How) -> Message:
        """For everybody there, whoever that is."""
        here = card.conversation
        scope = conversation_scope(uow, here, how.now)
        reader = Reader("", here, how.now, role=Role.READER, scope=scope)
        view = posted_view(uow, uow.handovers.get(card.subject_id), reader)
        text, summary = handover_text(view, how.lang)
        return Message(text=text, summary=summary, card=render_handover(view, limit=how.limit, **how.drawing))

    def _thread(self, uow: UnitOfWork, card: Card, how: _How) -> Message:
        """Never drawn again once it is posted: no card, and no news in it."""
        news = thread_news(uow, card, how.now)
        text, summary = thread_text(news, how.lang)
        mentions = tuple(Mention(person.teams_id, person.name) for person in news.called)
        return Message(text=text, summary=summary, mentions=mentions)

    def _digest(self, uow: UnitOfWork, card: Card, how: _How) -> Message:
        digest = for_all(uow, card.subject_id, card.conversation, how.now)
        text, summary = digest_text(digest, lang=how.lang)
        if digest.numbers.is_quiet and digest.schedule is not None:
            # A line is enough.
            return Message(text=text, summary=summary)
        drawn = render_digest(digest, schedule=schedule_of(uow, digest, card.conversation), **how.drawing)
        return Message(text=text, summary=summary, card=drawn)

    def _export(self, uow: UnitOfWork, card: Card, how: _How) -> Message:
        export = uow.exports.get(card.subject_id)
        drawn = render_export(export, has_address=self._has_address, **how.drawing)
        return Message("", summary=export_text(export, how.lang), card=drawn)

    def _offer(self, uow: UnitOfWork, card: Card, how: _How) -> Message:
        """Teams' own question, and when it is answered, what came of it."""
        export = uow.exports.get(card.subject_id)
        if export.state is not ExportState.READY:
            return self._export(uow, card, how)
        text = offer_text(export, how.lang)
        return Message("", text, file=FileOffer(export.name, text, export.size, {"export": export.id}))

    def _file(self, uow: UnitOfWork, card: Card, how: _How) -> Message:
        export = uow.exports.get(card.subject_id)
        if export.upload is None:
            raise NotAvailable(f"the file of export {export.id}")
        there = export.upload
        summary = export_title(export, how.lang)
        return Message("", summary, file=FileInfo(there.name, there.content_url, there.unique_id, there.file_type))
