"""Who sees what, where. Anything else answers as if it did not exist."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from bot.alerts.alert import Alert
from bot.alerts.condition import EVERYTHING
from bot.alerts.conversation import Conversation, Scope
from bot.alerts.errors import NotAvailable
from bot.alerts.messages import ConversationKind
from bot.alerts.ports import UnitOfWork
from bot.alerts.roles import Role
from bot.alerts.routing import taken_by

NOTHING = Scope(everything=False)


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody, by Entra object id, in a conversation, at a time.

    `role` is given only for what Entra does not know, such as a named token; and then the `scope`, because a program is
    in no conversation; or where both were worked out once, for many alerts in one transaction.
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
    """In a channel, what its routes bring and what was asked for there; in 1:1, the alerts of channels whose roster
    has the person; in a group chat, what was shared there."""
    if role_of(uow, reader) is None:
        return NOTHING
    if reader.scope is not None:
        return reader.scope
    here = reader.conversation
    barred = uow.access.barred(reader.person, reader.at) if reader.role is None else frozenset()
    if here.kind is ConversationKind.PERSONAL:
        scope = _going_to(uow, channels_of(uow, reader.person), reader.at, shared_in=None)
    else:
        scope = conversation_scope(uow, here, reader.at)
    return replace(scope, without=scope.without | barred)


def settled(uow: UnitOfWork, reader: Reader) -> Reader:
    """The same reader, with what they may do and see worked out once: within one transaction neither changes."""
    return replace(reader, scope=scope_of(uow, reader), role=role_of(uow, reader))


def conversation_scope(uow: UnitOfWork, here: Conversation, now: datetime) -> Scope:
    """What everybody in a channel or group chat may see there."""
    channels = [here.id] if here.kind is ConversationKind.CHANNEL and here.subscribed else []
    return replace(_going_to(uow, channels, now, shared_in=here.id), without=uow.access.barred_in(here.id, now))


def channels_of(uow: UnitOfWork, person: str) -> frozenset[int]:
    """The channels with routes whose roster has somebody, by our id."""
    return frozenset(channel.id for channel in uow.conversations.subscribed_with(person))


def _going_to(uow: UnitOfWork, channels: Collection[int], now: datetime, *, shared_in: int | None) -> Scope:
    fitting = taken_by(channels, uow.routes.all()) if channels else None
    if fitting == EVERYTHING:
        return Scope(everything=True)
    if fitting is None:
        return Scope(everything=False, shared_in=shared_in)
    return Scope(everything=False, shared_in=shared_in, fitting=fitting, now=now)


def barred_here(uow: UnitOfWork, conversation: Conversation, now: datetime) -> frozenset[str]:
    """The service sources whose alerts are not posted in a conversation, because somebody there may not see them."""
    if conversation.kind is ConversationKind.PERSONAL:
        return uow.access.barred(conversation.person or "", now)
    return uow.access.barred_in(conversation.id, now)


def may_subscribe(uow: UnitOfWork, reader: Reader) -> bool:
    """Whether alerts may be sent to where the reader is.

    Anybody may ask for it in a channel. Whoever is in one that gets alerts may have them in their own chat, too, for as
    long as that is so: it is asked again for each alert.
    """
    kind = reader.conversation.kind
    if kind is ConversationKind.CHANNEL:
        return True
    channels = channels_of(uow, reader.person)
    if kind is ConversationKind.PERSONAL:
        return bool(channels)
    # All or nothing: what the chat gets goes on to people who see less than whoever asked.
    return _going_to(uow, channels, reader.at, shared_in=None).everything


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
