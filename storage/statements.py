"""Statements that the two databases spell differently, and conditions that several repositories share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    Integer,
    bindparam,
    exists,
    false,
    or_,
    select,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite

from bot.alerts.conversation import Scope, Subject
from storage.tables import alerts, cards, folds

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


def in_scope(scope: Scope) -> ColumnElement[bool]:
    """Condition on `alerts`."""
    if scope.everything:
        return true()
    if scope.shared_in is None:
        return false()
    carded = select(cards.c.id).where(
        cards.c.subject == str(Subject.ALERT),
        cards.c.subject_id == alerts.c.number,
        cards.c.conversation == scope.shared_in,
    )
    folded = select(folds.c.card).where(folds.c.alert == alerts.c.number, folds.c.conversation == scope.shared_in)
    return or_(exists(carded), exists(folded))
