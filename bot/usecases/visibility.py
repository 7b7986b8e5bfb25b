"""Who sees what, where. Anything else answers as if it did not exist."""

from dataclasses import dataclass

from bot.alerts.alert import Alert
from bot.alerts.conversation import NOTHING, Conversation, Scope
from bot.alerts.errors import NotAvailable
from bot.alerts.messages import ConversationKind
from bot.alerts.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody, by Entra object id, in a conversation."""

    person: str
    conversation: Conversation


def scope_of(uow: UnitOfWork, reader: Reader) -> Scope:
    """In a channel, what it is subscribed to; in 1:1, the alerts of channels whose roster has the person; in a group
    chat, what was shared there."""
    here = reader.conversation
    if here.kind is ConversationKind.PERSONAL:
        return Scope(everything=True) if uow.conversations.shares_subscribed(reader.person) else NOTHING
    if here.kind is ConversationKind.CHANNEL and here.subscribed:
        return Scope(everything=True)
    return Scope(everything=False, shared_in=here.id)


def may_subscribe(uow: UnitOfWork, reader: Reader) -> bool:
    """Whether every alert may be sent to where the reader is.

    Anybody may ask for it in a channel. A group chat gets what whoever asks may see anyway; a 1:1 chat nothing, because
    it would go on when its person has left the channels.
    """
    kind = reader.conversation.kind
    if kind is ConversationKind.GROUP_CHAT:
        return uow.conversations.shares_subscribed(reader.person)
    return kind is ConversationKind.CHANNEL


def visible_alert(uow: UnitOfWork, number: int, reader: Reader) -> Alert:
    """The alert, if the reader may see it. Raises NotAvailable."""
    scope = scope_of(uow, reader)
    alert = uow.alerts.get(number)
    if not scope.everything and not uow.alerts.in_scope(number, scope):
        raise NotAvailable(f"alert {number}")
    return alert


def require_visible(uow: UnitOfWork, number: int, reader: Reader) -> Scope:
    """The reader's scope, if the alert is in it. Raises NotAvailable."""
    scope = scope_of(uow, reader)
    if not uow.alerts.in_scope(number, scope):
        raise NotAvailable(f"alert {number}")
    return scope
