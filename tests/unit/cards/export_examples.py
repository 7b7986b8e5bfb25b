"""Exports to draw cards of."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bot.alerts.export import About, Export, ExportState, Form, Wanted
from bot.alerts.messages import ConversationKind
from cards.elements import Card
from cards.export import render_export, render_link
from cards.language import ENGLISH, Language
from tests.unit.cards.examples import NONCE, NOW
from tests.unit.cards.route_examples import a_place
from tests.unit.cards.saying import Change, as_it_is

LIST = Wanted(About.SEARCH, Form.CSV, "severity>=medium host:web-*")


def an_export(state: ExportState = ExportState.READY, **given: Any) -> Export:
    fields: dict[str, Any] = {
        "id": 3,
        "state": state,
        "wanted": Wanted(About.ALERTS, numbers=(1042,), filter="number:1042"),
        "person": "ana",
        "person_name": "Ana Alvarez",
        "conversation": a_place(),
        "asked_at": NOW,
        "total": 12_000,
        "done": 4_000,
        "size": 1_234_567,
        "expires_at": NOW + timedelta(hours=24),
    }
    return Export(**(fields | given))


def cards(lang: Language = ENGLISH, change: Change = as_it_is) -> dict[str, Card]:
    """All of them, drawn anew, each view after `change` of it."""

    def draw(render: Callable[..., Card], *views: Any, **more: Any) -> Card:
        return render(*map(change, views), **more)

    drawing: dict[str, Any] = {"lang": lang, "now": NOW, "nonce": NONCE, "has_address": True}
    mine = a_place("", ConversationKind.PERSONAL)
    drawn = {f"export {state.value}": draw(render_export, an_export(state), **drawing) for state in ExportState}
    drawn |= {
        f"export {about.value}": draw(render_export, an_export(wanted=_about(about)), **drawing) for about in About
    }
    drawn |= {
        "export begun": draw(render_export, an_export(ExportState.WAITING, total=0), **drawing),
        "export begun again": draw(render_export, an_export(ExportState.WAITING, attempt=2), **drawing),
        "export in a chat": draw(render_export, an_export(conversation=mine), **(drawing | {"has_address": False})),
        "export too large": draw(render_export, an_export(ExportState.FAILED, why="tooLarge"), **drawing),
    }
    url = "https://tocsin.example/exports/secret/tocsin-alert-1042.xlsx"
    drawn["export link"] = draw(render_link, an_export(), url, NOW, lang=lang, now=NOW, nonce=NONCE)
    return drawn


def _about(about: About) -> Wanted:
    return Wanted(about, Form.CSV, "severity>=medium host:web-*", (1042, 1043))
