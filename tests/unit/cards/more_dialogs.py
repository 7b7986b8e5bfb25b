"""The dialogs about tuning, similar alerts and services, in many states."""

from datetime import time
from typing import Any

from bot.alerts.allowing import Indicator, IndicatorType, Offer
from bot.alerts.choices import Choices, Notice
from bot.alerts.condition_editing import Editing
from bot.alerts.condition_text import parse
from bot.alerts.service_level import Level
from cards.allow_list import allow_inputs
from cards.choices import render_choices_dialog
from cards.dialog_buttons import Dialog, DialogCard, DialogPress, submits
from cards.language import ENGLISH, Language
from cards.manage_similar import Chosen, render_pick, render_preview
from cards.outcome import render_outcome, undo_title
from cards.saved_rule import saved_text
from cards.services import render_service_dialog
from cards.tune_dialog import (
    ANY_TYPE,
    DEVICES,
    NAME,
    SERVICES,
    TYPES,
    Form,
    render_lookback,
    render_saved,
    render_tune_form,
)
from tests.unit.cards import examples as given
from tests.unit.cards import rule_examples as rules
from tests.unit.cards.saying import Change, as_it_is

CHOSEN = Choices(
    person="a", quiet_from=time(22), quiet_until=time(7), zone="Europe/Madrid", unheard=frozenset({Notice.CHANGED})
)
TUNE = DialogPress(dialog=Dialog.TUNE, alert=1042)
SIMILAR = DialogPress(dialog=Dialog.SIMILAR, alert=1042)
_SERVICES = ("microsoftDefenderForEndpoint", "microsoftDefenderForOffice365", "microsoftDefenderForIdentity")
LEVELS = dict(zip(_SERVICES, (Level.ALL, Level.RELEVANT, Level.NONE), strict=True))


def dialogs(lang: Language = ENGLISH, change: Change = as_it_is) -> dict[str, DialogCard]:
    """All of them, drawn anew."""
    return (
        _tuning(lang, change)
        | _similar(lang, change)
        | {
            "choices": render_choices_dialog(
                CHOSEN,
                "de",
                {},
                languages=("de", "en"),
                lang=lang,
                press=DialogPress(dialog=Dialog.CHOICES),
                nonce=given.NONCE,
            ),
            "services": render_service_dialog(
                LEVELS, lang=lang, press=DialogPress(dialog=Dialog.SERVICES), nonce=given.NONCE
            ),
        }
    )


def _tuning(lang: Language, change: Change) -> dict[str, DialogCard]:
    plain: dict[str, Any] = {"lang": lang, "press": TUNE, "nonce": given.NONCE}
    values = {SERVICES: _SERVICES[0], TYPES: ANY_TYPE, DEVICES: "web-1, web-2", NAME: "Nightly scan"}
    editing = Editing(parse("evidence(role:trigger file.name:scan*.exe)"))
    views = {name: change(view) for name, view in rules.VIEWS.items()}
    saved = saved_text(rules.RULE, 13, 2, lang)
    scan = Indicator(IndicatorType.FILE_SHA256, "ab" * 32, "scan.exe")
    address = Indicator(IndicatorType.IP_ADDRESS, "203.0.113.7", "203.0.113.7")
    allow = allow_inputs([Offer(scan, chosen=True), Offer(address, chosen=False)], ["Web servers"], lang)
    return {
        "tune": render_tune_form(Form(values, _SERVICES, "7c0c", 6), editing, {}, **plain),
        "tune nothing": render_tune_form(Form({}, (), "", 0, is_edit=True), Editing(), {}, notice="No.", **plain),
        "tune looked back": render_lookback(views["draft"], now=given.NOW, **plain),
        "tune looking back": render_lookback(views["draft looking"], now=given.NOW, **plain),
        "tune saved": render_saved(saved, (), is_waiting=False, **plain),
        "tune saved and allows": render_saved(saved, allow, is_waiting=True, **plain),
    }


def _similar(lang: Language, change: Change) -> dict[str, DialogCard]:
    title = lang.t("Manage similar alerts")
    onward = [submits(lang.t("Preview…"), SIMILAR.to("preview", nonce=given.NONCE), primary=True)]
    back = [submits(lang.t("Back"), SIMILAR.to("pick", nonce=given.NONCE))]
    outcome = change(given.an_outcome())
    undo = [submits(undo_title(outcome, lang), SIMILAR.to("undo", nonce=given.NONCE))]
    pick = render_pick(change(given.a_similar()), Chosen(), onward, lang=lang)
    preview = render_preview(change(given.planned()), "", back, lang=lang)
    return {
        "similar pick": DialogCard(title, pick),
        "similar preview": DialogCard(title, preview),
        "similar done": DialogCard(title, render_outcome(outcome, lang=lang, now=given.NOW, actions=undo)),
    }
