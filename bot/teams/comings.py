"""What Teams tells of teams and channels: renamed, archived, deleted, and back again."""

from datetime import datetime
from typing import Final

from bot.alerts.ports import UnitOfWork
from bot.teams.activity import InboundActivity
from bot.usecases.conversations import channel_comes_back, come_back, go_away, renamed

_TEAM_AWAY: Final = frozenset({"teamArchived", "teamDeleted", "teamHardDeleted"})
_TEAM_BACK: Final = frozenset({"teamUnarchived", "teamRestored"})

#: Every event that changes something here; a new channel is met when somebody speaks in it.
HANDLED: Final = (
    frozenset({"channelRenamed", "channelDeleted", "channelRestored", "teamRenamed"}) | _TEAM_AWAY | _TEAM_BACK
)


def happened(uow: UnitOfWork, activity: InboundActivity, now: datetime) -> None:
    """Take it in. Events about what we have never met change nothing."""
    told = activity.channel_data
    event, team, channel = told.event_type, told.team, told.channel
    if event in _TEAM_AWAY and team:
        go_away(uow, team=team.id)
    elif event in _TEAM_BACK and team:
        come_back(uow, team.id, now)
    elif event == "teamRenamed" and team:
        renamed(uow, team.name, team=team.id)
    elif event == "channelDeleted" and channel:
        go_away(uow, channel=channel.id)
    elif event == "channelRestored" and channel:
        channel_comes_back(uow, channel.id, now)
    elif event == "channelRenamed" and channel:
        renamed(uow, channel.name, channel=channel.id)
