"""Folds: which alerts share a card, and what they have in common."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    case,
    distinct,
    func,
    insert,
    literal,
    literal_column,
    not_,
    select,
    union_all,
    update,
)

from bot.alerts.alert import Alert
from bot.alerts.conversation import CardPlace, Gathered, Leader, Scope, Subject
from bot.alerts.views import FoldView
from bot.alerts.words import Severity
from storage.cards import Cards
from storage.leaders import LEADERS
from storage.rows import SELECT_ALERT, alert_of
from storage.scopes import in_scope
from storage.statements import LIMIT, twin
from storage.tables import OPEN, PENDING, Number, alerts, cards, evidence, folds, rollups
from storage.types import Utc

#: How many of the newest alerts of a card the most frequent assets are counted over.
_COUNTED = 500

#: A backlog is counted up to here: whoever asks wants to know whether there is one.
_BACKLOG_COUNTED = 100

_HERE = bindparam("conversation_", type_=Number)
_CARD = bindparam("card_", type_=Number)
_TYPE = bindparam("type_", type_=Text())
_SINCE = bindparam("since_", type_=Utc())

_BACKLOG = select(func.count()).select_from(
    select(cards.c.id)
    .where(
        cards.c.conversation == _HERE,
        PENDING,
        cards.c.activity_id.is_(None),
        # What people did and is told in threads is no sign of a storm.
        cards.c.subject != literal_column("'thread'"),
    )
    .limit(_BACKLOG_COUNTED)
    .subquery()
)
_ROLLUP = (
    select(cards.c.id)
    .join(rollups, and_(cards.c.subject == literal(Subject.ROLLUP.value), cards.c.subject_id == rollups.c.id))
    .where(
        rollups.c.conversation == _HERE,
        rollups.c.alert_type == _TYPE,
        rollups.c.opened_at > _SINCE,
        rollups.c.why.is_(None),
    )
    .order_by(rollups.c.id.desc())
    .limit(1)
)
_ROLLUPS = (
    select(func.count())
    .select_from(rollups)
    .where(
        rollups.c.conversation == _HERE,
        rollups.c.alert_type != "",
        rollups.c.opened_at > _SINCE,
        rollups.c.why.is_(None),
    )
)
_WHY = (
    select(rollups.c.why, rollups.c.why_number)
    .join(cards, and_(cards.c.subject == literal(Subject.ROLLUP.value), cards.c.subject_id == rollups.c.id))
    .where(cards.c.id == _CARD, rollups.c.why.is_not(None))
)
_OPEN_ROLLUP = insert(rollups).returning(rollups.c.id)
_ADD = twin(lambda insert: insert(folds).on_conflict_do_nothing(index_elements=["conversation", "alert"]))
_JOINED = (
    update(cards)
    .where(cards.c.id == _CARD)
    .values(
        wanted_revision=cards.c.wanted_revision + 1,
        due_at=case(
            (and_(cards.c.state == "pending", cards.c.due_at < bindparam("again_", type_=Utc())), cards.c.due_at),
            else_=bindparam("again_", type_=Utc()),
        ),
        state="pending",
    )
)
_PLACE = select(cards.c.conversation, cards.c.subject, cards.c.subject_id).where(cards.c.id == _CARD)
_FOLDED_IN = select(func.count()).select_from(folds).where(folds.c.card == cards.c.id).correlate(cards)
_OWN = select(
    cards.c.id,
    _FOLDED_IN.scalar_subquery(),
    _FOLDED_IN.join(alerts, alerts.c.number == folds.c.alert).where(OPEN).scalar_subquery(),
).where(
    cards.c.subject == literal(Subject.ALERT.value),
    cards.c.subject_id == bindparam("alert_"),
    cards.c.conversation == _HERE,
    cards.c.origin == literal(""),
)

#: The numbers of all alerts that a card shows: those folded in, and its own.
_numbers = union_all(
    select(folds.c.alert.label("number")).where(folds.c.card == _CARD),
    select(cards.c.subject_id.label("number")).where(
        cards.c.id == _CARD, cards.c.subject == literal(Subject.ALERT.value)
    ),
).subquery()
_RANK = case({word.value: word.rank for word in Severity}, value=alerts.c.severity, else_=0)
_ALERTS = select(alerts.c.number).join(_numbers, _numbers.c.number == alerts.c.number)
_SUMMARY = select(
    func.count(),
    func.coalesce(func.sum(case((OPEN, 1), else_=0)), 0),
    func.max(_RANK),
    func.min(alerts.c.first_activity),
    func.max(alerts.c.last_activity),
    # Without a type, alerts are of one kind where they say the same.
    func.count(distinct(case((alerts.c.alert_type != "", alerts.c.alert_type), else_=alerts.c.title))),
).select_from(alerts.join(_numbers, _numbers.c.number == alerts.c.number))
_newest_numbers = select(_numbers.c.number).order_by(_numbers.c.number.desc()).limit(_COUNTED).subquery()
_ASSETS = (
    select(evidence.c.label)
    .join(_newest_numbers, _newest_numbers.c.number == evidence.c.alert)
    .where(evidence.c.kind.in_(("device", "user", "mailbox")), evidence.c.label != "")
    .group_by(evidence.c.label)
    .order_by(func.count().desc(), evidence.c.label)
)
_PAGE: Select[Any] = (
    SELECT_ALERT.join(_numbers, _numbers.c.number == alerts.c.number)
    .order_by(alerts.c.number.desc())
    .offset(bindparam("offset_", type_=Integer()))
    .limit(LIMIT)
)
_OPEN_NUMBERS = _ALERTS.where(OPEN).order_by(alerts.c.number).limit(LIMIT)


class Folds:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def leaders(
        self, conversation: int, kinds: Collection[tuple[str, str]], *, since: datetime
    ) -> Mapping[tuple[str, str], Leader]:
        if not kinds:
            return {}
        asked = {"conversation_": conversation, "kinds_": sorted(kinds), "since_": since}
        rows = self._on.execute(LEADERS.on(self._on), asked)
        return {
            (kind, host): Leader(card, Severity(severity), taken=bool(taken))
            for kind, host, card, severity, taken in rows
        }

    def backlog(self, conversation: int) -> int:
        waiting: int = self._on.execute(_BACKLOG, {"conversation_": conversation}).scalar_one()
        return waiting

    def rollup(self, conversation: int, alert_type: str, *, since: datetime) -> Leader | None:
        asked = {"conversation_": conversation, "type_": alert_type, "since_": since}
        card = self._on.execute(_ROLLUP, asked).scalar()
        return Leader(card, Severity.HIGH) if card is not None else None

    def rollups(self, conversation: int, *, since: datetime) -> int:
        found: int = self._on.execute(_ROLLUPS, {"conversation_": conversation, "since_": since}).scalar_one()
        return found

    def open_rollup(
        self,
        conversation: int,
        alert_type: str,
        *,
        priority: int,
        at: datetime,
        why: Gathered | None = None,
        number: int = 0,
    ) -> Leader:
        values = {"conversation": conversation, "alert_type": alert_type, "opened_at": at}
        values |= {"why": why.value, "why_number": number} if why else {"why": None, "why_number": None}
        rollup = self._on.execute(_OPEN_ROLLUP, values).scalar_one()
        card = Cards(self._on).want(conversation, Subject.ROLLUP, rollup, priority=priority, at=at)
        return Leader(card, Severity.HIGH)

    def add(self, conversation: int, joined: Mapping[int, Collection[int]], *, again_at: datetime) -> None:
        if not joined:
            return
        rows = [
            {"conversation": conversation, "alert": alert, "card": card}
            for card, alerts in joined.items()
            for alert in alerts
        ]
        self._on.execute(_ADD.on(self._on), rows)
        self._on.execute(_JOINED, [{"card_": card, "again_": again_at} for card in sorted(joined)])

    def place(self, card: int) -> CardPlace | None:
        row = self._on.execute(_PLACE, {"card_": card}).first()
        return CardPlace(row[0], Subject(row[1]), row[2]) if row is not None else None

    def own_card(self, conversation: int, alert: int) -> tuple[int, int, int]:
        row = self._on.execute(_OWN, {"conversation_": conversation, "alert_": alert}).first()
        return (row[0], row[1], row[2]) if row is not None else (0, 0, 0)

    def view(self, card: int) -> FoldView | None:
        count, is_open, rank, first, last, kinds = self._on.execute(_SUMMARY, {"card_": card}).one()
        if not count:
            return None
        labels = self._on.execute(_ASSETS, {"card_": card}).scalars().all()
        (newest,) = self.page(card, offset=0, limit=1)
        why, number = self._on.execute(_WHY, {"card_": card}).first() or (None, 0)
        return FoldView(
            card=card,
            title=(newest.title or f"#{newest.number}") if kinds == 1 else "",
            severity=list(Severity)[rank],
            count=count,
            open=is_open,
            first_activity=first,
            last_activity=last,
            assets=tuple(labels[:5]),
            asset_count=len(labels),
            why=Gathered(why) if why else None,
            why_number=number,
        )

    def page(self, card: int, *, offset: int, limit: int) -> list[Alert]:
        rows = self._on.execute(_PAGE, {"card_": card, "offset_": offset, "limit_": limit})
        return [alert_of(row) for row in rows]

    def within(self, card: int, scope: Scope) -> bool:
        if scope.is_unlimited:
            return True
        beyond = _ALERTS.where(not_(in_scope(scope, self._on))).limit(1)
        return self._on.execute(beyond, {"card_": card}).first() is None

    def open_numbers(self, card: int, *, limit: int) -> list[int]:
        return list(self._on.execute(_OPEN_NUMBERS, {"card_": card, "limit_": limit}).scalars())
