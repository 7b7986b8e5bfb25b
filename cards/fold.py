"""Alerts that share one card: the living roll-up of a storm, the list behind it, and all of them at once."""

from datetime import datetime

from bot.alerts.conversation import Gathered
from bot.alerts.views import AlertView, FoldPage, FoldView
from bot.alerts.words import Status
from cards.actions import execute
from cards.buttons import ME, Listing, OpenedFrom, Press, Verb
from cards.elements import Action, Card, Element, card, column, columns, container, rich, run
from cards.forms import verdict_choices
from cards.inputs import choices, text_input
from cards.labels import severity_label, status_label
from cards.language import Language
from cards.parts import (
    NAME,
    TITLE,
    Buttons,
    band,
    button_rows,
    cut_note,
    joined,
    notice_of,
    quiet,
    row_head,
)
from cards.safe import brief, clean
from cards.size import LIMIT, Room, fit

_COMMENT_FIELD = 10_000


def render_rollup(
    fold: FoldView, *, lang: Language, now: datetime, nonce: str, notice: str = "", limit: int = LIMIT
) -> Card:
    """How many, how bad, where, since when; and the way to each of them."""

    def build(_room: Room) -> Card:
        return card(
            [
                *notice_of(notice),
                *_head(fold, lang),
                *(rich(run(text), spacing="Small") for text in (_assets(fold, lang), _when(fold, lang, now)) if text),
                *_gathered(fold, lang),
                button_rows(_actions(fold, lang, nonce)),
            ]
        )

    return fit(build, limit=limit)


def rollup_text(fold: FoldView, lang: Language) -> tuple[str, str]:
    """The message's text and what a locked phone shows: `40 alerts: Malware detected (high)`."""
    if fold.title:
        text = lang.n("{count} alert", "{count} alerts", fold.count)
        text = f"{text}: {clean(brief(fold.title, TITLE))}"
    else:
        text = lang.n("{count} alert of many types", "{count} alerts of many types", fold.count)
    text = f"{text} ({lang.inside(severity_label(fold.severity, lang))})"
    return text, text


def render_fold_page(page: FoldPage, *, lang: Language, now: datetime, nonce: str, notice: str = "") -> Card:
    """The alerts one by one, newest first. A row opens its alert, and knows the way back."""
    fold = page.fold

    def build(room: Room) -> Card:
        shown = page.alerts[: room.entries]
        return card(
            [
                *notice_of(notice),
                *_head(fold, lang),
                *(_row(view, fold.card, lang, now, nonce) for view in shown),
                *cut_note(len(page.alerts) - len(shown), lang),
                button_rows(_turns(page, lang, nonce), [*_actions(fold, lang, nonce)[1:], _back(fold, lang, nonce)]),
            ]
        )

    return fit(build)


def render_manage_form(fold: FoldView, *, lang: Language, nonce: str, notice: str = "") -> Card:
    """Resolve all that are open in one step: inputs `classification`, joined with its determination, and `comment`."""
    fields = [
        choices("classification", verdict_choices(lang), label=lang.t("What were they?"), value="notSet"),
        text_input("comment", label=lang.t("Comment (not required)"), max_length=_COMMENT_FIELD, multiline=True),
    ]
    resolve = execute(
        lang.n("Resolve {count}", "Resolve all {count}", fold.open),
        Verb.MANAGE.value,
        Press(fold=fold.card, counted=fold.count, nonce=nonce, status=Status.RESOLVED.value).data(),
        inputs="auto",
        primary=True,
    )
    return card([*notice_of(notice), *_head(fold, lang), *fields, button_rows([resolve, _back(fold, lang, nonce)])])


def folded_line(view: AlertView, lang: Language, nonce: str) -> list[Element]:
    """On the card of an alert that others of its type and host share: how many, and the way to them."""
    if not view.folded:
        return []
    text = lang.n("{count} more like it within minutes", "{count} more like it within minutes", view.folded)
    # They have no card of their own: this one says what is left to do, whatever became of its own alert.
    text = joined((text, lang.n("{count} open", "{count} open", view.folded_open) if view.folded_open else ""))
    show = execute(lang.t("Show all"), Verb.SHOW.value, Press(fold=view.card, nonce=nonce).data())
    return [
        columns(
            column(rich(run(text, weight="Bolder")), width="stretch", middle=True),
            column(button_rows([show], spacing="None")),
        )
    ]


def _head(fold: FoldView, lang: Language) -> list[Element]:
    count = lang.n("{count} alert", "{count} alerts", fold.count)
    is_open = lang.n("{count} open", "{count} open", fold.open) if fold.open else lang.t("all resolved")
    return [
        band(fold.severity, f" · {is_open}", count, lang, loud=fold.open > 0),
        rich(run(_what(fold, lang), weight="Bolder", size="Medium")),
    ]


def _what(fold: FoldView, lang: Language) -> str:
    """What they are: one title stands for alerts of one type only."""
    return brief(fold.title, TITLE) or lang.t("Alerts of many types")


def _assets(fold: FoldView, lang: Language) -> str:
    names = [brief(name, NAME) for name in fold.assets]
    more = fold.asset_count - len(names)
    return joined([*names, lang.n("{count} more", "{count} more", more)] if more > 0 else names)


def _when(fold: FoldView, lang: Language, now: datetime) -> str:
    return lang.t(
        "first {first}, last {last}",
        first=lang.moment(fold.first_activity, now=now),
        last=lang.moment(fold.last_activity, now=now),
    )


def _gathered(fold: FoldView, lang: Language) -> list[Element]:
    """Why they share a card, where it is not a storm."""
    match fold.why:
        case Gathered.LIMIT:
            text = lang.n(
                "Beyond today's limit of {count} card. High severity still has cards of its own.",
                "Beyond today's limit of {count} cards. High severity still has cards of its own.",
                fold.why_number,
            )
        case Gathered.MAINTENANCE:
            text = lang.t(
                "Maintenance {number} is over: these came meanwhile, and were open at its end.", number=fold.why_number
            )
        case None:
            return []
    return [rich(run(text), spacing="Small")]


def _actions(fold: FoldView, lang: Language, nonce: str) -> list[Action]:
    show = execute(lang.t("Show"), Verb.SHOW.value, Press(fold=fold.card, nonce=nonce).data())
    if not fold.open:
        return [show]
    take = Press(fold=fold.card, counted=fold.count, nonce=nonce, to=ME).data()
    return [
        show,
        execute(lang.t("Assign all to me"), Verb.MANAGE.value, take),
        execute(lang.t("Resolve all…"), Verb.MANAGE.value, Press(fold=fold.card, nonce=nonce).data()),
    ]


def _turns(page: FoldPage, lang: Language, nonce: str) -> list[Action]:
    def turn(title: str, to: int) -> Action:
        return execute(title, Verb.SHOW.value, Press(fold=page.fold.card, nonce=nonce, page=to).data())

    turns = [turn(lang.t("Previous"), page.page - 1)] if page.page else []
    return [*turns, turn(lang.t("Next"), page.page + 1)] if page.page + 1 < page.pages else turns


def _back(fold: FoldView, lang: Language, nonce: str) -> Action:
    return execute(lang.t("Back"), Verb.BACK.value, Press(fold=fold.card, nonce=nonce).data(), inputs="none")


def _row(view: AlertView, fold: int, lang: Language, now: datetime, nonce: str) -> Element:
    alert = view.alert
    open_it = Buttons(alert.number, alert.revision, nonce, OpenedFrom(Listing.FOLD, fold)).plain(
        lang.t("Open #{number}", number=alert.number), Verb.REFRESH
    )
    who = brief(view.assignee_name or "", NAME) or lang.t("nobody has it")
    where = brief(alert.assets[0].label, NAME) if alert.assets else ""
    state = joined((status_label(alert.status, lang), who, lang.moment(alert.last_activity, now=now), where))
    return container(
        [
            row_head(alert, lang),
            rich(quiet(state), spacing="None"),
        ],
        select=open_it,
        separator=True,
    )
