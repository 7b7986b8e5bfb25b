"""Who sees what, where. Anything else answers as if it did not exist."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from bot.alerts.alert import Alert
from bot.alerts.condition import EVERYTHING, MAX_TEXT, Condition, ConditionError, any_of
from bot.alerts.condition_text import parse
from bot.alerts.conversation import Conversation, Scope
from bot.alerts.errors import NotAvailable
from bot.alerts.messages import ConversationKind
from bot.alerts.ports import UnitOfWork
from bot.alerts.roles import Role

log = logging.getLogger(__name__)

#: A filter may be longer as we write it than as it was typed, in characters.
STORED = 10 * MAX_TEXT

NOTHING = Scope(everything=False)


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody, by Entra object id, in a conversation, at a time.

    `role` is given only for what Entra does not know, such as a named token; and then the `scope`, because a program is
    in no conversation.
    """

    person: str
    conversation: Conversation
    at: datetime
    role: Role | None = None
    scope: Scope | None = None


def role_of(uow: UnitOfWork, reader: Reader) -> Role | None:
    """The reader's permission role; None for none."""
    return reader.role or uow.access.role_of(reader.person, reader.at)


def scope_of(uow: UnitOfWork, reader: Reader) -> Scope:
    """In a channel, what it is subscribed to and what was asked for there; in 1:1, the alerts of channels whose roster
    has the person; in a group chat, what was shared there."""
    if role_of(uow, reader) is None:
        return NOTHING
    if reader.scope is not None:
        return reader.scope
    here = reader.conversation
    barred = uow.access.barred(reader.person, reader.at) if reader.role is None else frozenset()
    if here.kind is ConversationKind.PERSONAL:
        scope = _fitting(uow.conversations.subscribed_with(reader.person), reader.at, shared_in=None)
    else:
        scope = conversation_scope(uow, here, reader.at)
    return replace(scope, without=scope.without | barred)


def conversation_scope(uow: UnitOfWork, here: Conversation, now: datetime) -> Scope:
    """What everybody in a channel or group chat may see there."""
    subscribed = [here] if here.kind is ConversationKind.CHANNEL and here.subscribed else []
    return replace(_fitting(subscribed, now, shared_in=here.id), without=uow.access.barred_in(here.id, now))


def _fitting(conversations: Sequence[Conversation], now: datetime, *, shared_in: int | None) -> Scope:
    if any(not conversation.wants for conversation in conversations):
        return Scope(everything=True)
    if not conversations:
        return Scope(everything=False, shared_in=shared_in)
    wants = any_of(*(wanted_by(conversation) for conversation in conversations))
    return Scope(everything=False, shared_in=shared_in, fitting=wants, now=now)


def barred_here(uow: UnitOfWork, conversation: Conversation, now: datetime) -> frozenset[str]:
    """The service sources whose alerts are not posted in a conversation, because somebody there may not see them."""
    if conversation.kind is ConversationKind.PERSONAL:
        return uow.access.barred(conversation.person or "", now)
    return uow.access.barred_in(conversation.id, now)


def wanted_by(conversation: Conversation) -> Condition:
    """Which alerts a conversation wants. It was checked when somebody said it."""
    return _parsed(conversation.wants)


@lru_cache(maxsize=1_000)
def _parsed(text: str) -> Condition:
    """What cannot be read any more, because a later version has other words, wants everything: better too much."""
    if not text:
        return EVERYTHING
    try:
        return parse(text, limit=STORED)
    except ConditionError as error:
        log.warning("a stored filter cannot be read (%s), so everything fits: %s", error, text)
        return EVERYTHING


def may_subscribe(uow: UnitOfWork, reader: Reader) -> bool:
    """Whether every alert may be sent to where the reader is.

    Anybody may ask for it in a channel. A group chat gets what whoever asks may see anyway; a 1:1 chat nothing, because
    it would go on when its person has left the channels.
    """
    kind = reader.conversation.kind
    if kind is ConversationKind.GROUP_CHAT:
        # All or nothing: what the chat gets goes on to people who see less than whoever asked.
        return any(not channel.wants for channel in uow.conversations.subscribed_with(reader.person))
    return kind is ConversationKind.CHANNEL


def visible_alert(uow: UnitOfWork, number: int, reader: Reader) -> Alert:
    """The alert, if the reader may see it. Raises NotAvailable."""
    scope = scope_of(uow, reader)
    alert = uow.alerts.get(number)
    if not scope.is_unlimited and not uow.alerts.in_scope(number, scope):
        raise NotAvailable(f"alert {number}")
    return alert


def require_visible(uow: UnitOfWork, number: int, reader: Reader) -> Scope:
    """The reader's scope, if the alert is in it. Raises NotAvailable."""
    scope = scope_of(uow, reader)
    if not uow.alerts.in_scope(number, scope):
        raise NotAvailable(f"alert {number}")
    return scope
