"""Routes are made, changed, taken away and looked at."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.alerts.condition import EVERYTHING, Condition, ConditionError, any_of, tests_of
from bot.alerts.condition_checks import ME
from bot.alerts.condition_sense import is_contradiction
from bot.alerts.condition_text import parse, to_text
from bot.alerts.conversation import Conversation, Scope, Subject
from bot.alerts.errors import Refused
from bot.alerts.messages import ConversationKind
from bot.alerts.ports import UnitOfWork
from bot.alerts.routing import Route
from bot.alerts.views import QueueFilter, RouteView
from bot.usecases.oncall import require_rota
from bot.usecases.permission import require
from bot.usecases.showing import day_of, urgency
from bot.usecases.visibility import Reader, channels_of

#: The first subscription posts the newest open alerts that came before anybody listened.
BACKLOG = 20

#: Among so many it looks for those.
LOOKED_THROUGH = 300

#: They come after whatever is new.
BACKLOG_URGENCY = 10

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

#: Routes of one conversation, and characters of the name of one.
MOST, NAME = 20, 40

_AS = re.compile(r"as(?!\S)\s*(\S*)\s*", re.IGNORECASE)
_FALLBACK = re.compile(r"fallback(?!\S)\s*", re.IGNORECASE)
_LIMIT = re.compile(r"(?<!\S)limit:([0-9]{1,5})(?!\S)", re.IGNORECASE)
_ROTA = re.compile(r"(?<!\S)rota:([\w-]{1,40})(?!\S)", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')
_NAMED = re.compile(rf"[\w.-]{{1,{NAME}}}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A route as somebody asks for it."""

    wants: Condition = EVERYTHING
    name: str = ""
    fallback: bool = False
    limit: int | None = None
    #: The rota of whoever is on call for them.
    rota: str = ""


@dataclass(frozen=True, slots=True)
class Subscribed:
    """`posted` earlier alerts were posted, because nobody had listened before. `instead` is what was there."""

    wish: Wish
    posted: int = 0
    instead: Route | None = None


def read_wish(text: str) -> Wish:
    """`as identity service:identity limit:50`, `fallback`, or a filter alone. Raises Refused with what is wrong."""
    rest, name, limit = text.strip(), "", None
    if match := _AS.match(rest):
        name, rest = match[1].casefold(), rest[match.end() :]
        if not _NAMED.fullmatch(name):
            raise Refused("badRouteName", name=name, limit=NAME)
    fallback = _FALLBACK.match(rest)
    rest = rest[fallback.end() :] if fallback else rest
    # Not within quotes, which are somebody's words.
    outside = _QUOTED.sub(lambda quoted: "x" * len(quoted[0]), rest)
    for match in reversed(list(_LIMIT.finditer(outside))):
        limit = int(match[1]) if limit is None else limit
        rest = rest[: match.start()] + rest[match.end() :]
    rota = ""
    outside = _QUOTED.sub(lambda quoted: "x" * len(quoted[0]), rest)
    if match := _ROTA.search(outside):
        rota, rest = match[1].casefold(), rest[: match.start()] + rest[match.end() :]
    return Wish(wants=_condition(rest.strip()), name=name, fallback=fallback is not None, limit=limit, rota=rota)


def _condition(text: str) -> Condition:
    """Raises Refused("badFilter") and the like."""
    return check_shared(read_filter(text), text)


def read_filter(text: str) -> Condition:
    """A condition as somebody typed it, which some alert can meet. Raises Refused."""
    try:
        wants = parse(text) if text.strip() else EVERYTHING
    except ConditionError as error:
        raise Refused("badFilter", error=error, text=text) from None
    return _possible(wants, text)


def _possible(wants: Condition, text: str) -> Condition:
    if is_contradiction(wants):
        raise Refused("emptyFilter", text=text)
    return wants


def check_shared(wants: Condition, text: str) -> Condition:
    """A condition for several people, among whom nobody is “me”. Raises Refused."""
    if any(test.field.name == "assignee" and ME in test.values for test in tests_of(wants)):
        raise Refused("nobodysFilter", text=text)
    return _possible(wants, text)


def route_here(uow: UnitOfWork, reader: Reader, name: str) -> Route | None:
    """The route of a name in the reader's conversation, for whoever may change it. Raises Refused("role")."""
    _require_subscribe(uow, reader)
    return next((route for route in uow.routes.of(reader.conversation.id) if route.name == name), None)


def subscribe_as(uow: UnitOfWork, reader: Reader, wish: Wish, *, zone: str) -> Subscribed | None:
    """The same as `subscribe`, for whoever may, with a condition that somebody chose. Raises Refused."""
    _require_subscribe(uow, reader)
    if wish.name and not _NAMED.fullmatch(wish.name):
        raise Refused("badRouteName", name=wish.name, limit=NAME)
    check_shared(wish.wants, to_text(wish.wants))
    return subscribe(uow, reader.conversation, reader.at, wish, zone=zone)


def _require_subscribe(uow: UnitOfWork, reader: Reader) -> None:
    """Whoever may look may have in their own chat what they may look at."""
    own = reader.conversation.kind is ConversationKind.PERSONAL
    require(uow, reader, "routes" if own else "subscribe")


def subscribe_to(uow: UnitOfWork, reader: Reader, text: str, *, zone: str) -> Subscribed | None:
    """The same as somebody typed it. Raises Refused with what is wrong."""
    _require_subscribe(uow, reader)
    return subscribe(uow, reader.conversation, reader.at, read_wish(text), zone=zone)


def subscribe(
    uow: UnitOfWork, here: Conversation, at: datetime, wish: Wish | None = None, *, zone: str = "UTC"
) -> Subscribed | None:
    """Send every alert that fits here from now on. None where it was so already. Raises Refused("manyRoutes").

    A 1:1 chat gets what its person may see: that is asked for each alert.
    """
    wish = wish or Wish()
    if wish.rota:
        require_rota(uow, wish.rota)
    known, is_first = uow.routes.of(here.id), all(route.is_personal for route in uow.routes.all())
    before = next((route for route in known if route.name == wish.name), None)
    wants = "" if wish.wants == EVERYTHING else to_text(wish.wants)
    same = (wants, wish.fallback, wish.limit, wish.rota)
    if before is not None and (before.wants, before.fallback, before.limit, before.rota) == same:
        return None
    if before is None and len(known) >= MOST:
        raise Refused("manyRoutes", limit=MOST)
    uow.routes.put(
        here.id,
        at=at,
        name=wish.name,
        wants=wants,
        fallback=wish.fallback,
        limit=wish.limit,
        zone=zone,
        rota=wish.rota,
    )
    if here.kind is ConversationKind.PERSONAL:
        return Subscribed(wish, instead=before)
    if here.subscribed_at is None:
        uow.conversations.subscribe(here.id, at=at)
    return Subscribed(wish, post_backlog(uow, here.id, at, wish.wants) if is_first else 0, before)


def unsubscribe(uow: UnitOfWork, reader: Reader, name: str | None = None) -> int:
    """Take away the route of a name, or all of them; how many. Cards that are there stay true."""
    here = reader.conversation
    require(uow, reader, "routes" if here.kind is ConversationKind.PERSONAL else "unsubscribe")
    gone = uow.routes.remove(here.id, name=name.casefold() if name is not None else None)
    if here.subscribed and not uow.routes.of(here.id):
        uow.conversations.subscribe(here.id, at=None)
    return gone


def post_backlog(uow: UnitOfWork, conversation: int, at: datetime, wants: Condition) -> int:
    """Post the newest open alerts that fit and are not shown there yet; how many."""
    wanted, here = QueueFilter(since=LONG_AGO, where=wants, now=at), Scope(everything=False, shared_in=conversation)
    visible = Scope(everything=True, without=uow.access.barred_in(conversation, at))
    newest, _ = uow.alerts.page(visible, wanted, offset=0, limit=LOOKED_THROUGH)
    alerts = [alert for alert in newest if not uow.alerts.in_scope(alert.number, here)][:BACKLOG]
    for alert in alerts:
        uow.cards.want(conversation, Subject.ALERT, alert.number, priority=BACKLOG_URGENCY + urgency(alert), at=at)
    return len(alerts)


def catch_up(uow: UnitOfWork, conversation: int, at: datetime) -> None:
    """Post what a conversation has missed while it was gone. What a fallback would have taken, nobody knows now."""
    wants = [route.condition for route in uow.routes.of(conversation) if not route.fallback]
    if wants:
        post_backlog(uow, conversation, at, any_of(*wants))


def listed(uow: UnitOfWork, reader: Reader) -> list[RouteView]:
    """The routes here; in 1:1 also those of one's channels, at last of those to which nothing can be sent now."""
    require(uow, reader, "routes")
    here = reader.conversation
    shown, away = {here.id}, []
    if here.kind is ConversationKind.PERSONAL:
        shown |= channels_of(uow, reader.person)
        away = [route for gone in uow.conversations.away_with(reader.person) for route in uow.routes.of(gone.id)]
    routes = [route for route in uow.routes.all() if route.conversation.id in shown]
    return [view_of(uow, route, reader) for route in (*routes, *away)]


def view_of(uow: UnitOfWork, route: Route, reader: Reader) -> RouteView:
    today = uow.routes.day(route.id, day_of(route, reader.at)) if route.limit is not None else None
    return RouteView(
        route,
        cards=today.cards if today else 0,
        beyond=today.beyond if today else 0,
        here=route.conversation.id == reader.conversation.id,
    )
