"""Digests, and the counting for them."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, select

from bot.alerts.conversation import Scope
from bot.alerts.digest import Digest, DigestNumbers
from bot.alerts.errors import NotAvailable
from bot.alerts.words import Severity
from storage.scopes import in_scope
from storage.statements import twin
from storage.tables import OPEN, alerts, digests
from storage.types import seconds_between

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
).where(digests.c.id == bindparam("id_"))


class Digests:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def add(
        self, conversation: int, *, slot: str, local_date: date, zone: str, numbers: DigestNumbers, at: datetime
    ) -> int | None:
        values = {
            "conversation": conversation,
            "slot": slot,
            "local_date": local_date,
            "zone": zone,
            "numbers": _plain(numbers),
            "created_at": at,
        }
        digest: int | None = self._on.execute(_ADD.on(self._on), values).scalar()
        return digest

    def exists(self, conversation: int, slot: str) -> bool:
        return self._on.execute(_EXISTS, {"conversation_": conversation, "slot_": slot}).first() is not None

    def get(self, digest: int) -> Digest:
        row = self._on.execute(_GET, {"id_": digest}).first()
        if row is None:
            raise NotAvailable(f"digest {digest}")
        return Digest(**(row._asdict() | {"numbers": _numbers(row.numbers)}))

    def count(self, scope: Scope, since: datetime, until: datetime) -> DigestNumbers:
        visible = in_scope(scope, self._on)

        def within(column: ColumnElement[Any]) -> ColumnElement[bool]:
            return and_(visible, column >= since, column < until)

        is_open = and_(visible, OPEN)
        open_by_severity = self._by_severity(is_open)
        new = within(alerts.c.received_at)
        new_by_severity = self._by_severity(and_(new, alerts.c.hidden.is_(None)))
        return DigestNumbers(
            since=since,
            until=until,
            new=sum(new_by_severity.values()),
            open=sum(open_by_severity.values()),
            resolved=self._scalar(select(func.count()).where(within(alerts.c.resolved_at))),
            unassigned=self._scalar(select(func.count()).where(is_open, alerts.c.assignee.is_(None))),
            open_by_severity=open_by_severity,
            new_by_severity=new_by_severity,
            oldest_open=self._oldest(is_open),
            mean_to_acknowledge=self._mean(alerts.c.acknowledged_at, within(alerts.c.acknowledged_at)),
            mean_to_resolve=self._mean(alerts.c.resolved_at, within(alerts.c.resolved_at)),
            hidden=self._scalar(select(func.count()).where(new, alerts.c.hidden.is_not(None))),
        )

    def _by_severity(self, condition: ColumnElement[bool]) -> Mapping[Severity, int]:
        rows = self._on.execute(select(alerts.c.severity, func.count()).where(condition).group_by(alerts.c.severity))
        counted = {row[0]: row[1] for row in rows}
        return {severity: counted.get(severity.value, 0) for severity in Severity}

    def _oldest(self, condition: ColumnElement[bool]) -> tuple[int, str, datetime] | None:
        """Numbers grow with time, and the time is when we first heard of it."""
        row = self._on.execute(
            select(alerts.c.number, alerts.c.title, alerts.c.received_at)
            .where(condition)
            .order_by(alerts.c.received_at, alerts.c.number)
            .limit(1)
        ).first()
        return (row.number, row.title, row.received_at) if row is not None else None

    def _mean(self, end: ColumnElement[Any], condition: ColumnElement[bool]) -> timedelta | None:
        seconds = self._scalar(select(func.avg(seconds_between(alerts.c.received_at, end))).where(condition))
        return timedelta(seconds=float(seconds)) if seconds is not None else None

    def _scalar(self, statement: Any) -> Any:  # noqa: ANN401 - one value of any type
        return self._on.execute(statement.select_from(alerts)).scalar()


def _plain(numbers: DigestNumbers) -> dict[str, Any]:
    """The numbers as JSON; durations in seconds."""
    oldest = numbers.oldest_open
    return {
        "since": numbers.since.isoformat(),
        "until": numbers.until.isoformat(),
        "new": numbers.new,
        "open": numbers.open,
        "resolved": numbers.resolved,
        "unassigned": numbers.unassigned,
        "open_by_severity": _spelled(numbers.open_by_severity.items()),
        "new_by_severity": _spelled(numbers.new_by_severity.items()),
        "oldest_open": [oldest[0], oldest[1], oldest[2].isoformat()] if oldest else None,
        "mean_to_acknowledge": _seconds(numbers.mean_to_acknowledge),
        "mean_to_resolve": _seconds(numbers.mean_to_resolve),
        "hidden": numbers.hidden,
    }


def _numbers(plain: Mapping[str, Any]) -> DigestNumbers:
    oldest = plain["oldest_open"]
    return DigestNumbers(
        since=datetime.fromisoformat(plain["since"]),
        until=datetime.fromisoformat(plain["until"]),
        new=plain["new"],
        open=plain["open"],
        resolved=plain["resolved"],
        unassigned=plain["unassigned"],
        open_by_severity={Severity(name): count for name, count in plain["open_by_severity"].items()},
        new_by_severity={Severity(name): count for name, count in plain["new_by_severity"].items()},
        oldest_open=(oldest[0], oldest[1], datetime.fromisoformat(oldest[2])) if oldest else None,
        mean_to_acknowledge=_duration(plain["mean_to_acknowledge"]),
        mean_to_resolve=_duration(plain["mean_to_resolve"]),
        hidden=plain.get("hidden", 0),
    )


def _spelled(counts: Iterable[tuple[Severity, int]]) -> dict[str, int]:
    return {severity.value: count for severity, count in counts}


def _seconds(value: timedelta | None) -> float | None:
    return value.total_seconds() if value is not None else None


def _duration(seconds: float | None) -> timedelta | None:
    return timedelta(seconds=seconds) if seconds is not None else None
