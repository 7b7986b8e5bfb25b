"""One's own alerts one at a time, and digests of other days, to draw."""

from collections.abc import Callable
from typing import Any

from bot.alerts.choices import Choices
from bot.alerts.views import DeckView
from cards.choices import render_choices
from cards.deck import Decision, render_deck, render_empty_deck
from cards.digest import render_digest
from cards.digest_numbers import render_numbers
from cards.elements import Card, card
from cards.language import ENGLISH, Language
from cards.size import Room
from tests.unit.cards import examples as given
from tests.unit.cards.more_dialogs import CHOSEN
from tests.unit.cards.saying import Change, as_it_is


def cards(lang: Language = ENGLISH, change: Change = as_it_is) -> dict[str, Card]:
    """All of them, drawn anew, each view after `change` of it."""

    def draw(render: Callable[..., Card], *views: Any, **more: Any) -> Card:
        return render(*map(change, views), **more)

    words: dict[str, Any] = {"lang": lang, "nonce": given.NONCE}
    timed: dict[str, Any] = {**words, "now": given.NOW}
    top = DeckView(given.taken(), 1, 7)
    decision = Decision(given.a_view(given.an_alert(number=1033)), given.ENTRIES[1])
    return {
        "choices": render_choices(CHOSEN, "de", lang=lang, nonce=given.NONCE),
        "choices of nobody yet": render_choices(Choices(person="a"), "", lang=lang, nonce=given.NONCE),
        "deck": draw(render_deck, top, None, link_hosts=frozenset(), **timed),
        "deck after a decision": draw(render_deck, top, decision, link_hosts=frozenset(), **timed),
        "deck empty": draw(render_empty_deck, decision, **words),
        "deck empty from the start": draw(render_empty_deck, None, **words),
        "digest of a quiet day": draw(render_digest, given.a_digest(new=0, open=0, resolved=0), **timed),
        "digest numbers": card([render_numbers(change(given.a_digest()), room=Room(), **words)]),
    }
