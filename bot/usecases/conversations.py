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
