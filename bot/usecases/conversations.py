"""Conversations come back, and who is in them. What is sent there: routes.py."""

from collections.abc import Iterable
from datetime import datetime

from bot.alerts.conversation import Conversation
from bot.alerts.messages import Member
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.usecases.routes import catch_up


def come_back(uow: UnitOfWork, team: str, at: datetime) -> None:
    """The bot is in a team, perhaps again: its subscribed channels get alerts as before, and what they missed."""
    for conversation in uow.conversations.of_team(team):
        _come_back(uow, conversation, at)


def channel_comes_back(uow: UnitOfWork, channel: str, at: datetime) -> None:
    """A deleted channel is restored: it gets alerts as before, and what it missed. `channel` is Teams' id."""
    conversation = uow.conversations.find(channel)
    if conversation is not None:
        _come_back(uow, conversation, at)


def go_away(uow: UnitOfWork, *, channel: str = "", team: str = "") -> None:
    """A channel, or all of a team's, is deleted or archived: nothing is sent there until it is back, and nothing is
    forgotten. The ids are Teams'."""
    away = uow.conversations.of_team(team) if team else []
    here = uow.conversations.find(channel) if channel else None
    for conversation in [*away, *([here] if here else [])]:
        uow.conversations.mark_gone(conversation.id)


def renamed(uow: UnitOfWork, name: str, *, channel: str = "", team: str = "") -> None:
    """A channel, or a team, is called otherwise from now on; whether it is away stays as it is."""
    here = uow.conversations.find(channel) if channel else None
    for conversation in uow.conversations.of_team(team) if team else [here] if here else []:
        news = {"team_name": name} if team else {"name": name}
        uow.conversations.meet(
            teams_id=conversation.teams_id,
            kind=conversation.kind,
            service_url=conversation.service_url,
            tenant_id=conversation.tenant_id,
            **news,
        )
        if conversation.gone:
            uow.conversations.mark_gone(conversation.id)


def _come_back(uow: UnitOfWork, conversation: Conversation, at: datetime) -> None:
    if conversation.gone and conversation.subscribed:
        uow.conversations.meet(
            teams_id=conversation.teams_id,
            kind=conversation.kind,
            service_url=conversation.service_url,
            tenant_id=conversation.tenant_id,
        )
        catch_up(uow, conversation.id, at)


def keep_roster(uow: UnitOfWork, conversation: int, members: Iterable[Member], at: datetime) -> None:
    """Remember who is in a conversation, and who they are."""
    known = [member for member in members if member.object_id]
    for member in known:
        meet_member(uow, member, at)
    uow.conversations.keep_roster(conversation, [(member.object_id or "").lower() for member in known], at)


def keep_name(uow: UnitOfWork, conversation: Conversation, name: str) -> None:
    """The name that we asked for, unless Teams has told of another one since."""
    known = uow.conversations.find(conversation.teams_id)
    if known is None or known.name != conversation.name:
        return
    uow.conversations.meet(
        teams_id=conversation.teams_id,
        kind=conversation.kind,
        service_url=conversation.service_url,
        tenant_id=conversation.tenant_id,
        name=name,
    )


def meet_member(uow: UnitOfWork, member: Member, at: datetime) -> None:
    """Remember somebody whom Teams showed us in a roster."""
    person = Person(
        object_id=(member.object_id or "").lower(),
        name=member.name,
        teams_id=member.teams_id,
        user_principal_name=member.user_principal_name,
        is_guest=member.is_guest,
    )
    uow.people.meet(person, at)
