"""The editor of a condition, as a part of dialogs: the whole as a tree, one line at a time, and always as text.

A dialog gives it where somebody is (`Editing`), what they typed, and its own press, whose state it shares. Where the
whole condition is before people, the dialog's own parts and buttons stand around it; its other screens stand alone.
"""

from collections.abc import Callable, Mapping, Sequence

from bot.alerts.condition import EVERYTHING
from bot.alerts.condition_editing import Editing, Screen
from bot.alerts.condition_forms import TEXT, Typed
from bot.alerts.condition_text import to_text
from cards.condition_lines import Steps, Tree
from cards.condition_screens import evidence_screen, field_screen, group_screen, test_screen
from cards.dialog_buttons import DialogCard, DialogPress
from cards.elements import Action, Card, Element, card, rich, run
from cards.inputs import text_input
from cards.language import Language
from cards.parts import button_rows, cut_note, notice_of, quiet
from cards.safe import clip
from cards.size import Room, fit

#: Where the editor keeps its part of a dialog's state.
STATE = "condition"

#: Characters of the text form that can be typed.
_TEXT = 4_000


def editor_press(press: DialogPress, editing: Editing, step: str = "", *, nonce: str) -> DialogPress:
    """A dialog's own button beside the editor: it carries the condition along with the dialog's own state."""
    return press.to(step, nonce=nonce, state={**press.state, STATE: editing.state()})


def render_editor(
    title: str,
    editing: Editing,
    typed: Mapping[str, str],
    *,
    lang: Language,
    press: DialogPress,
    nonce: str,
    notice: str = "",
    above: Sequence[Element] = (),
    below: Sequence[Element] = (),
    actions: Sequence[Action] = (),
    nothing: str = "",
) -> DialogCard:
    """The dialog as it is drawn next. `above`, `below` and `actions` are its own; make the latter with `editor_press`.

    `press` is the dialog's, with its own state; `typed` holds the inputs that shall stand there again. `nothing` is
    what an empty condition means, where it is not every alert.
    """
    steps = Steps(editor_press(press, editing, nonce=nonce), nonce)

    def build(room: Room) -> Card:
        if editing.screen is not Screen.TREE:
            shown = _SCREENS[editing.screen](editing, typed, lang, steps)
            return card([*notice_of(notice), *shown, *_as_text(editing, lang)])
        body = [*above, *_whole(editing, typed, lang, steps, room=room, nothing=nothing), *below]
        return card([*notice_of(notice), *body, *([button_rows(actions)] if actions else [])])

    return DialogCard(title, fit(build))


def _whole(editing: Editing, typed: Typed, lang: Language, steps: Steps, *, room: Room, nothing: str) -> list[Element]:
    tree = Tree(editing.condition, steps, lang, most=room.entries, nothing=nothing)
    lines = tree.whole()
    text = editing.state()["text"]
    buttons = [
        steps.button("add:", lang.t("Add filter")),
        steps.button("evidence:", lang.t("Add evidence")),
    ]
    if editing.condition != EVERYTHING:
        buttons.append(steps.button("clear", lang.t("Clear"), alone=True))
    return [
        *lines,
        *cut_note(tree.left_out, lang),
        button_rows(buttons),
        text_input(
            TEXT,
            label=lang.t("The same as text"),
            placeholder="severity>=medium service:endpoint host:web-*",
            value=typed.get(TEXT, text),
            max_length=_TEXT,
            multiline=True,
        ),
        button_rows([steps.button("text", lang.t("Show the text as lines"))], spacing="Small"),
    ]


def _as_text(editing: Editing, lang: Language) -> list[Element]:
    if editing.condition == EVERYTHING:
        return []
    return [rich(quiet(lang.t("So far: ")), run(clip(to_text(editing.condition), 600), mono=True))]


_SCREENS: Mapping[Screen, Callable[[Editing, Typed, Language, Steps], list[Element]]] = {
    Screen.GROUP: group_screen,
    Screen.TEST: test_screen,
    Screen.FIELD: field_screen,
    Screen.EVIDENCE: evidence_screen,
}
