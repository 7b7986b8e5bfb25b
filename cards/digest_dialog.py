"""When a digest comes and what it is about, in a dialog."""

from collections.abc import Mapping

from bot.alerts.condition_editing import Editing
from bot.alerts.schedule_words import DAYS
from cards.condition_editor import editor_press, render_editor
from cards.dialog_buttons import DialogCard, DialogPress, submits
from cards.elements import rich, run
from cards.inputs import choice, choices, text_input, toggle_input
from cards.language import Language
from cards.schedules import WEEKLY

#: The step that takes effect.
SAVE = "save"

#: The inputs beside the condition's, which the dialog's state keeps while a single line is before somebody.
ON, AT, ZONE, QUIET = "on", "at", "zone", "quiet"


def render_digest_dialog(
    editing: Editing,
    typed: Mapping[str, str],
    *,
    place: str,
    number: int | None,
    lang: Language,
    press: DialogPress,
    nonce: str,
    notice: str = "",
) -> DialogCard:
    """The days, the time and its zone, then the condition, then what happens on quiet days."""
    title = lang.t("New digest") if number is None else lang.t("Digest {number}", number=number)
    days = [choice(lang.t("Every day"), "daily"), choice(lang.t("Weekdays"), "weekdays")]
    days += [choice(lang.catalogue.gettext(name), day) for name, day in zip(WEEKLY, DAYS, strict=True)]
    save = editor_press(press, editing, SAVE, nonce=nonce)
    return render_editor(
        title,
        editing,
        typed,
        lang=lang,
        press=press,
        nonce=nonce,
        notice=notice,
        above=[
            choices(ON, days, label=lang.t("Days"), value=typed.get(ON, "weekdays")),
            text_input(AT, label=lang.t("At"), placeholder="08:30", value=typed.get(AT, ""), max_length=20),
            text_input(
                ZONE,
                label=lang.t("Time zone"),
                placeholder="Europe/Berlin",
                value=typed.get(ZONE, ""),
                max_length=60,
            ),
            rich(run(lang.t("About these alerts in {place}:", place=place), weight="Bolder")),
        ],
        below=[
            toggle_input(
                QUIET,
                label=lang.t("Quiet days"),
                title=lang.t("say in one line that nothing happened"),
                on=typed.get(QUIET, "true") == "true",
            )
        ],
        actions=[submits(lang.t("Save"), save, primary=True)],
    )
