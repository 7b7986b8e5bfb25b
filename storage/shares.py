"""Alerts that people have put into a conversation themselves."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from storage.share_tables import shares
from storage.types import Utc

_OFFER = insert(shares)
_OF_TOKEN = shares.c.token == bindparam("token_"), shares.c.conversation == bindparam("conversation_")
_WAITS = select(shares.c.alert).where(*_OF_TOKEN, ~shares.c.seen).limit(1)
_SEE = update(shares).where(*_OF_TOKEN).values(seen=True)
_FORGET = delete(shares).where(~shares.c.seen, shares.c.at < bindparam("before_", type_=Utc()))


class Shares:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def offer(self, conversation: int, alerts: Collection[int], *, person: str, token: str, at: datetime) -> None:
        row = {"conversation": conversation, "person": person, "token": token, "seen": False, "at": at}
        if alerts:
            self._on.execute(_OFFER, [row | {"alert": alert} for alert in sorted(alerts)])

    def waits(self, conversation: int, token: str) -> bool:
        return self._on.execute(_WAITS, {"conversation_": conversation, "token_": token}).first() is not None

    def see(self, conversation: int, token: str) -> None:
        self._on.execute(_SEE, {"conversation_": conversation, "token_": token})

    def forget_before(self, before: datetime) -> int:
        return self._on.execute(_FORGET, {"before_": before}).rowcount
