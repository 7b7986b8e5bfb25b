"""Escalations, the steps that were taken, and the pages that came of them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Text,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    null,
    or_,
    select,
    update,
)

from bot.alerts.conversation import Subject
from bot.alerts.errors import NotAvailable
from bot.alerts.escalation import Ask, Escalation, Page, State, Taken
from bot.alerts.messages import ConversationKind
from storage.among import among
from storage.escalation_tables import escalation_steps, escalations, page_alerts, pages
from storage.statements import LIMIT, twin
from storage.tables import Number, alerts, cards, conversations, folds
from storage.types import Utc

_NOW = bindparam("now_", type_=Utc())
_ALERT = bindparam("alert_", type_=Number)
_PAGE = bindparam("page_", type_=Number)

#: Written out, so that the partial index serves.
_RUNNING = escalations.c.state == literal_column("'running'")


def _start(insert: Any) -> Any:  # noqa: ANN401 - each dialect has its own type of insert
    new = insert(escalations)
    names = ("rota", "plan", "state", "started_at", "next", "due_at", "ended_at", "answered_by")
    return new.on_conflict_do_update(
        index_elements=["alert"],
        # Steps go on being counted: each has a number of its own for ever.
        set_={name: new.excluded[name] for name in names},
        where=escalations.c.state != "running",
    ).returning(escalations.c.alert)


_START = twin(_start)
_MANY = among(lambda is_among: select(escalations).where(is_among(escalations.c.alert, "alerts_")))
_DUE = (
    select(escalations)
    .where(_RUNNING, escalations.c.due_at <= _NOW)
    .order_by(escalations.c.due_at, escalations.c.alert)
    .limit(LIMIT)
)
_TAKE = twin(lambda insert: insert(escalation_steps).on_conflict_do_nothing().returning(escalation_steps.c.number))
_GO_ON = update(escalations).where(escalations.c.alert == _ALERT, escalations.c.steps == bindparam("steps_"))
_CHANGE = update(escalations).where(escalations.c.alert == _ALERT, _RUNNING)
_TAKEN = select(escalation_steps).where(escalation_steps.c.alert == _ALERT).order_by(escalation_steps.c.number)
_SHARED = conversations.c.kind != ConversationKind.PERSONAL.value
_OWN_CARDS = (
    select(
        cards.c.conversation,
        # Threads are there in channels only.
        case((conversations.c.kind == ConversationKind.CHANNEL.value, cards.c.activity_id), else_=null()),
    )
    .join(conversations, conversations.c.id == cards.c.conversation)
    .where(
        cards.c.subject == Subject.ALERT.value,
        cards.c.subject_id == _ALERT,
        cards.c.origin == "",
        conversations.c.gone.is_(False),
        _SHARED,
    )
)
_FOLDED = (
    select(folds.c.conversation)
    .join(conversations, conversations.c.id == folds.c.conversation)
    .where(folds.c.alert == _ALERT, conversations.c.gone.is_(False), _SHARED)
)


class Escalations:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def start(self, escalation: Escalation) -> bool:
        values = {name: getattr(escalation, name) for name in escalations.c.keys()}  # noqa: SIM118 - no dict
        values["state"] = escalation.state.value
        return self._on.execute(_START.on(self._on), values).first() is not None

    def get(self, alert: int) -> Escalation | None:
        return self.many([alert]).get(alert)

    def many(self, numbers: Collection[int]) -> Mapping[int, Escalation]:
        if not numbers:
            return {}
        rows = self._on.execute(_MANY.on(self._on), {"alerts_": sorted(numbers)})
        return {row.alert: _escalation(row) for row in rows}

    def due(self, now: datetime, *, limit: int) -> Sequence[Escalation]:
        return [_escalation(row) for row in self._on.execute(_DUE, {"now_": now, "limit_": limit})]

    def take(self, taken: Taken, *, following: int, due_at: datetime | None) -> bool:
        values = {
            "alert": taken.alert,
            "number": taken.number,
            "at": taken.at,
            "ask": taken.ask.value,
            "whom": list(taken.whom),
        }
        if self._on.execute(_TAKE.on(self._on), values).first() is None:
            return False
        after = {"alert_": taken.alert, "steps_": taken.number - 1, "steps": taken.number}
        self._on.execute(_GO_ON, after | {"next": following, "due_at": due_at})
        return True

    def wait(self, alert: int, until: datetime, *, following: int | None = None) -> None:
        values = {"alert_": alert, "due_at": until}
        self._on.execute(_CHANGE, values if following is None else values | {"next": following})

    def end(self, alert: int, state: State, *, at: datetime, by: str = "") -> bool:
        values = {"alert_": alert, "state": state.value, "due_at": None, "ended_at": at, "answered_by": by}
        return self._on.execute(_CHANGE, values).rowcount > 0

    def taken(self, alert: int) -> Sequence[Taken]:
        rows = self._on.execute(_TAKEN, {"alert_": alert})
        return [Taken(**row._asdict() | {"ask": Ask(row.ask), "whom": tuple(row.whom)}) for row in rows]

    def places(self, alert: int) -> Sequence[tuple[int, str | None]]:
        found: dict[int, str | None] = dict.fromkeys(self._on.execute(_FOLDED, {"alert_": alert}).scalars())
        found.update({row[0]: row[1] for row in self._on.execute(_OWN_CARDS, {"alert_": alert})})
        return sorted(found.items(), key=lambda place: place[0])


def _escalation(row: Any) -> Escalation:  # noqa: ANN401 - a row of the table
    return Escalation(**row._asdict() | {"state": State(row.state)})


_COLUMNS = tuple(
    pages.c[name]
    for name in ("id", "key", "opened_at", "person", "conversation", "thread", "mentions", "told_at", "told", "nobody")
)
_JOINED = twin(lambda insert: insert(page_alerts).on_conflict_do_nothing())
#: Written out, so that the partial index serves.
_OPEN: ColumnElement[bool] = literal_column("pages.joinable")
_JOINABLE = select(*_COLUMNS).where(_OPEN, pages.c.key == bindparam("key_", type_=Text()))
_CLOSE = update(pages).where(_OPEN, pages.c.key == bindparam("key_", type_=Text())).values(joinable=False)
_ADD = twin(lambda insert: insert(pages).on_conflict_do_nothing().returning(pages.c.id))
_GET = select(*_COLUMNS).where(pages.c.id == _PAGE)
_OF_ALERT = (
    select(*_COLUMNS)
    .join(page_alerts, page_alerts.c.page == pages.c.id)
    .where(page_alerts.c.alert == _ALERT)
    .order_by(pages.c.id)
)
_TELL = (
    update(pages)
    .where(pages.c.id == _PAGE, pages.c.told_at <= bindparam("before_", type_=Utc()))
    .values(told=pages.c.told + 1, told_at=_NOW)
    .returning(pages.c.told)
)
_UNOPENED = (
    select(*_COLUMNS)
    .where(literal_column("pages.open_at").is_not(None), pages.c.open_at <= _NOW)
    .order_by(pages.c.open_at, pages.c.id)
    .limit(LIMIT)
)
_CHANGE_PAGE = update(pages).where(pages.c.id == _PAGE)
_GIVE_UP = _CHANGE_PAGE.where(pages.c.failed.is_(False)).values(failed=True, open_at=None, joinable=False)
_UNDELIVERED = (
    select(*_COLUMNS)
    .join(cards, and_(cards.c.subject == Subject.PAGE.value, cards.c.subject_id == pages.c.id))
    .join(conversations, conversations.c.id == cards.c.conversation)
    .where(
        or_(cards.c.state == literal_column("'set aside'"), and_(cards.c.state == "pending", conversations.c.gone)),
        cards.c.activity_id.is_(None),
        pages.c.failed.is_(False),
        pages.c.person.is_not(None),
    )
    .order_by(pages.c.id)
    .limit(LIMIT)
)
_WAITS = and_(
    func.coalesce(escalations.c.state, "") == "running",
    alerts.c.status != "resolved",
    alerts.c.hidden.is_(None),
)
_ON_PAGE = (
    select(page_alerts.c.alert)
    .join(alerts, alerts.c.number == page_alerts.c.alert)
    .join(escalations, escalations.c.alert == page_alerts.c.alert, isouter=True)
    .where(page_alerts.c.page == _PAGE)
)
_ALERTS = _ON_PAGE.order_by(case((_WAITS, 0), else_=1), page_alerts.c.alert).limit(LIMIT)
_WAITING = _ON_PAGE.where(_WAITS).order_by(page_alerts.c.alert)
_COUNT = select(func.count()).where(page_alerts.c.page == _PAGE)


class Pages:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def join(self, key: str, alert: int, *, at: datetime, since: datetime) -> Page | None:
        row = self._on.execute(_JOINABLE, {"key_": key}).first()
        if row is None:
            return None
        page = _page(row)
        if page.opened_at < since:
            self._on.execute(_CLOSE, {"key_": key})
            return None
        self._on.execute(_JOINED.on(self._on), {"page": page.id, "alert": alert, "at": at})
        return page

    def open(self, page: Page, alert: int) -> Page | None:
        values = {
            "key": page.key,
            "joinable": True,
            "opened_at": page.opened_at,
            "person": page.person,
            "conversation": page.conversation,
            "thread": page.thread,
            "mentions": list(page.mentions),
            "told_at": page.told_at,
            "told": page.told,
            "nobody": page.nobody,
            "open_at": page.opened_at if page.conversation is None else None,
            "failed": False,
        }
        made = self._on.execute(_ADD.on(self._on), values).scalar()
        if made is None:
            return None
        self._on.execute(_JOINED.on(self._on), {"page": made, "alert": alert, "at": page.opened_at})
        return self.get(made)

    def get(self, page: int) -> Page:
        row = self._on.execute(_GET, {"page_": page}).first()
        if row is None:
            raise NotAvailable(f"page {page}")
        return _page(row)

    def of_alert(self, alert: int) -> Sequence[Page]:
        return [_page(row) for row in self._on.execute(_OF_ALERT, {"alert_": alert})]

    def tell_again(self, page: int, *, at: datetime, before: datetime) -> int | None:
        told: int | None = self._on.execute(_TELL, {"page_": page, "now_": at, "before_": before}).scalar()
        return told

    def unopened(self, now: datetime, *, limit: int) -> Sequence[Page]:
        return [_page(row) for row in self._on.execute(_UNOPENED, {"now_": now, "limit_": limit})]

    def opened(self, page: int, conversation: int) -> None:
        self._on.execute(_CHANGE_PAGE, {"page_": page, "conversation": conversation, "open_at": None})

    def try_later(self, page: int, until: datetime) -> None:
        self._on.execute(_CHANGE_PAGE, {"page_": page, "open_at": until})

    def give_up(self, page: int) -> bool:
        return self._on.execute(_GIVE_UP, {"page_": page}).rowcount > 0

    def undelivered(self, *, limit: int) -> Sequence[Page]:
        return [_page(row) for row in self._on.execute(_UNDELIVERED, {"limit_": limit})]

    def alerts(self, page: int, *, limit: int) -> tuple[Sequence[int], int, int]:
        shown = list(self._on.execute(_ALERTS, {"page_": page, "limit_": limit}).scalars())
        count: int = self._on.execute(_COUNT, {"page_": page}).scalar_one()
        return shown, len(self.waiting(page)), count

    def waiting(self, page: int) -> Sequence[int]:
        return list(self._on.execute(_WAITING, {"page_": page}).scalars())


def _page(row: Any) -> Page:  # noqa: ANN401 - a row of the table
    return Page(**row._asdict() | {"mentions": tuple(row.mentions)})
