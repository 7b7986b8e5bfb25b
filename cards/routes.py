"""Routes as people see them: a list, a new one, and where an alert goes and why."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.alerts.conversation import Conversation
from bot.alerts.messages import ConversationKind
from bot.alerts.routing import Fate, Route
from bot.alerts.views import RouteFate, RouteView, WhereView
from cards.actions import execute
from cards.buttons import Listing, OpenedFrom, Press, Verb
from cards.elements import Action, Card, Element, action_set, card, container, rich, run, text_block
from cards.language import Language, mark
from cards.maintenance import until_text
from cards.naming import place_name
from cards.parts import back, button_rows, buttons_for, cut_note, head, joined, notice_of, quiet
from cards.route_dialog import choose_alerts
from cards.safe import brief
from cards.size import Room, fit

#: Characters of a filter.
_FILTER = 300


def render_routes(routes: Sequence[RouteView], *, lang: Language) -> Card:
    """One after the other, with what each has sent today where it has a limit."""

    def build(room: Room) -> Card:
        shown = routes[: room.entries]
        rows = [_row(view, lang) for view in shown] or [_none(lang)]
        return card(
            [
                text_block(lang.t("Routes"), size="Medium", heading=True),
                *rows,
                *cut_note(len(routes) - len(shown), lang),
                rich(quiet(lang.t("“where 1042” says where an alert goes, and why.")), spacing="Medium"),
            ]
        )

    return fit(build)


def render_subscribed(
    view: RouteView, *, lang: Language, posted: int = 0, others: int = 0, instead: Route | None = None, nonce: str = ""
) -> Card:
    """Alerts go here from now on; `posted` open ones were posted with the first subscription, and there are `others`
    of the conversation's routes. `instead` is the route whose place it takes."""
    route = view.route
    lines = [rich(run(_lead(route, lang)), spacing="Small")]
    if route.wants:
        lines.append(rich(run(brief(route.wants, _FILTER), mono=True), spacing="Small"))
    if instead is not None and instead.wants != route.wants:
        before = brief(instead.wants, _FILTER) if instead.wants else lang.t("every alert")
        lines.append(rich(run(lang.t("No longer: {before}", before=before)), spacing="Small"))
    if route.limit is not None:
        lines.append(rich(run(_limit_text(route.limit, lang)), spacing="Small"))
    if route.is_personal:
        lines.append(rich(run(lang.t("For as long as you are in a channel that gets them.")), spacing="Small"))
    if others:
        more = lang.n("{count} more route brings alerts here.", "{count} more routes bring alerts here.", others)
        lines.append(rich(quiet(more), spacing="Small"))
    if posted:
        newest = lang.n(
            "The newest open alert is posted now.", "The newest {count} open alerts are posted now.", posted
        )
        lines.append(rich(run(newest), spacing="Small"))
    title = text_block(lang.t("Subscribed"), size="Medium", heading=True)
    buttons = [_queue_button(lang, nonce), choose_alerts(lang, nonce, route.name)]
    return card([title, *lines, button_rows(buttons)])


def render_where(
    where: WhereView,
    *,
    lang: Language,
    now: datetime,
    nonce: str,
    notice: str = "",
    opened_from: OpenedFrom | None = None,
) -> Card:
    """A line for each route, what it decided first, then why."""
    buttons = buttons_for(where.view, nonce=nonce, opened_from=opened_from)

    def build(room: Room) -> Card:
        shown = sorted(where.fates, key=lambda fate: _ORDER[fate.fate])[: room.entries]
        rows = [_fate(fate, lang, now) for fate in shown]
        return card(
            [
                *notice_of(notice),
                *head(where.view, lang),
                text_block(lang.t("Where it goes"), heading=True, spacing="Medium"),
                *(rows or [rich(run(lang.t("No route leads here.")), spacing="Small")]),
                *cut_note(len(where.fates) - len(shown), lang),
                *_elsewhere(where.elsewhere, lang),
                action_set([back(buttons, lang)], spacing="Medium"),
            ]
        )

    return fit(build)


def _lead(route: Route, lang: Language) -> str:
    """What happens from now on, up to the filter."""
    where = _name(route.conversation, lang)
    if route.fallback and route.wants:
        return lang.t("New alerts that fit and that no other route takes are posted in {channel}:", channel=where)
    if route.fallback:
        return lang.t("New alerts that no other route takes are posted in {channel} from now on.", channel=where)
    if route.wants:
        return lang.t("New alerts that fit are posted in {channel} from now on:", channel=where)
    return lang.t("New alerts are posted in {channel} from now on.", channel=where)


def _limit_text(limit: int, lang: Language) -> str:
    return lang.n(
        "At most {count} card a day; more alerts share one, and high severity always has its own.",
        "At most {count} cards a day; more alerts share one, and high severity always has its own.",
        limit,
    )


def _row(view: RouteView, lang: Language) -> Element:
    route = view.route
    runs = [run(_name(route.conversation, lang, here=view.here), weight="Bolder")]
    if route.name:
        runs.append(run(f" · {brief(route.name, 60)}"))
    lines = [rich(*runs, spacing="None"), rich(run(_wants(route, lang)), spacing="None")]
    if route.conversation.gone:
        lines.append(rich(run(_away(lang), weight="Bolder"), spacing="None"))
    if route.limit is not None:
        sent = lang.t("{cards} of {limit} cards today", cards=view.cards, limit=route.limit)
        beyond = lang.n("{count} alert beyond it", "{count} alerts beyond it", view.beyond) if view.beyond else ""
        lines.append(rich(quiet(joined((sent, beyond))), spacing="None"))
    return container(lines, separator=True, spacing="Small")


def _away(lang: Language) -> str:
    return lang.t("Nothing is sent meanwhile: the channel is archived or deleted, or Tocsin was removed.")


def _wants(route: Route, lang: Language) -> str:
    wants = brief(route.wants, _FILTER)
    if route.fallback:
        return joined((lang.t("what no other route takes"), wants))
    return wants or lang.t("every alert")


def _name(place: Conversation, lang: Language, *, here: bool = True) -> str:
    """Teams does not tell the names of all channels."""
    if place.kind is ConversationKind.PERSONAL:
        return lang.t("your own chat")
    name = place_name(place, lang)
    if here or name != lang.t("this channel"):
        return brief(name, 60)
    return lang.t("another channel of {team}", team=brief(place.team_name, 60) or lang.t("a team"))


def _none(lang: Language) -> Element:
    return rich(run(lang.t("No route leads here. “subscribe” makes one.")), spacing="Small")


def _elsewhere(count: int, lang: Language) -> list[Element]:
    if not count:
        return []
    more = lang.n("It also goes to {count} other place.", "It also goes to {count} other places.", count)
    return [rich(quiet(more), spacing="Medium")]


#: What goes there comes first.
_ORDER = {fate: place for place, fate in enumerate(Fate)}


def _fate(fate: RouteFate, lang: Language, now: datetime) -> Element:
    route = fate.route
    title = joined((_name(route.conversation, lang, here=fate.here), brief(route.name, 60)))
    goes = fate.fate in (Fate.EVERYTHING, Fate.FITS, Fate.FALLBACK)
    verdict = lang.t("yes") if goes else lang.t("no")
    lines = [
        rich(run(f"{title}: "), run(verdict, weight="Bolder", color="Good" if goes else None), spacing="None"),
        rich(run(_why(fate, lang, now)), spacing="None"),
    ]
    if shown := _shown(fate, lang):
        lines.append(rich(quiet(shown), spacing="None"))
    return container(lines, separator=True, spacing="Small")


def _why(fate: RouteFate, lang: Language, now: datetime) -> str:
    wants = brief(fate.route.wants, _FILTER)
    if fate.fate is Fate.HELD:
        return _held(fate, lang, now)
    if fate.fate is Fate.FITS:
        return lang.t("it fits: {filter}", filter=wants)
    if fate.fate is Fate.MISFIT:
        missing = ", ".join(brief(one, 80) for one in fate.missing[:5])
        return lang.t("it does not fit: {missing}", missing=missing or wants)
    return lang.term(_PLAIN, fate.fate)


_PLAIN: Mapping[str, str] = {
    Fate.EVERYTHING: mark("the route takes every alert"),
    Fate.FALLBACK: mark("no other route takes it, and this is a fallback"),
    Fate.TAKEN: mark("another route takes it, and this is a fallback"),
    Fate.UNSEEN: mark("it goes to no channel that you are in"),
    Fate.BARRED: mark("somebody there may not see alerts of this service"),
    Fate.HIDDEN: mark("a rule keeps it out of sight"),
}


def _held(fate: RouteFate, lang: Language, now: datetime) -> str:
    if fate.window is None:
        return lang.t("held back by maintenance")
    number = fate.window.id
    reason = brief(fate.window.reason, 80)
    until = until_text(fate.window, lang, now)
    return joined((lang.t("held back by maintenance {number}", number=number), reason, until))


def _shown(fate: RouteFate, lang: Language) -> str:
    if fate.shown is None:
        return ""
    return lang.t("It has a card there.") if fate.shown else lang.t("It is on a card that several alerts share there.")


def _queue_button(lang: Language, nonce: str) -> Action:
    return execute(lang.t("Open the queue"), Verb.QUEUE.value, Press(nonce=nonce, listing=Listing.QUEUE, page=0).data())
