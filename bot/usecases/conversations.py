"""Conversations come and go: installed, subscribed, unsubscribed, gone; and who is in them."""

from collections.abc import Iterable
from datetime import UTC, datetime

from bot.alerts.condition import EVERYTHING, Condition, ConditionError, tests_of
from bot.alerts.condition_checks import ME
from bot.alerts.condition_sense import is_contradiction
from bot.alerts.condition_text import parse, to_text
from bot.alerts.conversation import Conversation, Scope, Subject
from bot.alerts.errors import Refused
from bot.alerts.messages import Member
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.views import QueueFilter
from bot.usecases.permission import require
from bot.usecases.showing import urgency
from bot.usecases.visibility import Reader, wanted_by

#: The first subscription posts the newest open alerts that came before anybody listened.
BACKLOG = 20

#: Among so many it looks for those.
LOOKED_THROUGH = 300

#: They come after whatever is new.
BACKLOG_URGENCY = 10

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def subscribe(uow: UnitOfWork, here: Conversation, at: datetime, wants: Condition = EVERYTHING) -> int | None:
    """Send every alert that fits a condition here from now on; how many earlier ones are posted. None where it was so
    already."""
    before = uow.conversations.subscribed()
    now = next((other for other in before if other.id == here.id), None)
    text = "" if wants == EVERYTHING else to_text(wants)
    if now is not None and now.wants == text:
        return None
    uow.conversations.subscribe(here.id, at=now.subscribed_at if now else at, wants=text)
    return 0 if before else _post_backlog(uow, here.id, at, wants)


def subscribe_to(uow: UnitOfWork, reader: Reader, at: datetime, text: str) -> int | None:
    """The same with the condition as somebody typed it. Raises Refused("role") and Refused("badFilter")."""
    require(uow, reader, "subscribe")
    try:
        wants = parse(text) if text.strip() else EVERYTHING
    except ConditionError as error:
        raise Refused("badFilter", error=error, text=text) from None
    if any(test.field.name == "assignee" and ME in test.values for test in tests_of(wants)):
        raise Refused("nobodysFilter", text=text)
    if is_contradiction(wants):
        raise Refused("emptyFilter", text=text)
    return subscribe(uow, reader.conversation, at, wants)


def unsubscribe(uow: UnitOfWork, reader: Reader) -> bool:
    """Send nothing new here; cards that are there stay true. False where that was so already."""
    require(uow, reader, "unsubscribe")
    here = reader.conversation.id
    if all(other.id != here for other in uow.conversations.subscribed()):
        return False
    uow.conversations.subscribe(here, at=None)
    return True


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
            _post_backlog(uow, conversation.id, at, wanted_by(conversation))


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


def _post_backlog(uow: UnitOfWork, conversation: int, at: datetime, wants: Condition) -> int:
    """Post the newest open alerts that fit and are not shown there yet; how many."""
    wanted, here = QueueFilter(since=LONG_AGO, where=wants, now=at), Scope(everything=False, shared_in=conversation)
    visible = Scope(everything=True, without=uow.access.barred_in(conversation, at))
    newest, _ = uow.alerts.page(visible, wanted, offset=0, limit=LOOKED_THROUGH)
    alerts = [alert for alert in newest if not uow.alerts.in_scope(alert.number, here)][:BACKLOG]
    for alert in alerts:
        uow.cards.want(conversation, Subject.ALERT, alert.number, priority=BACKLOG_URGENCY + urgency(alert), at=at)
    return len(alerts)
