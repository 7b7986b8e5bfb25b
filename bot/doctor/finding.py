"""What an examination finds."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.doctor.ground import Ground
from bot.settings import Settings


class State(StrEnum):
    OK = "ok"
    #: It works, and something should be looked at.
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was found, and what mends it, in a sentence each. `about` is the link of the set-up."""

    about: str
    state: State
    found: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """An examination of one link. It is only made where those that it `needs`, by name, have not failed.

    `wanted` says whether the settings ask for the link at all.
    """

    about: str
    run: Callable[[Ground], Awaitable[Sequence[Finding]]]
    #: What to do where it does not end in time.
    slow: str
    needs: tuple[str, ...] = ()
    wanted: Callable[[Settings], bool] = lambda _settings: True


def ok(about: str, found: str) -> Finding:
    return Finding(about, State.OK, found)


def warning(about: str, found: str, fix: str) -> Finding:
    return Finding(about, State.WARNING, found, fix)


def failed(about: str, found: str, fix: str) -> Finding:
    return Finding(about, State.FAILED, found, fix)
