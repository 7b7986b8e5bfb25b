"""Paging: the card that wakes somebody, the same for a channel, and the lines about it on an alert's card."""

from datetime import datetime

from bot.alerts.paging_views import PageView
from bot.alerts.views import AlertView
from bot.alerts.words import Severity
from cards.actions import execute
from cards.alert_buttons import next_steps
from cards.alert_card import alert_text, assets_text, when_text
from cards.buttons import ME, Press, Verb
from cards.elements import Action, Card, Element, card, column, columns, container, rich, run
from cards.language import Language
from cards.paging_lines import paging_text
from cards.parts import Buttons, band, button_rows, cut_note, head, joined, notice_of, quiet, row_head
from cards.safe import brief, clean
from cards.size import Room, fit

#: Names in one text.
_NAMES = 8


def render_page(view: PageView, *, lang: Language, now: datetime, nonce: str, notice: str = "") -> Card:
    """What it is about, and what to do: take it, resolve it, or have the next one asked."""
    if view.count > 1:
        return _several(view, lang, now, nonce, notice)
    one = view.views[0]
    return card(
        [
            *notice_of(notice),
            *head(one, lang),
            *(
                rich(run(text), spacing="Small")
                for text in (assets_text(one.alert, lang), when_text(one, lang, now))
                if text
            ),
            _lead(view, lang, now),
            *_line(one, lang, now),
            button_rows(_buttons(view, one, lang, nonce)),
        ]
    )


def page_text(view: PageView, lang: Language) -> tuple[str, str]:
    """The message's text, which names whom it asks where others read it, too, and what a locked phone shows."""
    first = next((one for one in view.views), None)
    said, _ = alert_text(first, lang) if first is not None else ("", "")
    if view.count > 1 and view.waiting:
        said = lang.n("{count} alert waits. {said}", "{count} alerts wait. {said}", view.waiting, said=said)
    if not view.waiting:
        text = lang.t("Taken care of: {said}", said=said)
    elif view.page.nobody:
        text = lang.t("Nobody is on call. {said}", said=said)
    elif not view.is_personal:
        text = lang.t("Nobody has answered. {said}", said=said)
    elif view.page.told > 1:
        text = lang.t("Still waiting for you. {said}", said=said)
    else:
        text = lang.t("Page. {said}", said=said)
    # A card that is updated mentions nobody again; what is taken care of need not be looked at.
    names = [view.people[who] for who in view.page.mentions if who in view.people and view.waiting][:_NAMES]
    mentions = " ".join(f"<at>{clean(person.name)}</at>" for person in names if person.teams_id)
    return (f"{mentions} {text}" if mentions else text), text


def _lead(view: PageView, lang: Language, now: datetime) -> Element:
    """What this message wants, and since when; on one line."""
    since = lang.moment(view.page.opened_at, now=now)
    if not view.waiting:
        left = run(lang.t("Taken care of"), weight="Bolder", color="Good")
    elif view.page.nobody:
        left = run(lang.t("Nobody is on call"), weight="Bolder", color="Attention")
    elif view.is_personal:
        left = run(lang.t("You are paged"), weight="Bolder")
    else:
        left = run(lang.t("Nobody has answered"), weight="Bolder", color="Attention")
    told = lang.n("{count} time", "{count} times", view.page.told) if view.page.told > 1 else ""
    return columns(
        column(rich(left), width="stretch"), column(rich(quiet(joined((since, told))), side="Right")), spacing="Small"
    )


def _line(one: AlertView, lang: Language, now: datetime) -> list[Element]:
    text = paging_text(one.paging, lang, now) if one.paging is not None else ""
    return [rich(quiet(text), spacing="Small")] if text else []


def _buttons(view: PageView, one: AlertView, lang: Language, nonce: str) -> list[Action]:
    buttons = Buttons(one.alert.number, one.alert.revision, nonce)
    look = buttons.plain(lang.t("Details"), Verb.DETAILS)
    if not view.waiting:
        return [*next_steps(one.alert, buttons, lang), look]
    take = buttons.given(lang.t("Take it"), Verb.ASSIGN, to=ME)
    resolve = buttons.plain(lang.t("Resolve…"), Verb.RESOLVE)
    if not view.is_personal:
        return [take, resolve, look]
    return [take, resolve, buttons.plain(lang.t("Not mine, next"), Verb.ESCALATE), look]


def _several(view: PageView, lang: Language, now: datetime, nonce: str, notice: str) -> Card:
    worst = max((one.alert.severity for one in view.views), key=lambda severity: severity.rank)
    if view.waiting:
        state = lang.n(" · {count} alert waits", " · {count} alerts wait", view.waiting)
    else:
        state = lang.n(" · {count} alert", " · {count} alerts", view.count)

    def build(room: Room) -> Card:
        shown = view.views[: room.entries]
        return card(
            [
                *notice_of(notice),
                _band(worst, state, lang, loud=view.waiting > 0),
                _lead(view, lang, now),
                *(_row(one, lang, now, nonce) for one in shown),
                *cut_note(view.count - len(shown), lang),
                *([button_rows(_for_all(view, lang, nonce))] if view.waiting else []),
            ]
        )

    return fit(build)


def _band(severity: Severity, state: str, lang: Language, *, loud: bool) -> Element:
    return band(severity, state, "", lang, loud=loud)


def _row(one: AlertView, lang: Language, now: datetime, nonce: str) -> Element:
    alert = one.alert
    open_it = Buttons(alert.number, alert.revision, nonce).plain(
        lang.t("Open #{number}", number=alert.number), Verb.REFRESH
    )
    where = joined((assets_text(alert, lang, most=2), when_text(one, lang, now)))
    return container(
        [row_head(alert, lang), rich(quiet(brief(where, 160)), spacing="None")], select=open_it, separator=True
    )


def _for_all(view: PageView, lang: Language, nonce: str) -> list[Action]:
    def press(do: str) -> dict[str, object]:
        return Press(call=view.page.id, do=do, counted=view.waiting, nonce=nonce).data()

    title = lang.t("Take it") if view.waiting == 1 else lang.t("Take all {count}", count=view.waiting)
    take = execute(title, Verb.PAGE.value, press("take"))
    if not view.is_personal:
        return [take]
    return [take, execute(lang.t("Not mine, next"), Verb.PAGE.value, press("pass"))]
