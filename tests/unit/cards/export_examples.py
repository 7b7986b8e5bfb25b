"""Exports to draw cards of."""

from datetime import timedelta
from typing import Any

from bot.alerts.export import About, Export, ExportState, Form, Wanted
from bot.alerts.messages import ConversationKind
from cards.elements import Card
from cards.export import render_export, render_link
from cards.language import ENGLISH
from tests.unit.cards.examples import NONCE, NOW
from tests.unit.cards.route_examples import a_place

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


def cards() -> dict[str, Card]:
    drawing: dict[str, Any] = {"lang": ENGLISH, "now": NOW, "nonce": NONCE, "has_address": True}
    mine = a_place("", ConversationKind.PERSONAL)
    drawn = {f"export {state.value}": render_export(an_export(state), **drawing) for state in ExportState}
    drawn |= {f"export {about.value}": render_export(an_export(wanted=_about(about)), **drawing) for about in About}
    drawn |= {
        "export begun": render_export(an_export(ExportState.WAITING, total=0), **drawing),
        "export begun again": render_export(an_export(ExportState.WAITING, attempt=2), **drawing),
        "export in a chat": render_export(an_export(conversation=mine), **(drawing | {"has_address": False})),
        "export too large": render_export(an_export(ExportState.FAILED, why="tooLarge"), **drawing),
    }
    url = "https://tocsin.example/exports/secret/tocsin-alert-1042.xlsx"
    drawn["export link"] = render_link(an_export(), url, NOW, lang=ENGLISH, now=NOW, nonce=NONCE)
    return drawn


def _about(about: About) -> Wanted:
    return Wanted(about, Form.CSV, "severity>=medium host:web-*", (1042, 1043))
