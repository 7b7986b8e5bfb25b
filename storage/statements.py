"""Statements that the two databases spell differently, and conditions that several repositories share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Connection,
    Executable,
    Integer,
    bindparam,
)
from sqlalchemy.dialects import postgresql, sqlite

#: How many rows at most; given at execution as `limit_`.
LIMIT = bindparam("limit_", type_=Integer())


@dataclass(frozen=True, slots=True)
class Twin:
    """One statement in the words of each database, made once."""

    sqlite: Executable
    postgresql: Executable

    def on(self, connection: Connection) -> Executable:
        return self.sqlite if connection.dialect.name == "sqlite" else self.postgresql


def twin(build: Callable[[Any], Executable]) -> Twin:
    """`build` gets the dialect's `insert`, the one with ON CONFLICT."""
    return Twin(build(sqlite.insert), build(postgresql.insert))
