"""The dialog “Tune an alert”: what a rule catches and does, what it would have caught, and what may be allowed then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.alerts.condition_editing import Editing
from bot.alerts.tuning import COMMENT_LENGTH, DESCRIPTION_LENGTH, NAME_LENGTH, Action
from bot.alerts.tuning_views import RuleView
from bot.alerts.words import Classification
from cards.allow_list import not_in_effect
from cards.condition_editor import editor_press, render_editor
from cards.dialog_buttons import DialogCard, DialogPress, submits
from cards.elements import Element, card, rich, run, text_block
from cards.forms import verdict_choices
from cards.inputs import choice, choices, text_input, toggle_input
from cards.language import Language
from cards.parts import button_rows, notice_of, quiet
from cards.rule_card import rule_body
from cards.rule_parts import service_name
from cards.size import fit

#: Steps: of the form, of what it would have caught, of the allow list.
DRAFT, FILL, TRIGGER = "draft", "fill", "trigger"
LOOK, SAVE, SAVE_OPEN, DISCARD, CHANGE = "look", "save", "saveOpen", "discard", "change"
ALLOW, DONE = "allow", "done"

#: Inputs of the form beside the condition's.
SERVICES, TYPES, DEVICES, GROUPS, USERS, EVERYWHERE = "services", "types", "devices", "groups", "users", "everywhere"
ANY, ACTION, VERDICT, NAME = "any", "act", "verdict", "name"
DESCRIPTION, COMMENT, UNTIL = "description", "comment", "until"

#: Values of TYPES.
ONLY_THIS, ANY_TYPE = "only", "any"

#: Characters of a list of names.
_NAMES = 2_000


@dataclass(frozen=True, slots=True)
class Form:
    """What the form is drawn from: what stands in it, and what can be chosen.

    `alert_type` is that of the alert or rule, empty for none; `pieces` counts the alert's evidence.
    """

    values: Mapping[str, str]
    services: Sequence[str]
    alert_type: str
    pieces: int
    is_edit: bool = False


def render_tune_form(
    form: Form,
    editing: Editing,
    typed: Mapping[str, str],
    *,
    lang: Language,
    press: DialogPress,
    nonce: str,
    notice: str = "",
) -> DialogCard:
    """Everything that is said of a rule; the button looks back with it."""
    fills = [_fills(form, editing, lang, press, nonce)] if form.pieces else []
    return render_editor(
        lang.t("Edit rule") if form.is_edit else lang.t("Tune an alert"),
        editing,
        typed,
        lang=lang,
        press=press,
        nonce=nonce,
        notice=notice,
        above=[*_applies(form, lang), *_iocs(form, lang), *fills],
        below=_does(form, lang),
        actions=[submits(lang.t("Next: look back"), editor_press(press, editing, DRAFT, nonce=nonce), primary=True)],
        nothing=lang.t("No IOC yet."),
    )


def render_lookback(
    view: RuleView,
    *,
    lang: Language,
    now: datetime,
    press: DialogPress,
    nonce: str,
    notice: str = "",
) -> DialogCard:
    """What the draft would have caught, and what to do with it."""
    found = view.rule.lookback
    actions = []
    if found is not None and found.is_done:
        actions.append(submits(lang.t("Save"), press.to(SAVE, nonce=nonce), primary=True))
        if found.open:
            title = lang.n("Save, and {count} open alert", "Save, and {count} open alerts", found.open)
            actions.append(submits(title, press.to(SAVE_OPEN, nonce=nonce)))
    else:
        actions.append(submits(lang.t("Look again"), press.to(LOOK, nonce=nonce), primary=True))
    actions += [
        submits(lang.t("Change it"), press.to(CHANGE, nonce=nonce)),
        submits(lang.t("Discard"), press.to(DISCARD, nonce=nonce)),
    ]
    return DialogCard(
        lang.t("Before you save"),
        fit(lambda room: card([*notice_of(notice), *rule_body(view, lang, now, room), button_rows(actions)])),
    )


def render_saved(
    words: str,
    allow: Sequence[Element],
    *,
    is_waiting: bool,
    lang: Language,
    press: DialogPress,
    nonce: str,
    notice: str = "",
) -> DialogCard:
    """“Successful rule creation”, with the allow list where the alert has something for it."""
    heading = lang.t("The rule waits for approval") if is_waiting else lang.t("Successful rule creation")
    body: list[Element] = [
        *notice_of(notice),
        text_block(heading, size="Medium", heading=True),
        rich(run(words), spacing="Small"),
    ]
    actions = [submits(lang.t("Close"), press.to(DONE, nonce=nonce), inputs="none")]
    if allow:
        body += [
            text_block(lang.t("Prevent the IOCs from being blocked in the future"), heading=True, spacing="Medium"),
            *allow,
            not_in_effect(lang),
        ]
        actions.insert(0, submits(lang.t("Save"), press.to(ALLOW, nonce=nonce), primary=True))
    return DialogCard(lang.t("Tune an alert"), fit(lambda _room: card([*body, button_rows(actions)])))


def _fills(form: Form, editing: Editing, lang: Language, press: DialogPress, nonce: str) -> Element:
    """Indicators out of the alert's evidence."""
    count = form.pieces
    title = lang.n("Auto fill the {count} alert related IOC", "Auto fill all {count} alert related IOCs", count)
    trigger = editor_press(press, editing, TRIGGER, nonce=nonce)
    return button_rows(
        [
            submits(title, editor_press(press, editing, FILL, nonce=nonce)),
            submits(lang.t("Entity Role: Trigger equals any"), trigger),
        ],
        spacing="Small",
    )


def _applies(form: Form, lang: Language) -> list[Element]:
    """Service sources, alert types, scope."""
    offered = [choice(service_name(name, lang), name) for name in form.services]
    values = form.values
    types = [choice(lang.t("Any alert type based on IOC conditions"), ANY_TYPE)]
    if form.alert_type:
        types.insert(0, choice(lang.t("Only this alert type"), ONLY_THIS))
    return [
        choices(SERVICES, offered, label=lang.t("Service sources"), value=values.get(SERVICES, ""), several=True),
        choices(TYPES, types, label=lang.t("Alert types"), value=values.get(TYPES, ANY_TYPE), expanded=True),
        toggle_input(
            EVERYWHERE,
            label=lang.t("Scope"),
            title=lang.t("The whole organisation (administrators)"),
            on=values.get(EVERYWHERE) == "true",
        ),
        text_input(DEVICES, label=lang.t("Devices, by commas"), value=values.get(DEVICES, ""), max_length=_NAMES),
        text_input(GROUPS, label=lang.t("Device groups, by commas"), value=values.get(GROUPS, ""), max_length=_NAMES),
        text_input(
            USERS,
            label=lang.t("Users, by commas (alone: administrators)"),
            value=values.get(USERS, ""),
            max_length=_NAMES,
        ),
    ]


def _iocs(form: Form, lang: Language) -> list[Element]:
    return [
        text_block(lang.t("IOCs"), heading=True, spacing="Medium"),
        toggle_input(
            ANY,
            label=lang.t("Any IOC"),
            title=lang.t("whatever evidence has caused the alert (only this alert type)"),
            on=form.values.get(ANY) == "true",
        ),
    ]


def _does(form: Form, lang: Language) -> list[Element]:
    """Action, verdict, and the texts."""
    values = form.values
    actions = [choice(lang.t("Hide alert"), Action.HIDE.value), choice(lang.t("Resolve alert"), Action.RESOLVE.value)]
    verdicts = [option for option in verdict_choices(lang) if option["value"] != Classification.NOT_SET.value]
    return [
        text_block(lang.t("Action"), heading=True, spacing="Medium"),
        choices(ACTION, actions, label=lang.t("Action"), value=values.get(ACTION, Action.HIDE.value), expanded=True),
        choices(
            VERDICT,
            verdicts,
            label=lang.t("Resolve as"),
            value=values.get(VERDICT, ""),
            placeholder=lang.t("what they turn out to be"),
        ),
        text_input(NAME, label=lang.t("Name"), value=values.get(NAME, ""), max_length=NAME_LENGTH),
        text_input(
            DESCRIPTION,
            label=lang.t("Description"),
            value=values.get(DESCRIPTION, ""),
            max_length=DESCRIPTION_LENGTH,
            multiline=True,
        ),
        text_input(
            COMMENT,
            label=lang.t("Comment on each alert that it catches"),
            value=values.get(COMMENT, ""),
            max_length=COMMENT_LENGTH,
        ),
        text_input(
            UNTIL,
            label=lang.t("Until (for example 30d or 2026-12-31; empty: for ever)"),
            value=values.get(UNTIL, ""),
            max_length=40,
        ),
        rich(quiet(lang.t("Nothing is saved yet: next you see what it would have caught."))),
    ]
