"""The dialog “Choose alerts”: which ones a route brings into a conversation, line by line or as text."""

from collections.abc import Callable

from bot.alerts.condition import EVERYTHING
from bot.alerts.errors import Refused
from bot.alerts.ports import UnitOfWork
from bot.alerts.routing import Route
from bot.teams.condition_steps import condition_of, edited
from bot.teams.dialogs import Answer, Asked, Handler, Post, closed
from bot.usecases import routes
from bot.usecases.routes import Wish
from bot.usecases.visibility import Reader, may_subscribe
from cards.language import Language
from cards.naming import place_name
from cards.route_dialog import FALLBACK, LIMIT, SAVE, render_choose_alerts
from cards.routes import render_subscribed


def subscribe_dialog(post: Post, *, zone: str) -> Handler:
    """`post` tells everybody there what they get from now on; a route's days are those of `zone`."""

    def look(uow: UnitOfWork, asked: Asked, reader: Reader) -> Answer:
        route = routes.route_here(uow, reader, _name(asked))
        if not may_subscribe(uow, reader):
            return closed(lambda lang: lang.t("Alerts are posted in channels: open this in one."))
        return _drawn(asked, route, lambda lang: place_name(reader.conversation, lang))

    def save(uow: UnitOfWork, asked: Asked, reader: Reader) -> Answer:
        if not may_subscribe(uow, reader):
            return look(uow, asked, reader)
        own = _own(asked, None)
        wish = Wish(
            wants=condition_of(asked),
            name=_name(asked),
            fallback=own[FALLBACK] == "true",
            limit=_limit(own[LIMIT]),
        )
        done = routes.subscribe_as(uow, reader, wish, zone=zone)
        if done is None:
            return closed(lambda lang: lang.t("This conversation is subscribed already."))
        listed = [view for view in routes.listed(uow, reader) if view.here]
        view = next(view for view in listed if view.route.name == wish.name)
        post(
            uow,
            reader,
            asked.activity,
            lambda f: render_subscribed(
                view, posted=done.posted, others=len(listed) - 1, instead=done.instead, lang=f.lang, nonce=f.nonce
            ),
            asked.at,
        )
        return closed()

    return Handler(
        look=look,
        changes={SAVE: save},
        instead=lambda _press, lang: lang.t("Say what you want here: “subscribe severity>=medium service:identity”."),
        offline=lambda asked: _drawn(asked, None, lambda lang: lang.t("this conversation")),
    )


def _drawn(asked: Asked, route: Route | None, place: Callable[[Language], str]) -> Answer:
    """`route` as it is, where the dialog opens; afterwards the press says it all."""
    now = edited(asked, route.condition if route else EVERYTHING)
    own = _own(asked, route)
    press = asked.press.model_copy(update={"state": {**asked.press.state, **own}})
    return lambda f: render_choose_alerts(
        now.editing,
        {**now.typed, **own},
        channel=place(f.lang),
        lang=f.lang,
        press=press,
        nonce=f.nonce,
        notice=now.notice(f),
    )


def _name(asked: Asked) -> str:
    return str(asked.press.state.get("route", ""))[: routes.NAME]


def _own(asked: Asked, route: Route | None) -> dict[str, str]:
    """What stands beside the condition: as it was typed, else as it was typed before, else as it is."""
    now = {LIMIT: "" if route is None or route.limit is None else str(route.limit)}
    now[FALLBACK] = "true" if route is not None and route.fallback else "false"
    state, inputs = asked.press.state, asked.press.inputs
    return {name: inputs.get(name, str(state.get(name, value)))[:10] for name, value in now.items()}


def _limit(typed: str) -> int | None:
    typed = typed.strip()
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit()):
        raise Refused("badLimit", typed=typed)
    return int(typed)
