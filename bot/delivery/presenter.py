"""What a card says: drawn from the newest state, at the moment of sending."""

from dataclasses import dataclass
from datetime import datetime

from bot.alerts.conversation import Card, Subject
from bot.alerts.messages import Message
from bot.alerts.ports import UnitOfWork
from bot.usecases.read import shared_view
from cards.alert_card import alert_text, render_alert
from cards.digest import digest_text, render_digest
from cards.language import Language


@dataclass(frozen=True, slots=True)
class Drawn:
    """A message, and the revision of its subject that it shows."""

    message: Message
    revision: int


class Presenter:
    """Draws posted cards. They are shared, so they are in the deployment's language and zone."""

    def __init__(self, lang: Language, link_hosts: frozenset[str]) -> None:
        self._lang = lang
        self._link_hosts = link_hosts

    def draw(self, uow: UnitOfWork, card: Card, now: datetime) -> Drawn:
        match card.subject:
            case Subject.ALERT:
                return self._alert(uow, card, now)
            case Subject.DIGEST:
                return self._digest(uow, card, now)
            case Subject.REPLY:
                return Drawn(uow.replies.get(card.subject_id), card.wanted_revision)

    def _alert(self, uow: UnitOfWork, card: Card, now: datetime) -> Drawn:
        view = shared_view(uow, card.subject_id)
        revision = view.alert.revision
        drawn = render_alert(view, lang=self._lang, now=now, nonce=f"{card.id}.{revision}", link_hosts=self._link_hosts)
        text, summary = alert_text(view, lang=self._lang)
        return Drawn(Message(text=text, summary=summary, card=drawn), revision)

    def _digest(self, uow: UnitOfWork, card: Card, now: datetime) -> Drawn:
        digest = uow.digests.get(card.subject_id)
        drawn = render_digest(digest, lang=self._lang, now=now, nonce=f"{card.id}.1")
        text, summary = digest_text(digest, lang=self._lang)
        return Drawn(Message(text=text, summary=summary, card=drawn), card.wanted_revision)
