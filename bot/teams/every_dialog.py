"""Which dialogs there are: one line each."""

from collections.abc import Mapping
from datetime import timedelta

from bot.teams.dialogs import Handler
from bot.teams.manage_dialog import MANAGE_ALERT
from bot.teams.similar_dialog import similar_dialog
from cards.dialog_buttons import Dialog


def every_dialog(*, undo_within: timedelta) -> Mapping[Dialog, Handler]:
    """`undo_within` is how long after it was done something can be undone."""
    return {
        Dialog.MANAGE: MANAGE_ALERT,
        Dialog.SIMILAR: similar_dialog(undo_within),
    }
