"""Alert service settings: how much of each service source comes in, as a card and as a dialog."""

from collections.abc import Mapping

from bot.alerts.service_level import Level
from cards import vocabulary
from cards.dialog_buttons import Dialog, DialogCard, DialogPress, opens, submits
from cards.elements import Action, Card, Element, card, rich, run, text_block
from cards.inputs import choice, choices
from cards.language import Language, mark
from cards.parts import button_rows, notice_of, quiet

#: The step that takes effect.
SAVE = "save"

_LEVELS: Mapping[Level, str] = {
    Level.RELEVANT: mark("The most relevant (high severity)"),
    Level.MORE: mark("High and medium severity"),
    Level.ALL: mark("All alerts"),
    Level.NONE: mark("No alerts"),
}

#: Services that more people have; the others are one word away.
_IN_DIALOG = 8


def level_label(level: Level, lang: Language) -> str:
    return lang.term({str(name): label for name, label in _LEVELS.items()}, str(level))


def service_settings_button(lang: Language, nonce: str) -> Action:
    """The button that opens the dialog."""
    return opens(lang.t("Alert service settings…"), DialogPress(dialog=Dialog.SERVICES, nonce=nonce))


def render_services(levels: Mapping[str, Level], *, may_choose: bool, lang: Language, nonce: str) -> Card:
    """Which alerts come in, service by service."""
    lines: list[Element] = [text_block(lang.t("Alert service settings"), size="Medium", heading=True)]
    for service, level in levels.items():
        name = lang.term(vocabulary.SERVICES, service)
        lines.append(rich(run(f"{name}: ", weight="Bolder"), run(level_label(level, lang)), spacing="Small"))
    note = lang.t(
        "This is about alerts for which Defender is asked. What something sends here comes in whatever it is."
    )
    lines.append(rich(quiet(note), spacing="Medium"))
    if may_choose:
        lines.append(button_rows([service_settings_button(lang, nonce)]))
    else:
        lines.append(rich(quiet(lang.t("An administrator can change this.")), spacing="Small"))
    return card(lines)


def render_service_dialog(
    levels: Mapping[str, Level], *, lang: Language, press: DialogPress, nonce: str, notice: str = ""
) -> DialogCard:
    """A choice for each service source."""
    options = [choice(level_label(level, lang), str(level)) for level in _LEVELS]
    inputs = [
        choices(service, options, label=lang.term(vocabulary.SERVICES, service), value=str(level))
        for service, level in list(levels.items())[:_IN_DIALOG]
    ]
    body = [*notice_of(notice), *inputs]
    body.append(button_rows([submits(lang.t("Save"), press.to(SAVE, nonce=nonce), primary=True)]))
    return DialogCard(lang.t("Alert service settings"), card(body))
