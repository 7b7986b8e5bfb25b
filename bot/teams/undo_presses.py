"""Presses of Undo: one's last step on an alert, or the whole of an action on several, by its name."""

from datetime import timedelta

from bot.alerts.ports import UnitOfWork
from bot.teams import screens
from bot.teams.identity import arrive
from bot.teams.pressed import Pressed
from bot.teams.screens import Screen
from bot.usecases import read
from bot.usecases.undo import Undoing, undo_action, undo_step


def undo(uow: UnitOfWork, pressed: Pressed, within: timedelta) -> Screen:
    """Take it back. Raises NotAvailable and Refused."""
    reader = arrive(uow, pressed.activity, pressed.person, pressed.at)
    undoing = Undoing(
        by=pressed.person, reader=reader, at=pressed.at, within=within, whose=pressed.press.to, key=pressed.key()
    )
    if pressed.press.action is not None:
        outcome = undo_action(uow, undoing, pressed.press.action)
        return screens.of_outcome(outcome)
    done = undo_step(uow, undoing, pressed.act(reader))
    screen = screens.of_view(read.own_view(uow, done.alert, reader))
    together = _together(uow, pressed, done.entry.undoes if done.entry else None)
    if together < 2:
        return screen
    return lambda f: screen(f.saying(f.lang.n(
        "Taken back here only; it was done to {count} alert. History takes back all of it.",
        "Taken back here only; it was done to {count} alerts together. History takes back all of it.",
        together,
    )))  # fmt: skip


def _together(uow: UnitOfWork, pressed: Pressed, revision: int | None) -> int:
    """How many alerts the action was about that was taken back on this one."""
    entry = uow.history.entry(pressed.alert, revision) if revision is not None else None
    return uow.history.batch_sizes([entry.action]).get(entry.action, 1) if entry is not None else 0
