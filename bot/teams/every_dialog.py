"""Which dialogs there are: one line each."""

from collections.abc import Mapping

from bot.teams.dialogs import Handler
from bot.teams.manage_dialog import MANAGE_ALERT
from cards.dialog_buttons import Dialog


def every_dialog() -> Mapping[Dialog, Handler]:
    return {Dialog.MANAGE: MANAGE_ALERT}
