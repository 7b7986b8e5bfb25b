"""Tokens of programs: operators give and take them; who shows one is let in, as far as its permission role goes."""

from datetime import datetime, timedelta
from typing import Final

from bot.alerts.condition import ConditionError
from bot.alerts.condition_text import parse
from bot.alerts.conversation import Conversation, Scope
from bot.alerts.errors import TocsinError
from bot.alerts.messages import ConversationKind
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.roles import Role
from bot.alerts.routing import STORED
from bot.alerts.tokens import Token, digest_of, key_of, written
from bot.usecases.visibility import NOTHING, Reader

#: A token's use is written down once in so long.
USE_NOTED: Final = timedelta(minutes=1)

#: A program is in no conversation.
NOWHERE: Final = Conversation(id=0, teams_id="", kind=ConversationKind.GROUP_CHAT, service_url="", tenant_id="")


def add(
    uow: UnitOfWork,
    name: str,
    *,
    key: str,
    secret: str,
    role: Role,
    wants: str,
    at: datetime,
    expires_at: datetime | None,
) -> str:
    """The token, which is not kept and cannot be shown again. `key` and `secret` are random. Raises TocsinError."""
    if uow.tokens.standing(name) is not None:
        raise TocsinError(f"there is a token {name} already: revoke it first, or choose another name")
    token = written(key, secret)
    uow.tokens.add(name, key=key, digest=digest_of(token), role=role, wants=wants, at=at, expires_at=expires_at)
    return token


def revoke(uow: UnitOfWork, name: str, at: datetime) -> None:
    if not uow.tokens.revoke(name, at):
        raise TocsinError(f"there is no token {name[:60]!r}; `tocsin token list` names them")


def shown(uow: UnitOfWork, text: str, at: datetime) -> Token | None:
    """The token that somebody shows, None where it is not good."""
    key = key_of(text)
    token = uow.tokens.of_key(key) if key is not None else None
    return token if token is not None and token.is_of(text) and token.is_good(at) else None


def program(token: Token) -> Person:
    """Whom the history names. A token that took another's place under its name is the same one to people."""
    return Person(f"token:{token.name}", token.name)


def reader(token: Token, at: datetime) -> Reader:
    """Who looks: everything, or what fits the token's filter."""
    scope = Scope(everything=True)
    if token.wants:
        try:
            scope = Scope(everything=False, fitting=parse(token.wants, limit=STORED), now=at)
        except ConditionError:
            scope = NOTHING  # a later version has other words: rather nothing than too much
    return Reader(program(token).object_id, NOWHERE, at, role=token.role, scope=scope)
