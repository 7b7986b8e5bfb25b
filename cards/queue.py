"""The queue: what is open, newest activity first; two lines for each on a phone, three on a wide screen."""

from collections.abc import Mapping
from datetime import datetime

from bot.alerts.condition_editing import Editing
from bot.alerts.due import is_due_soon, is_overdue
from bot.alerts.views import AlertView, QueueView
from cards.actions import execute
from cards.alert_card import assets_text
from cards.buttons import Listing, OpenedFrom, Press, Verb
from cards.condition_editor import editor_press, render_editor
from cards.dialog_buttons import Dialog, DialogCard, DialogPress, opens, submits
from cards.due import due_note
from cards.elements import Action, Card, Colour, Element, card, column, columns, container, rich, run, text_block
from cards.labels import (
    category_label,
    detection_label,
    investigation_note,
    service_label,
    state_label,
)
from cards.language import Language
from cards.parts import NAME, Buttons, button_rows, cut_note, joined, notice_of, quiet, row_head
from cards.safe import brief, clip
from cards.size import Room, fit

#: Characters of a filter that are shown.
_FILTER = 200

#: The steps of the filter's dialog: the list comes as an answer; how many alerts fit.
SHOW, COUNT = "show", "count"

#: Assets named in a row; the rest are counted.
_ASSETS = 2


def render_queue(
    queue: QueueView,
    *,
    lang: Language,
    now: datetime,
    nonce: str,
    notice: str = "",
) -> Card:
    """One page. A row opens its alert, and knows the way back to this page."""
    here = OpenedFrom(Listing(queue.kind), queue.page, queue.filter or None)

    def build(room: Room) -> Card:
        shown = queue.alerts[: room.entries]
        rows = [_row(view, lang, now, nonce=nonce, here=here) for view in shown]
        turns = _turns(queue, lang, nonce, here)
        return card(
            [
                *notice_of(notice),
                _heading(queue, lang),
                *(rows or [_nothing(queue, lang)]),
                *cut_note(len(queue.alerts) - len(shown), lang),
                *([button_rows(turns)] if turns else []),
            ]
        )

    return fit(build)


def render_filter(
    editing: Editing,
    typed: Mapping[str, str],
    *,
    fitting: int | None,
    lang: Language,
    press: DialogPress,
    nonce: str,
    notice: str = "",
) -> DialogCard:
    """Which alerts a list shows; `fitting` is how many that are now, where they were counted."""
    count = [] if fitting is None else [rich(quiet(lang.n("{count} alert fits", "{count} alerts fit", fitting)))]
    show = editor_press(press, editing, SHOW, nonce=nonce)
    return render_editor(
        lang.t("Filter"),
        editing,
        typed,
        lang=lang,
        press=press,
        nonce=nonce,
        notice=notice,
        below=count,
        actions=[
            submits(lang.t("Show"), show, primary=True),
            submits(lang.t("How many?"), editor_press(press, editing, COUNT, nonce=nonce)),
        ],
    )


def _heading(queue: QueueView, lang: Language) -> Element:
    title = {"queue": lang.t("Queue"), "mine": lang.t("My alerts"), "search": lang.t("Found")}[queue.kind]
    count = lang.n("{count} alert", "{count} alerts", queue.total)
    if queue.open_only:
        count = lang.n("{count} open", "{count} open", queue.total)
    period = lang.n("last day", "last {count} days", queue.days) if queue.days else ""
    where = lang.t("page {page} of {pages}", page=queue.page + 1, pages=queue.pages) if queue.pages > 1 else ""
    heading = columns(
        column(text_block(title, size="Medium", heading=True)),
        column(rich(quiet(joined((count, period, where))), side="Right"), width="stretch", middle=True),
    )
    if not queue.filter:
        return heading
    return container([heading, rich(quiet(brief(queue.filter, _FILTER)), spacing="None")])


def _row(view: AlertView, lang: Language, now: datetime, *, nonce: str, here: OpenedFrom) -> Element:
    alert = view.alert
    open_it = Buttons(alert.number, alert.revision, nonce, here).plain(
        lang.t("Open #{number}", number=alert.number), Verb.REFRESH
    )
    who = brief(view.assignee_name or "", NAME) or lang.t("nobody has it")
    last = lang.moment(alert.last_activity, now=now)
    return container(
        [
            row_head(alert, lang),
            rich(
                run(joined((state_label(alert, lang), who, last, assets_text(alert, lang, most=_ASSETS)))),
                spacing="None",
            ),
            *_due(view, lang, now),
            *_wide_line(view, lang, now),
        ],
        select=open_it,
        separator=True,
    )


def _due(view: AlertView, lang: Language, now: datetime) -> list[Element]:
    """Only what is late or nearly so: a mark that is everywhere marks nothing."""
    if not (is_overdue(view.alert, now) or is_due_soon(view.alert, now)):
        return []
    color: Colour = "Attention" if is_overdue(view.alert, now) else "Warning"
    return [rich(run(due_note(view.alert, lang, now), weight="Bolder", color=color), spacing="None")]


def _wide_line(view: AlertView, lang: Language, now: datetime) -> list[Element]:
    """The rest of Defender's columns, where the screen is wide enough; old clients show it always."""
    alert = view.alert
    tags = list(dict.fromkeys((*alert.tags, *alert.source_tags)))
    detection = detection_label(alert, lang)
    text = joined(
        (
            brief(category_label(alert.category, lang), NAME),
            lang.t("detected by {what}", what=detection) if detection else brief(service_label(alert, lang), NAME),
            investigation_note(alert, lang),
            lang.t("since {moment}", moment=lang.moment(alert.first_activity, now=now)),
            clip(", ".join(brief(tag, NAME) for tag in tags[:10]), 80),
        )
    )
    return [rich(quiet(text), spacing="None", target_width="atLeast:Standard")]


def _turns(queue: QueueView, lang: Language, nonce: str, here: OpenedFrom) -> list[Action]:
    def turn(title: str, page: int) -> Action:
        return execute(
            title, Verb.QUEUE.value, Press(nonce=nonce, listing=here.listing, page=page, filter=here.filter).data()
        )

    turns = []
    if queue.page > 0:
        turns.append(turn(lang.t("Previous"), queue.page - 1))
    if queue.page + 1 < queue.pages:
        turns.append(turn(lang.t("Next"), queue.page + 1))
    turns.append(turn(lang.t("Refresh"), queue.page))
    press = Press(nonce=nonce, listing=here.listing, filter=here.filter)
    turns.append(execute(lang.t("Export"), Verb.EXPORT.value, press.data()))
    state = {"listing": here.listing.value} | ({"filter": here.filter} if here.filter else {})
    turns.append(opens(lang.t("Filter…"), DialogPress(dialog=Dialog.FILTER, nonce=nonce, state=state)))
    return turns


def _nothing(queue: QueueView, lang: Language) -> Element:
    if queue.nothing_comes:
        said = lang.t("No alerts come to this conversation, so only what was shared here is listed.")
        step = lang.t("“subscribe” brings them here; your own chat with Tocsin lists all of yours.")
        nothing = lang.t("Nothing fits.") if queue.filter else ""
        return rich(run(" ".join(filter(None, (nothing, said, step)))), spacing="Medium")
    if queue.filter:
        return rich(run(lang.t("Nothing fits.")), spacing="Medium")
    if queue.kind == "mine":
        return rich(run(lang.t("You have no open alerts. Enjoy the quiet.")), spacing="Medium")
    return rich(run(lang.t("No open alerts. Enjoy the quiet.")), spacing="Medium")
