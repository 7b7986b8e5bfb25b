"""Answers that are messages: put into the outbox, in the transaction of what they tell of."""

from datetime import datetime

from bot.alerts.conversation import Subject
from bot.alerts.messages import Message
from bot.alerts.ports import UnitOfWork
from bot.teams.activity import InboundActivity
from bot.usecases.visibility import Reader

#: An answer to somebody comes before any alert.
ANSWER_FIRST = -1


def post_reply(uow: UnitOfWork, reader: Reader, activity: InboundActivity, message: Message, now: datetime) -> None:
    """Into the thread in which somebody spoke, or on whose card they pressed."""
    number = uow.replies.add(message, now)
    uow.cards.want(
        reader.conversation.id,
        Subject.REPLY,
        number,
        priority=ANSWER_FIRST,
        at=now,
        thread=activity.address.thread,
    )
