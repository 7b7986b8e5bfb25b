"""What a message extension shows: rows of a list of finds, and the cards that people put into a conversation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from bot.alerts.incident_views import IncidentView
from bot.alerts.views import AlertView
from cards.actions import open_url
from cards.alert_card import assets_text, render_alert, render_snapshot
from cards.buttons import Listing, OpenedFrom
from cards.elements import Action, Card
from cards.incident import render_incident, render_incident_snapshot
from cards.labels import severity_label, state_label
from cards.language import Language
from cards.parts import NAME, joined, title_of
from cards.safe import brief, clean

Json = dict[str, Any]

_CARD, _ROW = "application/vnd.microsoft.card.adaptive", "application/vnd.microsoft.card.thumbnail"


def alert_row(view: AlertView, lang: Language, now: datetime) -> Json:
    """`#1042 High: Mimikatz credential theft`, and below it where it stands."""
    alert = view.alert
    title = lang.t(
        "#{number} {severity}: {title}",
        number=alert.number,
        severity=severity_label(alert.severity, lang),
        title=title_of(alert),
    )
    who = brief(view.assignee_name or "", NAME) or lang.t("nobody has it")
    last = lang.moment(alert.last_activity, now=now)
    text = joined((state_label(alert, lang), who, last, assets_text(alert, lang, most=2)))
    return _row(title, text, {"alert": alert.number})


def incident_row(number: int, title: str, text: str) -> Json:
    return _row(title, text, {"incident": number})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """How what is shared is drawn: alive where the bot is, with the offer's token; elsewhere as it is now. `bot` is its
    app id."""

    lang: Language
    now: datetime
    nonce: str
    link_hosts: frozenset[str]
    bot: str

    def alert(self, view: AlertView, token: str) -> Json:
        if token:
            card = render_alert(
                view, lang=self.lang, now=self.now, nonce=self.nonce, opened_from=_here(token),
                link_hosts=self.link_hosts,
            )  # fmt: skip
        else:
            ways = self._ways(f"alert {view.alert.number}")
            card = render_snapshot(view, lang=self.lang, now=self.now, link_hosts=self.link_hosts, ways=ways)
        return _with_row(card, alert_row(view, self.lang, self.now))

    def incident(self, view: IncidentView, token: str) -> Json:
        number = view.incident.number
        if token:
            card = render_incident(
                view, lang=self.lang, now=self.now, nonce=self.nonce, link_hosts=self.link_hosts, shared=_here(token)
            )
        else:
            ways = self._ways(f"incident {number}")
            card = render_incident_snapshot(view, lang=self.lang, now=self.now, link_hosts=self.link_hosts, ways=ways)
        title = self.lang.t("Incident {number}", number=number)
        return _with_row(card, incident_row(number, title, view.incident.called))

    def _ways(self, command: str) -> list[Action]:
        """Where the bot is not, people can ask it for the same in their chat with it."""
        url = f"https://teams.microsoft.com/l/chat/0/0?users=28:{self.bot}&message={quote(command)}"
        link = open_url(self.lang.t("Open in Tocsin"), url, link_hosts=frozenset())
        return [link] if link else []


def _here(token: str) -> OpenedFrom:
    return OpenedFrom(Listing.SHARED, filter=token)


def found(rows: list[Json]) -> Json:
    """The answer with a list of finds, or with the one thing that shall be put into the conversation."""
    return {"composeExtension": {"type": "result", "attachmentLayout": "list", "attachments": rows}}


def said(words: str) -> Json:
    """The answer where there is nothing to choose from."""
    return {"composeExtension": {"type": "message", "text": clean(words)}}


def _row(title: str, text: str, chosen: Mapping[str, int]) -> Json:
    """Choosing it asks for the card (`composeExtension/selectItem`): none is drawn that nobody wants."""
    shown = {"title": clean(brief(title, 200)), "text": clean(brief(text, 200))}
    preview = {"contentType": _ROW, "content": {**shown, "tap": {"type": "invoke", "value": dict(chosen)}}}
    return {"contentType": _ROW, "content": shown, "preview": preview}


def _with_row(card: Card, row: Json) -> Json:
    return {"contentType": _CARD, "content": card, "preview": {"contentType": _ROW, "content": row["content"]}}
