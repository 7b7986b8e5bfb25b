"""Which dialogs there are: one line each."""

from collections.abc import Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.teams.choices_dialog import MY_CHOICES
from bot.teams.commands import Commands
from bot.teams.dialogs import Handler
from bot.teams.digest_commands import DigestCommands
from bot.teams.digest_dialog import digest_dialog
from bot.teams.filter_dialog import filter_dialog
from bot.teams.manage_dialog import MANAGE_ALERT
from bot.teams.rule_presses import RuleSettings
from bot.teams.service_settings import service_dialog
from bot.teams.similar_dialog import similar_dialog
from bot.teams.subscribe_dialog import subscribe_dialog
from bot.teams.tune_dialog import tune_dialog
from cards.dialog_buttons import Dialog


def every_dialog(
    commands: Commands,
    *,
    queue_days: int,
    undo_within: timedelta,
    zone: ZoneInfo,
    rules: RuleSettings,
    digests: DigestCommands,
) -> Mapping[Dialog, Handler]:
    """`commands` answers into conversations; `undo_within` is how long after it was done something can be undone."""
    return {
        Dialog.MANAGE: MANAGE_ALERT,
        Dialog.SIMILAR: similar_dialog(undo_within),
        Dialog.FILTER: filter_dialog(commands.post, days=queue_days),
        Dialog.TUNE: tune_dialog(rules),
        Dialog.CHOICES: MY_CHOICES,
        Dialog.SERVICES: service_dialog(commands.post),
        Dialog.DIGEST: digest_dialog(commands.post, digests),
        Dialog.SUBSCRIBE: subscribe_dialog(commands.post, zone=str(zone)),
    }
