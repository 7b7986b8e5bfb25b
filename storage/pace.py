"""Teams' limits: when the next call may be made, from the calls that were made.

The calls are rows, so the limits hold through a restart, and among replicas: a claim books the call before it is made,
and on PostgreSQL claims book one after the other.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Integer, bindparam, delete, func, insert, or_, select, text, update

from bot.alerts.conversation import Limit, Limits
from storage.tables import conversations, sends
from storage.types import Utc

#: A call takes a while to arrive, so two calls may arrive closer together than they were sent.
SLACK: Final = timedelta(milliseconds=150)

#: How long a conversation rests when the clock was set back and the calls of the last minutes are forgotten.
REST: Final = timedelta(minutes=2)

#: Any number will do that nobody else takes: booking is one replica's at a time.
_LOCK: Final = 7_262_762

_FREE_AT = bindparam("free_", type_=Utc())
_BEFORE = bindparam("before_", type_=Utc())
_LAST = (
    select(sends.c.at)
    .where(sends.c.conversation == bindparam("conversation_"))
    .order_by(sends.c.at.desc())
    .limit(1)
    .offset(bindparam("offset_", type_=Integer()))
)
_SINCE = select(func.count()).select_from(sends).where(sends.c.at > bindparam("since_", type_=Utc()))
_LAST_CALL = select(func.max(sends.c.at))
_newest = select(func.max(sends.c.id)).where(sends.c.conversation == bindparam("conversation_")).scalar_subquery()
_ENDED = (
    update(sends)
    .where(sends.c.id == _newest, sends.c.at < bindparam("at_", type_=Utc()))
    .values(at=bindparam("at_", type_=Utc()))
)
#: Never sooner than it was: a call that ends late must not shorten a pause that Teams asked for.
_HOLD = (
    update(conversations)
    .where(
        conversations.c.id == bindparam("id_"),
        or_(conversations.c.free_at.is_(None), conversations.c.free_at < _FREE_AT),
    )
    .values(free_at=_FREE_AT)
)
_REST = update(conversations).where(conversations.c.free_at > _FREE_AT).values(free_at=_FREE_AT)
_FORGET = delete(sends).where(sends.c.at < _BEFORE)
_FORGET_AHEAD = delete(sends).where(sends.c.at > _BEFORE)


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
    connection.execute(insert(sends), {"conversation": conversation, "at": now})
    _free(connection, now, conversation, limits)
    longest = max((limit.length for limit in (*limits.conversation, *limits.tenant)), default=timedelta())
    connection.execute(_FORGET, {"before_": now - longest - SLACK})


def booked(connection: Connection, now: datetime, conversation: int, limits: Limits) -> None:
    """The call has ended: it arrived no later than now, which on a busy machine is long after it was booked."""
    connection.execute(_ENDED, {"conversation_": conversation, "at_": now})
    _free(connection, now, conversation, limits)


def _free(connection: Connection, now: datetime, conversation: int, limits: Limits) -> None:
    free = now
    for limit in limits.conversation:
        asked = {"conversation_": conversation, "offset_": limit.count - 1}
        first = connection.execute(_LAST, asked).scalar()
        if first is not None:
            free = max(free, first + limit.length + SLACK)
    hold(connection, conversation, free)


def hold(connection: Connection, conversation: int, until: datetime) -> None:
    """Teams asked for a pause in this conversation."""
    connection.execute(_HOLD, {"id_": conversation, "free_": until})


def last_call(connection: Connection) -> datetime | None:
    """When the newest call was made, as far as calls are remembered."""
    at: datetime | None = connection.execute(_LAST_CALL).scalar()
    return at


def clock_set_back(connection: Connection, now: datetime) -> None:
    """Calls that seem to lie ahead are forgotten, and their conversations rest instead."""
    connection.execute(_FORGET_AHEAD, {"before_": now})
    connection.execute(_REST, {"free_": now + REST})
