"""Tokens of programs: operators give and take them; who shows one is let in, as far as its permission role goes."""

from datetime import datetime, timedelta
from typing import Final

from bot.alerts.errors import TocsinError
from bot.alerts.ports import UnitOfWork
from bot.alerts.roles import Role
from bot.alerts.tokens import Token, digest_of, key_of, written

#: A token's use is written down once in so long.
USE_NOTED: Final = timedelta(minutes=1)


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
