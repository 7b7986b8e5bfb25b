"""Commands about where alerts go: routes, where, maintenance."""

from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

from bot.alerts.ports import UnitOfWork
from bot.alerts.views import WindowView
from bot.teams.orders import Said
from bot.teams.screens import Screen
from bot.usecases import maintenance, routes
from bot.usecases.visibility import may_subscribe
from cards.help import render_unsubscribed
from cards.maintenance import render_window, render_windows
from cards.naming import place_name
from cards.routes import render_routes, render_subscribed

Reply = str | Screen | None


class RouteCommands:
    """The days of a route's limit are those of `zone`."""

    def __init__(self, *, zone: ZoneInfo) -> None:
        self._zone = zone
        self.plain: Mapping[str, Callable[[UnitOfWork, Said], Reply]] = {
            "subscribe": self._subscribe,
            "unsubscribe": self._unsubscribe,
            "routes": self._routes,
            "maintenance": self._maintenance,
        }

    def _subscribe(self, uow: UnitOfWork, said: Said) -> Reply:
        if not may_subscribe(uow, said.reader):
            return said.lang.t("Alerts are posted in channels: say “subscribe” in the one that shall get them.")
        done = routes.subscribe_to(uow, said.reader, said.command.rest, zone=str(self._zone))
        if done is None:
            return said.lang.t("This conversation is subscribed already.")
        listed = [view for view in routes.listed(uow, said.reader) if view.here]
        view = next(view for view in listed if view.route.name == done.wish.name)
        return lambda f: render_subscribed(
            view, posted=done.posted, others=len(listed) - 1, instead=done.instead, lang=f.lang, nonce=f.nonce
        )

    def _unsubscribe(self, uow: UnitOfWork, said: Said) -> Reply:
        here, name = said.reader.conversation, said.command.rest.strip()
        if not routes.unsubscribe(uow, said.reader, name or None):
            if name:
                return said.lang.t("There is no route “{name}” here. “routes” lists them.", name=name[:40])
            return said.lang.t("This conversation is not subscribed.")
        left = len(uow.routes.of(here.id))
        return lambda f: render_unsubscribed(f.lang, channel=place_name(here, f.lang), route=name, left=left)

    def _routes(self, uow: UnitOfWork, said: Said) -> Reply:
        listed = routes.listed(uow, said.reader)
        return lambda f: render_routes(listed, lang=f.lang)

    def _maintenance(self, uow: UnitOfWork, said: Said) -> Reply:
        words = said.command.rest.split()
        numbers = [word.removeprefix("#") for word in words[:2] if word.removeprefix("#").isdecimal()]
        if not words or words == ["list"]:
            listed = maintenance.listed(uow, said.reader)
            return lambda f: render_windows(listed, lang=f.lang, now=f.now, nonce=f.nonce)
        if numbers and len(words) == 1:
            return self._window(maintenance.look(uow, int(numbers[0][:15]), said.reader))
        if numbers and len(words) == 2 and {"end", "stop", "cancel", "off"} & {word.casefold() for word in words}:
            ended = maintenance.end(uow, int(numbers[0][:15]), said.reader)
            return self._window(ended, said.lang.t("It is over now."))
        planned = maintenance.read_window(said.command.rest, said.at, said.lang.zone)
        made = maintenance.plan(uow, planned, said.person, said.reader)
        return self._window(made, said.lang.t("Maintenance {number} is set.", number=made.window.id))

    def _window(self, view: WindowView, notice: str = "") -> Screen:
        return lambda f: render_window(view, lang=f.lang, now=f.now, nonce=f.nonce, notice=notice)
