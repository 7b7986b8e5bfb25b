"""Teams' limits: when the next call may be made, from the calls that were made.

The calls are rows, so the limits hold through a restart, and among replicas: a claim books the call before it is made,
and on PostgreSQL claims book one after the other.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, delete, func, insert, select, text, update

from bot.alerts.conversation import Limit, Limits
from storage.statements import LIMIT
from storage.tables import conversations, sends

#: A call takes a while to arrive, so two calls may arrive closer together than they were sent.
SLACK: Final = timedelta(milliseconds=150)

#: Any number will do that nobody else takes: booking is one replica's at a time.
_LOCK: Final = 7_262_762

_OFFSET = bindparam("offset_")
_LAST = select(sends.c.at).order_by(sends.c.at.desc()).limit(1).offset(_OFFSET)
_LAST_IN = _LAST.where(sends.c.conversation == bindparam("conversation_"))
_SINCE = select(func.count()).select_from(sends).where(sends.c.at > bindparam("since_", type_=sends.c.at.type))
_BOOK = insert(sends)
_FREE = (
    update(conversations)
    .where(conversations.c.id == bindparam("id_"))
    .values(free_at=bindparam("free_", type_=conversations.c.free_at.type))
)
HOLD = _FREE.where(
    or_(conversations.c.free_at.is_(None), conversations.c.free_at < bindparam("free_", type_=conversations.c.free_at.type))
)
_FORGET = delete(sends).where(sends.c.at < bindparam("before_", type_=sends.c.at.type))
_WAITING = select(cards.c.id, cards.c.due_at).where(cards.c.state == "pending", cards.c.due_at > bindparam("after_", type_=cards.c.due_at.type))


def room(connection: Connection, now: datetime, limits: Iterable[Limit], most: int) -> int:
    """How many calls the tenant may make now, at most `most`. On PostgreSQL others wait until this one has booked."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    for limit in limits:
        used = connection.execute(_SINCE, {"since_": now - limit.length - SLACK}).scalar_one()
        most = min(most, limit.count - used)
    return max(0, most)


def book(connection: Connection, now: datetime, conversation: int, limits: Limits) -> None:
    """A call is about to be made: remember it, and when the conversation is free for the next one."""
    connection.execute(_BOOK, {"conversation": conversation, "at": now})
    free = now
    for limit in limits.conversation:
        asked = {"conversation_": conversation, "offset_": limit.count - 1}
        first = connection.execute(_LAST_IN, asked).scalar()
        if first is not None:
            free = max(free, first + limit.length + SLACK)
    connection.execute(_FREE, {"id_": conversation, "free_": free})
    if longest := max((limit.length for limit in (*limits.conversation, *limits.tenant)), default=None):
        connection.execute(_FORGET, {"before_": now - longest - SLACK})
