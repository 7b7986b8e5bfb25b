"""Routes and maintenance to draw cards of."""

from dataclasses import replace
from typing import Any

from bot.alerts.conversation import Conversation
from bot.alerts.messages import ConversationKind
from bot.alerts.routing import Fate, Route, Window
from bot.alerts.views import RouteFate, RouteView, WhereView, WindowView
from tests.unit.cards.examples import NOW, a_view, at


def a_place(name: str = "General", kind: ConversationKind = ConversationKind.CHANNEL) -> Conversation:
    return Conversation(id=1, teams_id=f"19:{name}", kind=kind, service_url="https://x/", tenant_id="t", name=name)


def a_route(**given: Any) -> Route:
    return Route(**({"id": 1, "conversation": a_place(), "made_at": at(0)} | given))


MINE = a_place("", ConversationKind.PERSONAL)
ROUTES = (
    RouteView(a_route()),
    RouteView(a_route(name="identity", wants="service:identity severity>=medium", limit=50), cards=50, beyond=12),
    RouteView(a_route(fallback=True, wants="severity>=medium")),
    RouteView(a_route(conversation=MINE, wants="host:web-*")),
    RouteView(a_route(conversation=replace(a_place("Archived"), gone=True))),
)
WINDOW = Window(
    id=3,
    starts_at=at(0, 2),
    ends_at=at(0, 5),
    made_at=at(0, 1),
    wants="host:web-*",
    reason="patching",
    made_by="Ana",
    weekly=True,
    zone="Europe/Madrid",
)
WINDOWS = (
    WindowView(WINDOW, 7, WINDOW.span_at(NOW), here=True, held=(a_view(),)),
    WindowView(replace(WINDOW, weekly=False, even_high=True, reason="", wants=""), 0, None, here=False),
)
WHERE = WhereView(
    a_view(),
    (
        RouteFate(route=a_route(wants="host:pc-*"), fate=Fate.MISFIT, missing=("host:pc-*",)),
        RouteFate(route=a_route(), fate=Fate.EVERYTHING, shown=True),
        RouteFate(route=a_route(name="web", wants="host:web-*"), fate=Fate.FITS, shown=False),
        RouteFate(route=a_route(), fate=Fate.HELD, window=WINDOW),
        RouteFate(route=a_route(fallback=True), fate=Fate.TAKEN),
        RouteFate(route=a_route(fallback=True), fate=Fate.FALLBACK),
        RouteFate(route=a_route(conversation=MINE), fate=Fate.UNSEEN),
        RouteFate(route=a_route(), fate=Fate.BARRED),
        RouteFate(route=a_route(), fate=Fate.HIDDEN),
    ),
    elsewhere=2,
)
