"""Conversations come and go: installed, subscribed, unsubscribed, gone; and who is in them."""

from collections.abc import Iterable
from datetime import datetime

from bot.alerts.conversation import Subject
from bot.alerts.messages import Member
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork

#: The first subscription posts the newest open alerts that came before anybody listened.
BACKLOG = 20


def subscribe(uow: UnitOfWork, conversation: int, at: datetime) -> int | None:
    """Send every alert here from now on; how many earlier ones are posted. None where it was so already."""
    before = uow.conversations.subscribed()
    if any(other.id == conversation for other in before):
        return None
    uow.conversations.subscribe(conversation, at=at)
    return 0 if before else _post_backlog(uow, conversation, at)


def unsubscribe(uow: UnitOfWork, conversation: int) -> bool:
    """Send nothing new here; cards that are there stay true. False where that was so already."""
    if all(other.id != conversation for other in uow.conversations.subscribed()):
        return False
    uow.conversations.subscribe(conversation, at=None)
    return True


def come_back(uow: UnitOfWork, team: str, at: datetime) -> None:
    """The bot is in a team, perhaps again: its subscribed channels get alerts as before."""
    nobody_listened = not uow.conversations.subscribed()
    for conversation in uow.conversations.of_team(team):
        if conversation.gone and conversation.subscribed:
            uow.conversations.meet(
                teams_id=conversation.teams_id,
                kind=conversation.kind,
                service_url=conversation.service_url,
                tenant_id=conversation.tenant_id,
            )
            if nobody_listened:
                _post_backlog(uow, conversation.id, at)


def keep_roster(uow: UnitOfWork, conversation: int, members: Iterable[Member], at: datetime) -> None:
    """Remember who is in a conversation, and who they are."""
    known = [member for member in members if member.object_id]
    for member in known:
        meet_member(uow, member, at)
    uow.conversations.keep_roster(conversation, [(member.object_id or "").lower() for member in known], at)


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


def _post_backlog(uow: UnitOfWork, conversation: int, at: datetime) -> int:
    """Cards of the newest open alerts, where they are not there yet; how many alerts."""
    backlog = uow.alerts.newest_open(BACKLOG)
    for number in backlog:
        urgency = 10 + 3 - uow.alerts.get(number).severity.rank
        uow.cards.want(conversation, Subject.ALERT, number, priority=urgency, at=at)
    return len(backlog)
