"""The dialogs that are opened from a message: a new alert of it, or a comment on one."""

from collections.abc import Sequence
from typing import Any

from bot.alerts.views import AlertView
from bot.alerts.words import Severity
from cards.dialog_buttons import DialogCard
from cards.elements import Action, card
from cards.inputs import choice, choices, text_input
from cards.labels import severity_label
from cards.language import Language
from cards.parts import button_rows, notice_of, title_of
from cards.safe import brief

#: Characters of the inputs.
_TITLE, _TEXT = 500, 20_000


def render_create(typed: dict[str, str], data: dict[str, Any], *, lang: Language, notice: str = "") -> DialogCard:
    """A new alert: inputs `title`, `severity` and `text`."""
    severities = [choice(severity_label(severity, lang), severity.value) for severity in reversed(Severity)]
    return DialogCard(
        lang.t("Create an alert"),
        card(
            [
                *notice_of(notice),
                text_input(
                    "title",
                    label=lang.t("What has happened"),
                    value=typed.get("title", ""),
                    max_length=_TITLE,
                    required=lang.t("Say in a few words what has happened."),
                ),
                choices(
                    "severity",
                    severities,
                    label=lang.t("Severity"),
                    value=typed.get("severity", Severity.MEDIUM.value),
                    required=lang.t("Choose how bad it is."),
                ),
                text_input(
                    "text",
                    label=lang.t("Description"),
                    value=typed.get("text", ""),
                    max_length=_TEXT,
                    multiline=True,
                ),
                button_rows([_submit(lang.t("Create"), data)]),
            ]
        ),
        height="medium",
    )


def render_add(
    offered: Sequence[AlertView], typed: dict[str, str], data: dict[str, Any], *, lang: Language, notice: str = ""
) -> DialogCard:
    """A comment on an alert: inputs `alert` (its number) and `comment`."""
    options = [
        choice(f"#{view.alert.number} {severity_label(view.alert.severity, lang)}: {brief(title_of(view.alert), 80)}",
               str(view.alert.number))
        for view in offered
    ]  # fmt: skip
    return DialogCard(
        lang.t("Add to an alert"),
        card(
            [
                *notice_of(notice),
                choices(
                    "alert",
                    options,
                    label=lang.t("Alert"),
                    placeholder=lang.t("Type a number or a word"),
                    value=typed.get("alert", ""),
                    dataset="alerts",
                    required=lang.t("Choose an alert."),
                ),
                text_input(
                    "comment",
                    label=lang.t("Comment"),
                    value=typed.get("comment", ""),
                    max_length=_TEXT,
                    multiline=True,
                    required=lang.t("Write something."),
                ),
                button_rows([_submit(lang.t("Comment"), data)]),
            ]
        ),
        height="medium",
    )


def _submit(title: str, data: dict[str, Any]) -> Action:
    return Action({"type": "Action.Submit", "title": title, "style": "positive", "data": data})
