"""A condition as lines that one can read, and press to change."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.alerts.condition import EVERYTHING, And, Condition, Or, Piece, Test
from bot.alerts.condition_edit import MARK
from bot.alerts.condition_paths import Path, children, inner_path, node_at, without_not, write_path
from cards.condition_words import test_line
from cards.dialog_buttons import DialogPress, submits
from cards.elements import Action, Element, column, columns, container, indented, rich, run
from cards.language import Language
from cards.parts import quiet
from cards.safe import brief

#: Characters of a line, and levels that are indented: on a phone, more would leave no room for the words.
_LINE, _LEVELS = 160, 6


@dataclass(frozen=True, slots=True)
class Steps:
    """Makes the editor's buttons: all carry the same dialog, condition and nonce."""

    press: DialogPress
    nonce: str

    def button(self, step: str, title: str, *, primary: bool = False, alone: bool = False) -> Action:
        """`alone` leaves out what was typed, and does not insist on it."""
        press = self.press.to(f"{MARK}{step}", nonce=self.nonce)
        return submits(title, press, primary=primary, inputs="none" if alone else None)


def line_text(condition: Condition, path: Path, lang: Language) -> str:
    """One line of the tree, as text: `not Host is web-1`."""
    node, count = without_not(node_at(condition, path))
    match node:
        case Test():
            text = test_line(node, lang)
        case Piece():
            text = lang.t("a piece of evidence with")
        case Or():
            text = lang.t("any of")
        case _:
            text = lang.t("all of") if node != EVERYTHING else lang.t("every alert")
    return brief(lang.t("not: ") * count + text, _LINE)


class Tree:
    """Draws the lines of a condition; after `most` of them it stops, and counts what it left out."""

    def __init__(self, condition: Condition, steps: Steps, lang: Language, *, most: int, nothing: str = "") -> None:
        self._condition = condition
        self._steps = steps
        self._lang = lang
        self._most = most
        self._nothing = nothing or lang.t("Every alert.")
        self.left_out = 0

    def whole(self) -> list[Element]:
        if self._condition == EVERYTHING:
            return [rich(quiet(self._nothing))]
        return list(self._lines(()))

    def below(self, path: Path, level: int = 0) -> list[Element]:
        """What stands in the group there."""
        node, _ = without_not(node_at(self._condition, path))
        word = self._lang.t("or ") if isinstance(node, Or) else self._lang.t("and ")
        drawn: list[Element] = []
        for place, one in enumerate(children(self._condition, path)):
            drawn += self._lines(one, word if place else "", level)
        return drawn

    def _lines(self, path: Path, before: str = "", level: int = 0) -> Iterator[Element]:
        if self._most <= 0:
            self.left_out += 1
            return
        self._most -= 1
        yield self._row(path, before)
        if under := self.below(path, level + 1):
            yield indented(under, spacing="Small") if level < _LEVELS else container(under, spacing="Small")

    def _row(self, path: Path, before: str) -> Element:
        text = line_text(self._condition, path, self._lang)
        inner = node_at(self._condition, inner_path(self._condition, path))
        is_group = isinstance(inner, And | Or | Piece)
        line = rich(quiet(before), run(text)) if before else rich(run(text))
        if is_group:
            line = rich(quiet(before), run(f"{text}:", weight="Bolder"))
        press = self._steps.button(f"open:{write_path(path)}", self._lang.t("Change: {line}", line=text))
        row = columns(
            column(line, width="stretch"),
            column(rich(run(self._lang.t("change"), color="Accent"))),
        )
        return container([row], select=press, spacing="Medium")
