"""The statements about replies in the threads of alerts' cards, made once."""

from typing import Any

from sqlalchemy import Select, bindparam, exists, false, func, literal_column, select

from storage.tables import cards, conversations
from storage.types import Utc


def _threads() -> Select[Any]:
    """By the unique index of the cards: an alert has a few."""
    reply = cards.alias("reply")
    waiting = exists(
        select(reply.c.id).where(
            reply.c.subject == literal_column("'thread'"),
            reply.c.subject_id == cards.c.subject_id,
            reply.c.conversation == cards.c.conversation,
            reply.c.state == literal_column("'pending'"),
            reply.c.attempt == 0,
            reply.c.due_at > bindparam("open_at_", type_=Utc()),
        )
    )
    return (
        select(cards.c.conversation, func.coalesce(cards.c.thread, cards.c.activity_id))
        .join(conversations, conversations.c.id == cards.c.conversation)
        .where(
            cards.c.subject == literal_column("'alert'"),
            cards.c.subject_id == bindparam("alert_"),
            cards.c.origin == literal_column("''"),
            cards.c.activity_id.is_not(None),
            conversations.c.kind == literal_column("'channel'"),
            conversations.c.gone == false(),
            ~waiting,
        )
        .order_by(cards.c.conversation)
    )


THREADS = _threads()
THREAD_ORIGINS = select(cards.c.origin).where(
    cards.c.subject == literal_column("'thread'"),
    cards.c.subject_id == bindparam("alert_"),
    cards.c.conversation == bindparam("conversation_"),
)
ANSWERED = select(cards.c.created_at).where(
    # Written out for the partial index.
    cards.c.subject == literal_column("'reply'"),
    cards.c.conversation == bindparam("conversation_"),
    cards.c.thread == bindparam("thread_"),
    cards.c.created_at >= bindparam("since_", type_=Utc()),
)
