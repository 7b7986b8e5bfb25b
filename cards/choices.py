"""What somebody chooses for themselves: what they hear of, when not, in which language and zone."""

from collections.abc import Mapping, Sequence

from bot.alerts.choices import Choices, Notice
from cards.dialog_buttons import Dialog, DialogCard, DialogPress, opens, submits
from cards.elements import Card, Element, card, rich, run, text_block
from cards.inputs import choice, choices, text_input, toggle_input
from cards.language import Language, mark
from cards.languages import own_name
from cards.parts import button_rows, notice_of, quiet

#: The step that takes effect, and the names of the inputs beside those of the notices.
SAVE, QUIET, ZONE, LANGUAGE = "save", "quiet", "zone", "language"

#: The value of the language for what somebody's Teams says.
AS_TEAMS = "teams"

_NOTICES: Mapping[Notice, str] = {
    Notice.ASSIGNED: mark("Somebody gives me an alert"),
    Notice.CALLED: mark("A comment calls me (@name)"),
    Notice.CHANGED: mark("Somebody else changes an alert that I have"),
}


def render_choices(chosen: Choices, language: str, *, lang: Language, nonce: str) -> Card:
    """What holds, and the way to change it. An empty language is that of their Teams."""
    lines: list[Element] = [text_block(lang.t("My choices"), size="Medium", heading=True)]
    heard = [_label(notice, lang) for notice in Notice if notice not in chosen.unheard]
    said = "; ".join(heard) or lang.t("nothing")
    for label, value in (
        (lang.t("I hear of"), said),
        (lang.t("Quiet hours"), quiet_text(chosen) or lang.t("none")),
        (lang.t("Time zone"), chosen.zone or lang.t("as in my Teams")),
        (lang.t("Language"), own_name(language) if language else lang.t("as in my Teams")),
    ):
        lines.append(rich(quiet(f"{label}: "), run(value), spacing="Small"))
    press = DialogPress(dialog=Dialog.CHOICES, nonce=nonce)
    return card([*lines, button_rows([opens(lang.t("Change…"), press)])])


def render_choices_dialog(
    chosen: Choices,
    language: str,
    typed: Mapping[str, str],
    *,
    languages: Sequence[str],
    lang: Language,
    press: DialogPress,
    nonce: str,
    notice: str = "",
) -> DialogCard:
    """A toggle for each notice, and three fields; what is left empty is as in one's Teams."""
    toggles = [
        toggle_input(
            notice_.value,
            label=lang.t("Tell me in my own chat when") if notice_ is Notice.ASSIGNED else "",
            title=_label(notice_, lang),
            on=typed.get(notice_.value, "false" if notice_ in chosen.unheard else "true") == "true",
        )
        for notice_ in Notice
    ]
    named = [choice(lang.t("As in my Teams"), AS_TEAMS), *(choice(own_name(name), name) for name in languages)]
    return DialogCard(
        lang.t("My choices"),
        card(
            [
                *notice_of(notice),
                *toggles,
                text_input(
                    QUIET,
                    label=lang.t("Quiet hours: then only alerts of high severity reach me"),
                    placeholder="22:00-07:00",
                    value=typed.get(QUIET, quiet_text(chosen)),
                    max_length=40,
                ),
                text_input(
                    ZONE,
                    label=lang.t("Time zone, if not as in my Teams"),
                    placeholder="Europe/Berlin",
                    value=typed.get(ZONE, chosen.zone),
                    max_length=60,
                ),
                choices(LANGUAGE, named, label=lang.t("Language"), value=typed.get(LANGUAGE, language or AS_TEAMS)),
                button_rows([submits(lang.t("Save"), press.to(SAVE, nonce=nonce), primary=True)]),
            ]
        ),
    )


def _label(notice_: Notice, lang: Language) -> str:
    return lang.term({str(name): label for name, label in _NOTICES.items()}, notice_.value)


def quiet_text(chosen: Choices) -> str:
    """`22:00-07:00`"""
    if chosen.quiet_from is None or chosen.quiet_until is None:
        return ""
    return f"{chosen.quiet_from:%H:%M}-{chosen.quiet_until:%H:%M}"
