"""Which alerts a conversation gets by one of its routes, in a dialog."""

from collections.abc import Mapping

from bot.alerts.condition_editing import Editing
from cards.condition_editor import editor_press, render_editor
from cards.dialog_buttons import Dialog, DialogCard, DialogPress, opens, submits
from cards.elements import Action, rich, run
from cards.inputs import text_input, toggle_input
from cards.language import Language

#: The step that takes effect.
SAVE = "save"

#: The inputs beside the condition's, which the dialog's state keeps while a single line is before somebody.
LIMIT, FALLBACK = "limit", "fallback"


def choose_alerts(lang: Language, nonce: str, route: str = "") -> Action:
    """The button that opens it, for the route of a name."""
    state = {"route": route} if route else {}
    return opens(lang.t("Choose alerts…"), DialogPress(dialog=Dialog.SUBSCRIBE, nonce=nonce, state=state))


def render_choose_alerts(
    editing: Editing,
    typed: Mapping[str, str],
    *,
    channel: str,
    lang: Language,
    press: DialogPress,
    nonce: str,
    notice: str = "",
) -> DialogCard:
    """The condition; and how many cards a day at most, and whether only what no other route takes."""
    route = str(press.state.get("route", ""))
    lead = lang.t("New alerts that fit are posted in {channel}:", channel=channel)
    if route:
        lead = lang.t("{channel}, route “{route}”: new alerts that fit are posted:", channel=channel, route=route)
    save = editor_press(press, editing, SAVE, nonce=nonce)
    return render_editor(
        lang.t("Choose alerts"),
        editing,
        typed,
        lang=lang,
        press=press,
        nonce=nonce,
        notice=notice,
        above=[rich(run(lead, weight="Bolder"))],
        below=[
            text_input(
                LIMIT,
                label=lang.t("At most so many cards a day"),
                placeholder=lang.t("no limit"),
                value=typed.get(LIMIT, ""),
                max_length=5,
            ),
            toggle_input(
                FALLBACK,
                label=lang.t("Fallback"),
                title=lang.t("only what no other route takes"),
                on=typed.get(FALLBACK) == "true",
            ),
        ],
        actions=[submits(lang.t("Subscribe"), save, primary=True)],
    )
