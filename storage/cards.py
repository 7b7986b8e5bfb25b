"""Cards: what is posted where, and what is still to be sent.

A row is pending while it does not show what is wanted. One that is claimed carries a lease; what came of it is written
only while `owner` and `attempt` are still those of the claim, so that whoever comes back too late changes nothing.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Update

from bot.alerts.conversation import NOTICE, Card, DeliveryCounts, Limits, Subject
from storage import card_statements as statements
from storage import pace, tables, thread_statements
from storage.conversations import conversation_of


class Cards:
    def __init__(self, connection: Connection, *, threads: bool = True) -> None:
        """`threads`: whether changes are told in threads."""
        self._on = connection
        self._has_threads = threads

    def want(
        self,
        conversation: int,
        subject: Subject,
        subject_id: int,
        *,
        priority: int,
        at: datetime,
        origin: str = "",
        thread: str | None = None,
    ) -> int:
        values = {
            "conversation": conversation,
            "subject": subject.value,
            "subject_id": subject_id,
            "origin": origin,
            "thread": thread,
            "wanted_revision": 1,
            "shown_revision": 0,
            "state": "pending",
            "priority": priority,
            "due_at": at,
            "attempt": 0,
            "ambiguous": False,
            "created_at": at,
        }
        card: int = self._on.execute(statements.WANT.on(self._on), values).scalar_one()
        return card

    def raise_wanted(self, subject: Subject, subject_id: int, *, at: datetime) -> None:
        values = {"subject_": subject.value, "subject_id_": subject_id, "now_": at}
        self._on.execute(statements.RAISE, values)

    def claim(
        self, now: datetime, *, owner: str, lease: timedelta, limit: int, limits: Limits, skip: Collection[int] = ()
    ) -> list[Card]:
        room = pace.room(self._on, now, limits.tenant, limit)
        if not room:
            return []
        asked = {"now_": now, "limit_": room, "skip_": list(skip)}
        candidates = self._on.execute(statements.CANDIDATES.on(self._on), asked)
        places = {card: conversation_of(conversation) for card, *conversation in candidates}
        if not places:
            return []
        values = {"ids_": list(places), "now_": now, "owner_": owner, "seconds_": lease.total_seconds()}
        taken = {row.id: row for row in self._on.execute(statements.TAKE, values)}
        for card, place in places.items():
            if card in taken:
                pace.book(self._on, now, place.id, limits)
        return [_card(taken[card], place) for card, place in places.items() if card in taken]

    def called(self, card: Card, *, at: datetime, limits: Limits) -> None:
        pace.booked(self._on, at, card.conversation.id, limits)

    def renew(self, owner: str, cards: Collection[int], *, lease: timedelta) -> None:
        values = {"owner_": owner, "ids_": list(cards), "seconds_": lease.total_seconds()}
        self._on.execute(statements.RENEW, values)

    def wanted(self, card: int) -> int:
        revision: int = self._on.execute(statements.WANTED, {"id_": card}).scalar_one()
        return revision

    def shown(self, card: Card, *, owner: str, revision: int, activity_id: str | None) -> bool:
        return self._finish(statements.SHOWN, card, owner, {"revision_": revision, "activity_": activity_id})

    def delay(self, card: Card, *, owner: str, until: datetime, why: str, ambiguous: bool) -> None:
        self._finish(
            statements.DELAY, card, owner, {"due_at": until, "why": why, "ambiguous": card.ambiguous or ambiguous}
        )

    def withhold(self, card: Card, *, owner: str, revision: int) -> None:
        self._finish(statements.WITHHOLD, card, owner, {"revision_": revision})

    def set_aside(self, card: Card, *, owner: str, why: str) -> None:
        self._finish(statements.SET_ASIDE, card, owner, {"why": why, "seen_": card.wanted_revision})

    def forget_activity(self, card: Card, *, owner: str) -> None:
        self._finish(statements.FORGET, card, owner, {})

    def hold(self, conversation: int, until: datetime) -> None:
        pace.hold(self._on, conversation, until)

    def refused(self, *, limit: int, subject: Subject | None = None) -> list[tuple[Card, str]]:
        asked = statements.REFUSED
        if subject is not None:
            asked = asked.where(tables.cards.c.subject == subject.value)
        rows = self._on.execute(asked, {"limit_": limit})
        place = len(statements.FIELDS)
        return [(_card(row, conversation_of(row[place + 1 :])), row[place] or "") for row in rows]

    def try_again(self, at: datetime, *, conversation: int | None = None) -> int:
        if conversation is None:
            return self._on.execute(statements.TRY_AGAIN, {"now_": at}).rowcount
        return self._on.execute(statements.TRY_AGAIN_IN, {"now_": at, "conversation_": conversation}).rowcount

    def release(self, owner: str | None) -> None:
        if owner is None:
            self._on.execute(statements.RELEASE_ALL)
        else:
            self._on.execute(statements.RELEASE, {"owner_": owner})

    def last_call(self) -> datetime | None:
        return pace.last_call(self._on)

    def clock_set_back(self, now: datetime) -> None:
        self._on.execute(statements.DUE_NOW, {"now_": now})
        pace.clock_set_back(self._on, now)

    def counts(self, _now: datetime) -> DeliveryCounts:
        return DeliveryCounts(*self._on.execute(statements.COUNTS).one())

    def next_due(self) -> datetime | None:
        due: datetime | None = self._on.execute(statements.NEXT_DUE).scalar()
        return due

    def of_activity(self, conversation: int, activity_id: str) -> Card | None:
        row = self._on.execute(
            statements.OF_ACTIVITY, {"conversation_": conversation, "activity_": activity_id}
        ).first()
        return _card(row, conversation_of(row[len(statements.FIELDS) :])) if row is not None else None

    def has(self, conversation: int, subject: Subject, subject_id: int) -> bool:
        key = {"conversation_": conversation, "subject_": subject.value, "subject_id_": subject_id}
        return self._on.execute(statements.HAS, key).first() is not None

    def noticed(self, conversation: int, alert: int, *, since: datetime) -> bool:
        key = {"conversation_": conversation, "subject_": Subject.ALERT.value, "subject_id_": alert}
        found = self._on.execute(statements.NOTICED, key | {"origin_": f"{NOTICE}%", "since_": since})
        return found.first() is not None

    def threads(self, alert: int, *, open_at: datetime) -> list[tuple[int, str]]:
        if not self._has_threads:
            return []
        rows = self._on.execute(thread_statements.THREADS, {"alert_": alert, "open_at_": open_at})
        return [(conversation, root) for conversation, root in rows]

    def thread_bound(self, card: Card) -> int | None:
        key = {"alert_": card.subject_id, "conversation_": card.conversation.id}
        begins = (int(origin) for origin in self._on.execute(thread_statements.THREAD_ORIGINS, key).scalars())
        return min((revision for revision in begins if revision > int(card.origin)), default=None)

    def answered(self, conversation: int, thread: str, *, since: datetime) -> frozenset[datetime]:
        asked = {"conversation_": conversation, "thread_": thread, "since_": since}
        return frozenset(self._on.execute(thread_statements.ANSWERED, asked).scalars())

    def _finish(self, statement: Update, card: Card, owner: str, values: dict[str, Any]) -> bool:
        fence = {"id_": card.id, "owner_": owner, "attempt_": card.attempt}
        return self._on.execute(statement, values | fence).rowcount == 1


def _card(row: Any, place: Any) -> Card:  # noqa: ANN401 - a row that begins with statements.FIELDS, and a Conversation
    return Card(
        id=row.id,
        conversation=place,
        subject=Subject(row.subject),
        subject_id=row.subject_id,
        wanted_revision=row.wanted_revision,
        shown_revision=row.shown_revision,
        activity_id=row.activity_id,
        thread=row.thread,
        origin=row.origin,
        attempt=row.attempt,
        ambiguous=row.ambiguous,
    )
