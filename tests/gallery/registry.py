"""Everything that people see of Tocsin in Teams: every card, dialog, refusal and reply, in every state."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from bot.alerts.condition_editing import Editing
from bot.alerts.condition_text import parse
from bot.alerts.errors import Refused, TocsinError
from bot.alerts.views import AlertView
from cards import refusals as refusal_words
from cards.alert_card import alert_text, render_alert
from cards.dialog_buttons import DialogCard
from cards.digest import digest_text
from cards.elements import Card, card
from cards.fold import rollup_text
from cards.incident import incident_text
from cards.language import Language
from cards.languages import known, language
from cards.not_available import not_available_text
from cards.parts import notice_of
from cards.refusals import busy_text, failed_text, refusal_text
from cards.rule_card import rule_text
from tests.gallery.words import WORDS
from tests.unit.cards import examples, extension_examples, fold_examples, incident_examples, rule_examples
from tests.unit.cards.drawn import every_card
from tests.unit.cards.drawn_dialogs import editor, every_dialog
from tests.unit.cards.saying import Change, as_it_is, saying
from tests.unit.cards.test_size import cards_of

#: The languages that there are, by what pictures are called after.
LANGUAGES: Mapping[str, Language] = {name: language(name) for name in known()}

#: Words at the top of a card in its edge states: refusals stand there.
_REFUSALS_A_CARD = 6

#: How many of each the largest examples have.
_MANY = 5_000


@dataclass(frozen=True, slots=True)
class Shown:
    """A card as it stands in a conversation, with the text above it, or a dialog. `alert` is what it is about."""

    name: str
    group: str
    card: Card
    text: str = ""
    dialog: DialogCard | None = None
    alert: AlertView | None = None


def everything(lang: Language) -> list[Shown]:
    """All of it in a language, drawn anew. Names are there once."""
    plain = [*_cards(lang, as_it_is), *_dialogs(lang, as_it_is), *_refusals(lang), *_texts(lang)]
    shown = [one for group in (plain, _largest(lang), _edges(lang)) for one in group]
    return [version for one in shown for version in (one, *_opened(one))]


def _cards(lang: Language, change: Change, group: str = "") -> Iterator[Shown]:
    for name, drawn in every_card(lang, change).items():
        about = name.removeprefix("alert ") if name.startswith("alert ") else ""
        view = examples.STATES.get(about)
        yield Shown(name, group or name.split()[0], drawn, alert=change(view) if view else None)


def _dialogs(lang: Language, change: Change, group: str = "") -> Iterator[Shown]:
    for name, dialog in (every_dialog(lang, change) | extension_examples.dialogs(lang, change)).items():
        kind = f"dialog {name.split()[0]}"
        yield Shown(f"dialog {name}", group or kind, dialog.card, dialog=dialog)


def _edges(lang: Language) -> Iterator[Shown]:
    """The same in words that nobody has thought of: long, from right to left, none."""
    for called, words in WORDS.items():
        change = saying(words)
        for one in (*_cards(lang, change, called), *_dialogs(lang, change, called)):
            if _depends_on_words(one.name):
                yield Shown(f"{called}: {one.name}", called, one.card, dialog=one.dialog, alert=one.alert)


def _depends_on_words(name: str) -> bool:
    """Forms of an alert in each of its states differ by their first lines only."""
    of_a_state = any(name.endswith(f" {state}") for state in examples.STATES if state != "taken")
    same = ("help", "welcome", "services", "dialog condition", "dialog services")
    return not name.startswith(same) and (name.startswith("alert ") or not of_a_state)


def _largest(lang: Language) -> Iterator[Shown]:
    for name, drawn in cards_of("word " * 50_000, _MANY, lang).items():
        yield Shown(f"most: {name}", "most", drawn)
    wide = parse(" ".join(f"host:web-{number:03}-{'x' * 15}" for number in range(60)))
    dialog = editor(Editing(wide), lang=lang)
    yield Shown("most: dialog condition", "most", dialog.card, dialog=dialog)


def refusals(lang: Language) -> dict[str, str]:
    """What is said where something is refused, by its reason."""
    entry = examples.ENTRIES[1]
    facts: dict[str, Any] = {
        "assignee": examples.ANA.object_id, "entry": entry, "field": "assignee", "who": "Bo", "when": examples.at(12),
        "limit": 50, "within": timedelta(minutes=15), "incident": 28, "determination": "malware",
        "classification": "falsePositive", "text": "severity>=loud", "person": "x", "days": 30, "number": 12,
        "role": "reader", "needs": "administrator", "verb": "triageAct", "entities": ["host web-1", "user web-1"],
    }  # fmt: skip
    try:
        parse("severity>=loud")
    except TocsinError as error:
        facts["error"] = error
    said = {
        reason: refusal_text(Refused(reason, **facts), examples.taken(), lang, now=examples.NOW)
        for reason in refusal_words._TEXTS
    }
    return said | {"busy": busy_text(lang), "failed": failed_text(lang), "not available": not_available_text(lang)}


def _refusals(lang: Language) -> Iterator[Shown]:
    """Several on a card, to look at; each is at the top of a card of its own in Teams."""
    said = sorted(refusals(lang).items())
    for place in range(0, len(said), _REFUSALS_A_CARD):
        part = said[place : place + _REFUSALS_A_CARD]
        drawn = card([element for _, text in part for element in notice_of(text)])
        yield Shown(f"refusals {part[0][0]} to {part[-1][0]}", "refusals", drawn)


def _texts(lang: Language) -> Iterator[Shown]:
    """The lines above a card, which are what a notification says."""
    told: dict[str, tuple[Callable[..., tuple[str, str]], Any]] = {
        "alert": (alert_text, examples.taken()),
        "incident": (incident_text, incident_examples.a_view()),
        "digest": (digest_text, examples.a_digest()),
        "rollup": (rollup_text, fold_examples.a_fold()),
        "rule": (rule_text, rule_examples.VIEWS["waiting"]),
    }
    given: dict[str, Any] = {"lang": lang, "now": examples.NOW, "nonce": examples.NONCE}
    for called, words in {"": None, **WORDS}.items():
        for name, (tell, view) in told.items():
            text, summary = tell(view if words is None else saying(words)(view), lang)
            if text != summary:
                text = f"{text}\n{summary}"
            yield Shown(
                f"text {called} {name}".replace("  ", " "), "texts", render_alert(examples.a_view(), **given), text
            )


def _opened(one: Shown) -> Iterator[Shown]:
    """The same with everything shown that is behind another press."""
    targets = set(_targets(one.card))
    if targets and one.group != "texts":
        opened = _visible(one.card, targets)
        dialog = replace(one.dialog, card=opened) if one.dialog else None
        yield replace(one, name=f"{one.name}, opened", card=opened, dialog=dialog)


def _targets(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        if node.get("type") == "Action.ToggleVisibility":
            yield from (target if isinstance(target, str) else target["elementId"] for target in node["targetElements"])
        for value in node.values():
            yield from _targets(value)
    elif isinstance(node, list):
        for value in node:
            yield from _targets(value)


def _visible(node: Any, targets: set[str]) -> Any:
    if isinstance(node, Mapping):
        shown = {name: _visible(value, targets) for name, value in node.items()}
        if shown.get("id") in targets:
            shown.pop("isVisible", None)
        return shown
    return [_visible(value, targets) for value in node] if isinstance(node, list) else node
