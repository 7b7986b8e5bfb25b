"""Tags that were given another name. A rename holds for alerts that come in afterwards; older ones keep what they have,
as in Defender."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.alerts.alert import TAG_LENGTH
from bot.alerts.errors import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRename:
    """`old` is called `new` since `at`; `by` is the name of who said so."""

    old: str
    new: str
    at: datetime
    by: str


class TagNames(Protocol):
    """Renames, append-only."""

    def add(self, rename: TagRename) -> None: ...

    def all(self) -> Sequence[TagRename]:
        """The oldest first."""
        ...


#: Renames that are kept at most: each is looked at for every alert that has tags.
MOST = 500

#: A name in quotation marks, which may have blanks, or a word.
_NAME = re.compile(r"[\"“”„]([^\"“”„]+)[\"“”„]|(\S+)")


def read_names(text: str) -> tuple[str, str] | None:
    """`lab test-lab`, `"high risk" to vip`: the old and the new name; None where they are not two."""
    names = [quoted.strip() or word for quoted, word in _NAME.findall(text)]
    if len(names) == 3 and names[1].casefold() == "to":
        del names[1]
    return (names[0], names[1]) if len(names) == 2 else None


def check(old: str, new: str, known: Sequence[TagRename]) -> None:
    """Raises Refused: "badTag", "sameTags", "manyRenames"."""
    for name in (old, new):
        if not name.strip() or len(name) > TAG_LENGTH or name.startswith(("+", "-")) or "," in name:
            raise Refused("badTag", limit=TAG_LENGTH)
    if old == new:
        raise Refused("sameTags")
    if len(known) >= MOST:
        raise Refused("manyRenames", limit=MOST)


def named(tags: Iterable[str], renames: Iterable[TagRename], received_at: datetime) -> tuple[str, ...]:
    """Tags of an alert that came in then, as they are called for it; each once, whatever its case."""
    names = _names(rename for rename in renames if rename.at <= received_at)
    called = (names.get(tag.casefold(), tag) for tag in tags)
    return tuple({tag.casefold(): tag for tag in called}.values())


def _names(renames: Iterable[TagRename]) -> dict[str, str]:
    """By the name without case. What was renamed twice has the last name; what was renamed back its first one."""
    names: dict[str, str] = {}
    for rename in renames:
        old = rename.old.casefold()
        for name, now in names.items():
            if now.casefold() == old:
                names[name] = rename.new
        names[old] = rename.new
    return names
