"""The condition editor inside of a dialog: its steps, taken before the dialog draws itself or takes effect.

A dialog that lets people choose a condition needs three things. In `look`, `edited(asked, start)` is where they are
after this press; `render_editor` (cards/condition_editor.py) draws it, with `notice=edited.notice(frame)`. In a change,
`condition_of(asked)` is the condition as it stands, typed text included. The editor's own buttons lead to `look`,
because no dialog names their steps among its changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.alerts.condition import EVERYTHING, Condition, ConditionError
from bot.alerts.condition_edit import edit, is_edit, with_text
from bot.alerts.condition_editing import Editing, Screen
from bot.alerts.condition_forms import TEXT
from bot.alerts.condition_paths import node_at
from bot.alerts.errors import Refused
from bot.teams.dialogs import Asked
from bot.teams.screens import Frame
from cards.condition_editor import STATE
from cards.refusals import refusal_text


@dataclass(frozen=True, slots=True)
class Edited:
    """Where somebody is after a press, what was wrong with it, and what they typed and shall find there again."""

    editing: Editing
    problem: Refused | None = None
    typed: Mapping[str, str] = field(default_factory=dict)

    def notice(self, frame: Frame) -> str:
        """What is to stand above the dialog."""
        if frame.notice or self.problem is None:
            return frame.notice
        return refusal_text(self.problem, None, frame.lang, now=frame.now)


def edited(asked: Asked, start: Condition = EVERYTHING) -> Edited:
    """Where somebody is after their press; `start` is the condition with which the dialog opens.

    Raises Refused("badPress") for a state that the editor would not have written.
    """
    kept, press = asked.press.state.get(STATE), asked.press
    if kept is None:
        return Edited(Editing(start))
    editing = _editing(kept)
    try:
        said = _with_text(editing, press.inputs)
    except ConditionError as error:
        return Edited(editing, _bad_text(error, press.inputs), press.inputs)
    if not is_edit(press.step):
        return Edited(said, typed=press.inputs)
    try:
        after = edit(editing, press.step, press.inputs)
        # What they typed over the tree may have taken the place away that they were at.
        node_at(after.condition, after.path)
    except ConditionError as error:
        return Edited(said, Refused("badPart", error=error), press.inputs)
    # The dialog's own inputs stay; those of the editor's screen are done with.
    return Edited(after, typed={name: value for name, value in press.inputs.items() if not name.startswith("c_")})


def condition_of(asked: Asked) -> Condition:
    """The condition as it stands before somebody. Raises Refused("badFilter"), which names the place in the text."""
    editing = _editing(asked.press.state.get(STATE))
    try:
        return _with_text(editing, asked.press.inputs).condition
    except ConditionError as error:
        raise _bad_text(error, asked.press.inputs) from None


def _with_text(editing: Editing, typed: Mapping[str, str]) -> Editing:
    return with_text(editing, typed) if editing.screen is Screen.TREE else editing


def _bad_text(error: ConditionError, typed: Mapping[str, str]) -> Refused:
    return Refused("badFilter", error=error, text=typed.get(TEXT, ""))


def _editing(kept: object) -> Editing:
    try:
        return Editing.of_state(kept)
    except ConditionError:
        raise Refused("badPress", field=STATE, why="not the editor's") from None
