"""Keys of presses, messages and signed requests that took effect."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, select

from bot.alerts.ports import UnitOfWork
from storage.statements import twin
from storage.tables import presses

_REMEMBER = twin(lambda insert: insert(presses).on_conflict_do_nothing(index_elements=["key"]).returning(presses.c.key))
_KNOWN = select(presses.c.key).where(presses.c.key == bindparam("key_"))
_FORGET = delete(presses).where(presses.c.at < bindparam("before_"))


#: Older than every press.
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def try_to_write(uow: UnitOfWork) -> None:
    """Write a row and take it back: pages change, so that the commit has to reach the disk."""
    uow.presses.first_time("does the disk take it", _LONG_AGO)
    uow.presses.forget_before(_LONG_AGO + timedelta(seconds=1))


class Presses:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def first_time(self, key: str, at: datetime) -> bool:
        return self._on.execute(_REMEMBER.on(self._on), {"key": key, "at": at}).first() is not None

    def known(self, key: str) -> bool:
        return self._on.execute(_KNOWN, {"key_": key}).first() is not None

    def forget_before(self, at: datetime) -> None:
        self._on.execute(_FORGET, {"before_": at})
