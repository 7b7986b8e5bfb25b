"""One's own alerts one at a time: a phone's worth each, and no scrolling."""

from dataclasses import dataclass
from datetime import datetime

from bot.alerts.history import Entry
from bot.alerts.views import AlertView, DeckView
from cards.actions import execute
from cards.alert_card import render_alert
from cards.buttons import Listing, OpenedFrom, Press, Verb
from cards.elements import Action, Card, card, rich, run
from cards.language import Language
from cards.parts import button_rows, notice_of
from cards.safe import clip
from cards.sentences import sentence

_SAID = 160


@dataclass(frozen=True, slots=True)
class Decision:
    """What was just done to the alert that lay on top."""

    view: AlertView
    entry: Entry


def render_deck(
    deck: DeckView, decision: Decision | None, *, lang: Language, now: datetime, nonce: str, link_hosts: frozenset[str]
) -> Card:
    """What lies on top. Its buttons lead on to the next one."""
    place = lang.t("{place} of {count} that you have", place=deck.place, count=deck.count)
    return render_alert(
        deck.top,
        lang=lang,
        now=now,
        nonce=nonce,
        notice=f"{_said(decision, lang)} {place}" if decision else place,
        opened_from=OpenedFrom(Listing.DECK),
        also=_undo(decision, lang, nonce),
        link_hosts=link_hosts,
    )


def render_empty_deck(decision: Decision | None, *, lang: Language, nonce: str) -> Card:
    """Nothing is left."""
    undo = _undo(decision, lang, nonce)
    return card(
        [
            *notice_of(_said(decision, lang) if decision else ""),
            rich(run(lang.t("You have no open alerts. Enjoy the quiet.")), spacing="Medium"),
            *([button_rows(undo)] if undo else []),
        ]
    )


def _said(decision: Decision, lang: Language) -> str:
    did = clip(sentence(decision.entry, lang, decision.view.people), _SAID)
    return lang.t("#{number}: {did}.", number=decision.view.alert.number, did=did)


def _undo(decision: Decision | None, lang: Language, nonce: str) -> list[Action]:
    if decision is None:
        return []
    number, rev = decision.view.alert.number, decision.view.alert.revision
    press = Press(alert=number, rev=rev, nonce=nonce, listing=Listing.DECK)
    return [execute(lang.t("Undo #{number}", number=number), Verb.UNDO.value, press.data())]
