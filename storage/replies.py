"""Messages that were made once, kept until some time after they were sent."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, literal_column, select

from bot.alerts.errors import NotAvailable
from bot.alerts.messages import Mention, Message
from storage.tables import cards, replies

_ADD = insert(replies).returning(replies.c.id)
_GET = select(replies.c.message).where(replies.c.id == bindparam("id_"))

_OLD = (
    cards.c.subject == literal_column("'reply'"),
    cards.c.state == literal_column("'shown'"),
    cards.c.posted_at < bindparam("before_"),
)
_FORGET = delete(replies).where(replies.c.id.in_(select(cards.c.subject_id).where(*_OLD)))
_FORGET_CARDS = delete(cards).where(*_OLD)
#: Those that had nothing to say were never posted.
_FORGET_THREADS = delete(cards).where(
    cards.c.subject == literal_column("'thread'"),
    cards.c.state == literal_column("'shown'"),
    cards.c.claimed_at < bindparam("before_"),
)


class Replies:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def add(self, message: Message, at: datetime) -> int:
        plain = {
            "text": message.text,
            "summary": message.summary,
            "card": message.card,
            "mentions": [(mention.teams_id, mention.name) for mention in message.mentions],
        }
        reply: int = self._on.execute(_ADD, {"message": plain, "created_at": at}).scalar_one()
        return reply

    def get(self, reply: int) -> Message:
        plain: dict[str, Any] | None = self._on.execute(_GET, {"id_": reply}).scalar()
        if plain is None:
            raise NotAvailable(f"reply {reply}")
        mentions = tuple(Mention(*mention) for mention in plain["mentions"])
        return Message(plain["text"], plain["summary"], plain["card"], mentions)

    def forget_before(self, at: datetime) -> None:
        self._on.execute(_FORGET, {"before_": at})
        self._on.execute(_FORGET_CARDS, {"before_": at})
        self._on.execute(_FORGET_THREADS, {"before_": at})
