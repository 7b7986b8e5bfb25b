"""Routes, and what went along them on a day."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Date, Integer, bindparam, delete, false, or_, select, union_all

from bot.alerts.conversation import Subject
from bot.alerts.routing import Route
from bot.alerts.routing_ports import RouteDay
from storage.conversations import COLUMNS, conversation_of
from storage.route_tables import route_days, routes
from storage.statements import twin
from storage.tables import Number, cards, conversations, folds

_OWN = (
    routes.c.id,
    routes.c.name,
    routes.c.wants,
    routes.c.fallback,
    routes.c.daily_limit,
    routes.c.zone,
    routes.c.made_at,
    routes.c.rota,
)
_SELECT = select(*_OWN, *COLUMNS).join(conversations, conversations.c.id == routes.c.conversation).order_by(routes.c.id)
_ALL = _SELECT.where(conversations.c.gone == false())
_OF = _SELECT.where(routes.c.conversation == bindparam("conversation_"))
_SAID = ("wants", "fallback", "daily_limit", "zone", "rota")


def _put(insert: Any) -> Any:  # noqa: ANN401 - each dialect has its own type of insert
    new = insert(routes)
    return new.on_conflict_do_update(
        index_elements=["conversation", "name"], set_={name: new.excluded[name] for name in _SAID}
    ).returning(routes.c.id)


_PUT = twin(_put)
_REMOVE_DAYS = delete(route_days).where(route_days.c.route.in_(bindparam("ids_", expanding=True)))
_REMOVE = delete(routes).where(routes.c.id.in_(bindparam("ids_", expanding=True)))
_LIMIT = bindparam("limit_", type_=Integer())
_TAKE = twin(
    lambda insert: (
        insert(route_days)
        .on_conflict_do_update(
            index_elements=["route", "day"],
            set_={"cards": route_days.c.cards + 1},
            where=or_(_LIMIT.is_(None), route_days.c.cards < _LIMIT),
        )
        .returning(route_days.c.cards)
    )
)
_BEYOND = twin(
    lambda insert: (new := insert(route_days)).on_conflict_do_update(
        index_elements=["route", "day"],
        set_={"beyond": route_days.c.beyond + 1, "card": new.excluded.card},
    )
)
_DAY = select(route_days.c.cards, route_days.c.beyond, route_days.c.card).where(
    route_days.c.route == bindparam("route_"), route_days.c.day == bindparam("day_", type_=Date())
)
_ALERT = bindparam("alert_", type_=Number)
_SHOWN = union_all(
    select(cards.c.conversation, cards.c.id.label("own")).where(
        cards.c.subject == Subject.ALERT.value, cards.c.subject_id == _ALERT, cards.c.origin == ""
    ),
    select(folds.c.conversation, bindparam("none_", None, type_=Number)).where(folds.c.alert == _ALERT),
)


class Routes:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def all(self) -> list[Route]:
        return [_route(tuple(row)) for row in self._on.execute(_ALL)]

    def of(self, conversation: int) -> list[Route]:
        return [_route(tuple(row)) for row in self._on.execute(_OF, {"conversation_": conversation})]

    def put(
        self,
        conversation: int,
        *,
        at: datetime,
        name: str = "",
        wants: str = "",
        fallback: bool = False,
        limit: int | None = None,
        zone: str = "UTC",
        rota: str = "",
    ) -> int:
        values = {
            "conversation": conversation,
            "name": name,
            "wants": wants,
            "fallback": fallback,
            "daily_limit": limit,
            "zone": zone,
            "made_at": at,
            "rota": rota,
        }
        route: int = self._on.execute(_PUT.on(self._on), values).scalar_one()
        return route

    def remove(self, conversation: int, *, name: str | None = None) -> int:
        gone = [route.id for route in self.of(conversation) if name is None or route.name == name]
        if gone:
            self._on.execute(_REMOVE_DAYS, {"ids_": gone})
            self._on.execute(_REMOVE, {"ids_": gone})
        return len(gone)

    def take(self, route: int, day: date, *, limit: int | None) -> bool:
        if limit == 0:
            return False
        values = {"route": route, "day": day, "cards": 1, "beyond": 0, "limit_": limit}
        return self._on.execute(_TAKE.on(self._on), values).first() is not None

    def beyond(self, route: int, day: date, *, card: int) -> None:
        values = {"route": route, "day": day, "cards": 0, "beyond": 1, "card": card}
        self._on.execute(_BEYOND.on(self._on), values)

    def day(self, route: int, day: date) -> RouteDay:
        row = self._on.execute(_DAY, {"route_": route, "day_": day}).first()
        return RouteDay(*row) if row is not None else RouteDay()

    def cards_of(self, alert: int) -> Mapping[int, bool]:
        shown: dict[int, bool] = {}
        for conversation, own in self._on.execute(_SHOWN, {"alert_": alert}):
            shown[conversation] = shown.get(conversation, False) or own is not None
        return shown


@lru_cache(maxsize=4_096)
def _route(row: tuple[Any, ...]) -> Route:
    """From a row of _OWN and a Conversation. They change seldom, and are asked for with every alert and press."""
    id_, name, wants, fallback, limit, zone, made_at, rota, *place = row
    return Route(
        id=id_,
        conversation=conversation_of(place),
        made_at=made_at,
        name=name,
        wants=wants,
        fallback=fallback,
        limit=limit,
        zone=zone,
        rota=rota,
    )
