"""A condition that somebody edits step by step, and where they are in it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from bot.alerts.condition import EVERYTHING, MAX_TEXT, Condition, ConditionError, Field, Piece, Test
from bot.alerts.condition_fields import name_of
from bot.alerts.condition_forms import field_named
from bot.alerts.condition_paths import Path, inner_path, node_at, read_path, without_not, write_path
from bot.alerts.condition_text import parse, to_text
from bot.alerts.errors import say

#: Characters of a condition that can be edited step by step: as it is written, it may be longer than it was typed.
LONGEST = 2 * MAX_TEXT


class Screen(StrEnum):
    """What somebody has before them."""

    #: The whole condition.
    TREE = "tree"
    #: One group, or one piece of evidence, by its path.
    GROUP = "group"
    #: One test, by its path; or with a field, one that shall take its place, or be added to the group there.
    TEST = "test"
    #: Which field the next test shall ask for.
    FIELD = "field"
    #: Which piece of evidence there shall be.
    EVIDENCE = "evidence"


class How(StrEnum):
    """What becomes of the test that is being made."""

    CHANGE = "change"
    ADD = "add"
    #: It or the one that is there.
    OR = "or"


@dataclass(frozen=True, slots=True)
class Editing:
    """A condition, and where somebody is in it."""

    condition: Condition = EVERYTHING
    screen: Screen = Screen.TREE
    path: Path = ()
    how: How = How.CHANGE
    field: Field | None = None

    def state(self) -> dict[str, Any]:
        """As a dialog keeps it: plain JSON, short where there is little to say."""
        kept: dict[str, Any] = {"text": "" if self.condition == EVERYTHING else to_text(self.condition)}
        if self.screen is not Screen.TREE:
            kept |= {"on": self.screen.value, "at": write_path(self.path)}
        if self.how is not How.CHANGE:
            kept["how"] = self.how.value
        if self.field is not None:
            kept["field"] = name_of(self.field)
        return kept

    @classmethod
    def of_state(cls, kept: object) -> Self:
        """From what a client sent. Raises ConditionError for what `state` would not have written."""
        match kept:
            case {"text": str(text), **more}:
                field = str(more.get("field", ""))
                condition, path = parse(text, limit=LONGEST), read_path(str(more.get("at", "")))
                node_at(condition, path)
                screen, how = _member(Screen, more.get("on", "tree")), _member(How, more.get("how", "change"))
                return cls(condition, screen, path, how, field_named(field) if field else None)
            case _:
                raise ConditionError("badState", say("this dialog cannot be understood; please open it again"))

    @property
    def test(self) -> tuple[Test | None, bool]:
        """The test that is open, and whether it is negated; None for one that is new."""
        if self.how is not How.CHANGE:
            return None, False
        inner, count = without_not(node_at(self.condition, self.path))
        return (inner if isinstance(inner, Test) else None), bool(count % 2)

    @property
    def asks(self) -> Field | None:
        """The field of the test that is open."""
        test, _ = self.test
        return self.field or (test.field if test else None)

    @property
    def in_piece(self) -> bool:
        """Whether the place is inside of a piece of evidence, where only evidence can be asked for."""
        path = (*inner_path(self.condition, self.path), 0) if self.how is How.ADD else self.path
        return any(isinstance(node_at(self.condition, path[:end]), Piece) for end in range(len(path)))


def _member(kind: Any, value: object) -> Any:  # noqa: ANN401 - a member of an enumeration
    try:
        return kind(value)
    except ValueError:
        raise ConditionError("badState", say("this dialog cannot be understood; please open it again")) from None
