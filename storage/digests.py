"""Digests that were made, each with its numbers as JSON."""

from datetime import date, datetime
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, and_, bindparam, select

from bot.alerts.condition import EVERYTHING, Condition
from bot.alerts.conversation import Scope
from bot.alerts.digest import Digest, DigestNumbers
from bot.alerts.errors import NotAvailable
from bot.alerts.trends import Columns, Trends
from storage.conditions import condition_filter
from storage.digest_counts import count, longest_waiting
from storage.scopes import in_scope
from storage.statements import twin
from storage.tables import digests
from storage.trends import trends

#: Also reads those of earlier versions, in which less stood and durations were numbers of seconds.
_NUMBERS: Final = TypeAdapter(DigestNumbers)
_ADD = twin(
    lambda insert: (
        insert(digests).on_conflict_do_nothing(index_elements=["conversation", "slot"]).returning(digests.c.id)
    )
)
_EXISTS = select(digests.c.id).where(
    digests.c.conversation == bindparam("conversation_"), digests.c.slot == bindparam("slot_")
)
_GET = select(
    digests.c.id,
    digests.c.conversation,
    digests.c.slot,
    digests.c.local_date,
    digests.c.zone,
    digests.c.numbers,
    digests.c.created_at,
    digests.c.schedule,
    digests.c.wants,
).where(digests.c.id == bindparam("id_"))

_LAST = (
    select(digests.c.numbers)
    .where(digests.c.conversation == bindparam("conversation_"), digests.c.schedule == bindparam("schedule_"))
    .order_by(digests.c.local_date.desc())
    .limit(1)
)


class Digests:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def add(
        self,
        conversation: int,
        *,
        slot: str,
        local_date: date,
        zone: str,
        numbers: DigestNumbers,
        at: datetime,
        schedule: int | None = None,
        wants: str = "",
    ) -> int | None:
        values = {
            "conversation": conversation,
            "slot": slot,
            "local_date": local_date,
            "zone": zone,
            "numbers": _NUMBERS.dump_python(numbers, mode="json"),
            "created_at": at,
            "schedule": schedule,
            "wants": wants,
        }
        digest: int | None = self._on.execute(_ADD.on(self._on), values).scalar()
        return digest

    def exists(self, conversation: int, slot: str) -> bool:
        return self._on.execute(_EXISTS, {"conversation_": conversation, "slot_": slot}).first() is not None

    def get(self, digest: int) -> Digest:
        row = self._on.execute(_GET, {"id_": digest}).first()
        if row is None:
            raise NotAvailable(f"digest {digest}")
        return Digest(**(row._asdict() | {"numbers": _NUMBERS.validate_python(row.numbers)}))

    def last(self, conversation: int, schedule: int) -> DigestNumbers | None:
        row = self._on.execute(_LAST, {"conversation_": conversation, "schedule_": schedule}).first()
        return _NUMBERS.validate_python(row.numbers) if row is not None else None

    def count(
        self,
        scope: Scope,
        since: datetime,
        until: datetime,
        *,
        wants: Condition = EVERYTHING,
        now: datetime | None = None,
        me: str | None = None,
    ) -> DigestNumbers:
        return count(self._on, self._fitting(scope, wants, now or until, me), since, until)

    def longest_waiting(self, scope: Scope, *, wants: Condition, now: datetime, me: str) -> int | None:
        return longest_waiting(self._on, self._fitting(scope, wants, now, me))

    def trends(self, scope: Scope, columns: Columns, *, wants: Condition, now: datetime, me: str) -> Trends:
        return trends(self._on, self._fitting(scope, wants, now, me), columns)

    def _fitting(self, scope: Scope, wants: Condition, now: datetime, me: str | None) -> ColumnElement[bool]:
        visible = in_scope(scope, self._on)
        if wants == EVERYTHING:
            return visible
        return and_(visible, condition_filter(wants, self._on.dialect.name, now=now, me=me))
