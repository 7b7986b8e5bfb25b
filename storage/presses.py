"""Keys of presses that took effect."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete

from storage.statements import twin
from storage.tables import presses

_REMEMBER = twin(lambda insert: insert(presses).on_conflict_do_nothing(index_elements=["key"]).returning(presses.c.key))
_FORGET = delete(presses).where(presses.c.at < bindparam("before_"))


class Presses:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def first_time(self, key: str, at: datetime) -> bool:
        return self._on.execute(_REMEMBER.on(self._on), {"key": key, "at": at}).first() is not None

    def forget_before(self, at: datetime) -> None:
        self._on.execute(_FORGET, {"before_": at})
