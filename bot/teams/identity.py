"""Who and where: people and conversations from an authenticated activity, and from nothing else."""

from datetime import datetime

from bot.alerts.conversation import Conversation
from bot.alerts.errors import NotAvailable
from bot.alerts.messages import ConversationKind
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.teams.activity import InboundActivity
from bot.usecases.visibility import Reader


def person_of(activity: InboundActivity) -> Person | None:
    """The sender; None for an anonymous guest of a meeting, whom Entra does not know."""
    sender = activity.from_
    if not sender.aad_object_id:
        return None
    client = activity.client
    return Person(
        object_id=sender.aad_object_id.lower(),
        name=sender.name,
        teams_id=sender.id,
        locale=activity.locale or (client.locale if client else ""),
        zone=activity.local_timezone or (client.timezone if client else ""),
    )


def arrive(uow: UnitOfWork, activity: InboundActivity, person: Person, now: datetime) -> Reader:
    """Remember who speaks, and where; follow what has changed about them."""
    uow.people.meet(person, now)
    known = uow.conversations.find(activity.conversation_id)
    if known is None or known.gone or known.service_url != activity.service_url:
        known = meet_conversation(uow, activity, now)
    return Reader(person.object_id, known, now)


def look_in(uow: UnitOfWork, activity: InboundActivity, person: Person, now: datetime) -> Reader:
    """Who looks, and where, without writing anything. Raises NotAvailable in a conversation that we do not know."""
    conversation = uow.conversations.find(activity.conversation_id)
    if conversation is None:
        raise NotAvailable("conversation")
    return Reader(person.object_id, conversation, now)


def meet_conversation(uow: UnitOfWork, activity: InboundActivity, now: datetime, channel: str = "") -> Conversation:
    """Remember the conversation of an activity, or another channel of its team, by id.

    Where it was gone and is back, what Teams refused there is sent again.
    """
    data = activity.channel_data
    named = data.channel if data.channel and data.channel.id == (channel or activity.conversation_id) else None
    tenant = (data.tenant.id if data.tenant else None) or activity.conversation.tenant_id or ""
    is_personal = activity.kind is ConversationKind.PERSONAL
    before = uow.conversations.find(channel or activity.conversation_id)
    if before is not None and before.gone:
        uow.cards.try_again(now, conversation=before.id)
    return uow.conversations.meet(
        teams_id=channel or activity.conversation_id,
        kind=ConversationKind.CHANNEL if channel else activity.kind,
        service_url=activity.service_url,
        tenant_id=tenant,
        name=named.name if named else activity.conversation.name if not channel else "",
        team_id=data.team.id if data.team else "",
        team_name=data.team.name if data.team else "",
        person=(activity.from_.aad_object_id or "").lower() or None if is_personal else None,
    )
