"""Digests: exactly one a channel and local date, however often anybody asks."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.alerts.conversation import Conversation, Scope, Subject
from bot.alerts.digest import due_date, window
from bot.alerts.ports import UnitOfWork
from bot.usecases.visibility import Reader, conversation_scope, scope_of

#: A digest comes before ordinary cards, after those of high severity.
URGENCY = 1


def post_due(uow: UnitOfWork, now: datetime, *, at: time, zone: ZoneInfo) -> int:
    """Make the digests that are due and not there yet; how many. A channel that subscribed after that time waits for
    the next one."""
    day = due_date(now, at, zone)
    since, until = window(day, at, zone)
    made = 0
    for conversation in uow.conversations.subscribed():
        if conversation.subscribed_at is None or conversation.subscribed_at > until:
            continue
        made += _post(uow, conversation, now, slot=day.isoformat(), day=day, zone=zone, since=since, until=until)
    return made


def post_now(uow: UnitOfWork, now: datetime, *, zone: ZoneInfo) -> int:
    """Make one over the last day for every subscribed conversation, whatever was posted before; how many."""
    return sum(_post_last_day(uow, target, now, zone=zone) for target in uow.conversations.subscribed())


def post_for(uow: UnitOfWork, reader: Reader, now: datetime, *, zone: ZoneInfo, thread: str | None = None) -> None:
    """Make one over the last day for somebody who asks, of what they may see where they ask."""
    _post_last_day(uow, reader.conversation, now, zone=zone, scope=scope_of(uow, reader), thread=thread)


def _post_last_day(
    uow: UnitOfWork,
    target: Conversation,
    now: datetime,
    *,
    zone: ZoneInfo,
    scope: Scope | None = None,
    thread: str | None = None,
) -> bool:
    slot, day, since = f"now-{now.isoformat()}", now.astimezone(zone).date(), now - timedelta(days=1)
    return _post(uow, target, now, slot=slot, day=day, zone=zone, since=since, until=now, scope=scope, thread=thread)


def _post(
    uow: UnitOfWork,
    conversation: Conversation,
    now: datetime,
    *,
    slot: str,
    day: date,
    zone: ZoneInfo,
    since: datetime,
    until: datetime,
    scope: Scope | None = None,
    thread: str | None = None,
) -> bool:
    """`scope` is that of whoever asks; without it the digest is about what the conversation gets."""
    if uow.digests.exists(conversation.id, slot):
        return False
    numbers = uow.digests.count(scope or conversation_scope(uow, conversation, now), since, until)
    digest = uow.digests.add(conversation.id, slot=slot, local_date=day, zone=str(zone), numbers=numbers, at=now)
    if digest is None:
        return False
    uow.cards.want(conversation.id, Subject.DIGEST, digest, priority=URGENCY, at=now, thread=thread)
    return True
