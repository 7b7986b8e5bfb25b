"""What the message extension shares and asks."""

from collections.abc import Callable
from typing import Any

from cards.actions import open_url
from cards.alert_card import render_alert, render_snapshot
from cards.buttons import Listing, OpenedFrom
from cards.dialog_buttons import DialogCard
from cards.elements import Card
from cards.incident import render_incident, render_incident_snapshot
from cards.language import ENGLISH, Language
from cards.message_forms import render_add, render_create
from tests.unit.cards import examples as given
from tests.unit.cards import incident_examples
from tests.unit.cards.saying import Change, as_it_is

_SHARED = OpenedFrom(Listing.SHARED, filter="token")


def cards(lang: Language = ENGLISH, change: Change = as_it_is) -> dict[str, Card]:
    """All of them, drawn anew, each view after `change` of it."""

    def draw(render: Callable[..., Card], *views: Any, **more: Any) -> Card:
        return render(*map(change, views), **more)

    timed: dict[str, Any] = {"lang": lang, "now": given.NOW}
    link = open_url(lang.t("Open in Tocsin"), "https://teams.microsoft.com/l/chat/0/0", link_hosts=frozenset())
    still: dict[str, Any] = {**timed, "link_hosts": frozenset(), "ways": [link]}
    alive: dict[str, Any] = {**timed, "nonce": given.NONCE}
    incident = incident_examples.a_view()
    return {
        "shared alert": draw(render_alert, given.taken(), opened_from=_SHARED, **alive),
        "shared alert where the bot is not": draw(render_snapshot, given.taken(), **still),
        "shared incident": draw(render_incident, incident, shared=_SHARED, **alive),
        "shared incident where the bot is not": draw(render_incident_snapshot, incident, **still),
    }


def dialogs(lang: Language = ENGLISH, change: Change = as_it_is) -> dict[str, DialogCard]:
    """Those that are opened from a message; their buttons carry what the message was."""
    data = {"message": "1"}
    offered = [change(view) for view in given.STATES.values()]
    typed = {"title": "Checkout is slow", "severity": "high", "text": "Since ten past three."}
    return {
        "message create": render_create({}, data, lang=lang),
        "message create again": render_create(typed, data, lang=lang, notice="No."),
        "message add": render_add(offered, {}, data, lang=lang),
    }
