"""What a card says: drawn from the newest state, at the moment of sending."""

from dataclasses import dataclass
from datetime import datetime

from bot.alerts.conversation import Card, Subject
from bot.alerts.errors import NotAvailable
from bot.alerts.messages import ConversationKind, Message
from bot.alerts.ports import UnitOfWork
from bot.usecases.folds import fold_view
from bot.usecases.incident_views import shared_incident_view
from bot.usecases.read import shared_view
from bot.usecases.tuning_views import rule_view
from bot.usecases.visibility import Reader, visible_alert
from cards.alert_card import alert_text, render_alert
from cards.digest import digest_text, render_digest
from cards.fold import render_rollup, rollup_text
from cards.incident import incident_text, render_incident
from cards.language import Language
from cards.languages import Languages
from cards.not_available import not_available_text, render_not_available
from cards.rule_card import render_rule, rule_text
from cards.size import LIMIT

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

    def __init__(self, languages: Languages, link_hosts: frozenset[str], *, share: float) -> None:
        """`share` is the part of all alerts that a tuning rule may catch without a second person's approval."""
        self._languages = languages
        self._share = share
        self._link_hosts = link_hosts

    def draw(self, uow: UnitOfWork, card: Card, now: datetime, *, small: bool = False) -> Drawn:
        lang = self._languages.there(card.conversation, uow.people)
        revision = uow.cards.wanted(card.id)
        nonce = f"{card.id}.{revision}"
        try:
            return Drawn(self._message(uow, card, lang, now, nonce, limit=SMALL if small else LIMIT), revision)
        except NotAvailable:
            text = not_available_text(lang)
            message = Message(text=text, summary=text, card=render_not_available(lang))
            return Drawn(message, revision, withheld=True)

    def _message(
        self, uow: UnitOfWork, card: Card, lang: Language, now: datetime, nonce: str, *, limit: int
    ) -> Message:
        """Raises NotAvailable."""
        match card.subject:
            case Subject.ALERT:
                return self._alert(uow, card, lang, now, nonce, limit=limit)
            case Subject.ROLLUP:
                return self._rollup(uow, card, lang, now, nonce, limit=limit)
            case Subject.INCIDENT:
                return self._incident(uow, card, lang, now, nonce, limit=limit)
            case Subject.DIGEST:
                return self._digest(uow, card.subject_id, lang, now, nonce)
            case Subject.RULE:
                return self._rule(uow, card.subject_id, lang, now, nonce, limit=limit)
            case Subject.REPLY:
                return uow.replies.get(card.subject_id)
            case _:
                raise ValueError(f"card {card.id} is about a {card.subject}, which nobody draws")

    def _alert(self, uow: UnitOfWork, card: Card, lang: Language, now: datetime, nonce: str, *, limit: int) -> Message:
        here = card.conversation
        if here.kind is ConversationKind.PERSONAL:
            # Its person may have left the channels since.
            visible_alert(uow, card.subject_id, Reader(here.person or "", here, now))
        view = shared_view(uow, card.subject_id, here.id)
        drawn = render_alert(view, lang=lang, now=now, nonce=nonce, link_hosts=self._link_hosts, limit=limit)
        text, summary = alert_text(view, lang=lang)
        return Message(text=text, summary=summary, card=drawn)

    def _rollup(self, uow: UnitOfWork, card: Card, lang: Language, now: datetime, nonce: str, *, limit: int) -> Message:
        here, view = card.conversation, uow.folds.view(card.id)
        if view is None:
            raise ValueError(f"card {card.id} is a roll-up of nothing")
        if here.kind is ConversationKind.PERSONAL:
            fold_view(uow, card.id, Reader(here.person or "", here, now))
        text, summary = rollup_text(view, lang)
        drawn = render_rollup(view, lang=lang, now=now, nonce=nonce, limit=limit)
        return Message(text=text, summary=summary, card=drawn)

    def _incident(
        self, uow: UnitOfWork, card: Card, lang: Language, now: datetime, nonce: str, *, limit: int
    ) -> Message:
        here = card.conversation
        view = shared_incident_view(uow, card.subject_id, Reader(here.person or "", here, now))
        drawn = render_incident(view, lang=lang, now=now, nonce=nonce, link_hosts=self._link_hosts, limit=limit)
        text, summary = incident_text(view, lang)
        return Message(text=text, summary=summary, card=drawn)

    def _rule(self, uow: UnitOfWork, number: int, lang: Language, now: datetime, nonce: str, *, limit: int) -> Message:
        view = rule_view(uow, number, now, share=self._share)
        text, summary = rule_text(view, lang)
        drawn = render_rule(view, lang=lang, now=now, nonce=nonce, limit=limit)
        return Message(text=text, summary=summary, card=drawn)

    def _digest(self, uow: UnitOfWork, number: int, lang: Language, now: datetime, nonce: str) -> Message:
        digest = uow.digests.get(number)
        text, summary = digest_text(digest, lang=lang)
        card = render_digest(digest, lang=lang, now=now, nonce=nonce)
        return Message(text=text, summary=summary, card=card)
