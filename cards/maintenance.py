"""Maintenance windows as people see them: one with what it held back, and a list."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.alerts.routing import Window
from bot.alerts.views import AlertView, WindowView
from cards.actions import execute
from cards.buttons import Press, Verb
from cards.elements import Action, Card, Element, card, container, rich, run, text_block
from cards.labels import status_label
from cards.language import Language, mark
from cards.parts import NAME, Buttons, button_rows, cut_note, joined, notice_of, quiet, row_head
from cards.safe import brief
from cards.size import Room, fit

#: Characters of a filter and of a reason.
_FILTER = 300

_DAYS = (
    mark("every Monday"), mark("every Tuesday"), mark("every Wednesday"), mark("every Thursday"),
    mark("every Friday"), mark("every Saturday"), mark("every Sunday"),
)  # fmt: skip


def render_windows(windows: Sequence[WindowView], *, lang: Language, now: datetime, nonce: str) -> Card:
    """Those that last or will. A row opens its window."""

    def build(room: Room) -> Card:
        shown = windows[: room.entries]
        rows = [_row(view, lang, now, nonce) for view in shown] or [_none(lang)]
        return card(
            [
                text_block(lang.t("Maintenance"), size="Medium", heading=True),
                *rows,
                *cut_note(len(windows) - len(shown), lang),
            ]
        )

    return fit(build)


def render_window(view: WindowView, *, lang: Language, now: datetime, nonce: str, notice: str = "") -> Card:
    """When, for what, how much it has held back, and the newest of that; ended with one press."""
    window = view.window
    title = lang.t("Maintenance {number}", number=window.id)

    def build(room: Room) -> Card:
        shown = view.held[: room.entries]
        return card(
            [
                *notice_of(notice),
                text_block(title, size="Medium", heading=True),
                *_lines(view, lang, now),
                *(_held_row(one, lang, nonce) for one in shown),
                *(cut_note(view.count - len(shown), lang) if view.held else []),
                *([button_rows(buttons)] if (buttons := _buttons(view, lang, nonce)) else []),
            ]
        )

    return fit(build)


def until_text(window: Window, lang: Language, now: datetime) -> str:
    """`until 02:00`, or nothing where it does not last now."""
    span = window.span_at(now)
    return lang.t("until {moment}", moment=lang.moment(span[1], now=now)) if span else ""


def _lines(view: WindowView, lang: Language, now: datetime) -> list[Element]:
    window = view.window
    place = (
        lang.t("here") if view.here else lang.t("everywhere") if window.conversation is None else lang.t("a channel")
    )
    high = lang.t("High severity is held back, too.") if window.even_high else lang.t("High severity still gets cards.")
    return [
        rich(run(_when(view, lang, now), weight="Bolder"), spacing="Small"),
        rich(run(brief(window.wants, _FILTER) or lang.t("every alert"), mono=bool(window.wants)), spacing="Small"),
        *([rich(run(brief(window.reason, _FILTER)), spacing="Small")] if window.reason else []),
        rich(run(_count(view, lang)), spacing="Small"),
        rich(quiet(joined((place, lang.t("set by {who}", who=brief(window.made_by, NAME)), high))), spacing="Small"),
    ]


def _when(view: WindowView, lang: Language, now: datetime) -> str:
    if view.span is None:
        return lang.t("over")
    start, end = view.span
    period = lang.period(start, end, now=now)
    if view.window.weekly:
        day = start.astimezone(ZoneInfo(view.window.zone)).weekday()
        period = lang.t("{day}, next {period}", day=lang.catalogue.gettext(_DAYS[day]), period=period)
    return lang.t("{period}, under way", period=period) if start <= now else period


def _count(view: WindowView, lang: Language) -> str:
    if not view.count:
        return lang.t("Nothing held back so far.")
    return lang.n(
        "{count} alert held back: kept, without a card.", "{count} alerts held back: kept, without a card.", view.count
    )


def _row(view: WindowView, lang: Language, now: datetime, nonce: str) -> Element:
    window = view.window
    show = execute(
        lang.t("Show {number}", number=window.id), Verb.MAINTENANCE.value, Press(window=window.id, nonce=nonce).data()
    )
    wants = brief(window.wants, 120) or lang.t("every alert")
    held = lang.n("{count} held back", "{count} held back", view.count) if view.count else ""
    everywhere = lang.t("everywhere") if window.conversation is None else ""
    return container(
        [
            rich(run(f"{window.id} ", color="Accent"), run(_when(view, lang, now), weight="Bolder"), spacing="None"),
            rich(run(wants), spacing="None"),
            rich(quiet(joined((everywhere, brief(window.reason, 80), held, window.made_by))), spacing="None"),
        ],
        select=show,
        separator=True,
    )


def _held_row(view: AlertView, lang: Language, nonce: str) -> Element:
    alert = view.alert
    open_it = Buttons(alert.number, alert.revision, nonce).plain(
        lang.t("Open #{number}", number=alert.number), Verb.REFRESH
    )
    return container(
        [row_head(alert, lang), rich(quiet(status_label(alert.status, lang)), spacing="None")],
        select=open_it,
        separator=True,
    )


def _buttons(view: WindowView, lang: Language, nonce: str) -> list[Action]:
    window, buttons = view.window, []
    if view.count and not view.held:
        held = Press(window=window.id, nonce=nonce).data()
        buttons.append(execute(lang.t("Show them"), Verb.MAINTENANCE.value, held))
    if view.span is not None:
        end = Press(window=window.id, nonce=nonce, status="ended").data()
        buttons.append(execute(lang.t("End it now"), Verb.MAINTENANCE.value, end))
    return buttons


def _none(lang: Language) -> Element:
    return rich(run(lang.t("None. Say “maintenance host:web-* 22:00-02:00 for patching”.")), spacing="Small")
