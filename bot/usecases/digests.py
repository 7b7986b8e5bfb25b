"""Digests: exactly one a channel and local date, however often anybody asks."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.alerts.conversation import Conversation, Scope, Subject
from bot.alerts.digest import due_date, window
from bot.alerts.ports import UnitOfWork

#: A digest comes before ordinary cards, after those of high severity.
URGENCY = 1


def post_due(uow: UnitOfWork, now: datetime, *, at: time, zone: ZoneInfo) -> int:
    """Make the digests that are due and not there yet; how many. A channel that subscribed after today's time waits
    for tomorrow's."""
    day = due_date(now, at, zone)
    if day is None:
        return 0
    since, until = window(day, at, zone)
    made = 0
    for conversation in uow.conversations.subscribed():
        if conversation.subscribed_at is None or conversation.subscribed_at > until:
            continue
        made += _post(uow, conversation, now, slot=day.isoformat(), day=day, zone=zone, since=since, until=until)
    return made


def post_now(uow: UnitOfWork, now: datetime, *, zone: ZoneInfo, conversation: Conversation | None = None) -> int:
    """Make one over the last day for a channel, or for every subscribed one, whatever was posted before; how many."""
    day = now.astimezone(zone).date()
    made = 0
    for target in [conversation] if conversation else uow.conversations.subscribed():
        slot = f"now-{now.isoformat()}"
        made += _post(uow, target, now, slot=slot, day=day, zone=zone, since=now - timedelta(days=1), until=now)
    return made


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
) -> bool:
    if uow.digests.exists(conversation.id, slot):
        return False
    numbers = uow.digests.count(Scope(everything=True), since, until)
    digest = uow.digests.add(conversation.id, slot=slot, local_date=day, zone=str(zone), numbers=numbers, at=now)
    if digest is None:
        return False
    uow.cards.want(conversation.id, Subject.DIGEST, digest, revision=1, priority=URGENCY, at=now)
    return True
