"""Tokens of programs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from bot.alerts.roles import Role
from bot.alerts.tokens import Token
from storage.token_tables import tokens
from storage.types import Utc

_COLUMNS = tuple(tokens.c)
_AT = bindparam("at_", type_=Utc())
_ADD = insert(tokens)
_OF_KEY = select(*_COLUMNS).where(tokens.c.key == bindparam("key_"))
_STANDING = select(*_COLUMNS).where(tokens.c.name == bindparam("name_"), tokens.c.revoked_at.is_(None))
_ALL = select(*_COLUMNS).order_by(tokens.c.name, tokens.c.id)
_REVOKE = (
    update(tokens).where(tokens.c.name == bindparam("name_"), tokens.c.revoked_at.is_(None)).values(revoked_at=_AT)
)
_USED = (
    update(tokens)
    .where(
        tokens.c.id == bindparam("id_"),
        or_(tokens.c.last_used_at.is_(None), tokens.c.last_used_at < bindparam("before_", type_=Utc())),
    )
    .values(last_used_at=_AT)
)


class Tokens:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def add(
        self, name: str, *, key: str, digest: str, role: Role, wants: str, at: datetime, expires_at: datetime | None
    ) -> None:
        values = {
            "name": name,
            "key": key,
            "digest": digest,
            "role": role.value,
            "wants": wants,
            "created_at": at,
            "expires_at": expires_at,
        }
        self._on.execute(_ADD, values)

    def of_key(self, key: str) -> Token | None:
        row = self._on.execute(_OF_KEY, {"key_": key}).first()
        return _token(row) if row is not None else None

    def standing(self, name: str) -> Token | None:
        row = self._on.execute(_STANDING, {"name_": name}).first()
        return _token(row) if row is not None else None

    def all(self) -> list[Token]:
        return list(map(_token, self._on.execute(_ALL)))

    def revoke(self, name: str, at: datetime) -> bool:
        return self._on.execute(_REVOKE, {"name_": name, "at_": at}).rowcount == 1

    def used(self, token: int, at: datetime, *, unless_since: datetime) -> None:
        self._on.execute(_USED, {"id_": token, "at_": at, "before_": unless_since})


def _token(row: Sequence[Any]) -> Token:
    fields = dict(zip((column.name for column in _COLUMNS), row, strict=True))
    return Token(**fields | {"role": Role(fields["role"])})
