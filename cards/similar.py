"""Similar alerts: which ones, how they ended, and why they are alike."""

from datetime import datetime

from bot.alerts.similarity import Reason
from bot.alerts.views import Similar, SimilarView
from bot.alerts.words import Classification
from cards import vocabulary
from cards.buttons import Listing, OpenedFrom, Verb
from cards.dialog_buttons import Dialog, DialogPress, opens
from cards.elements import Action, Card, Element, card, container, rich, run, text_block
from cards.labels import state_label, verdict_label
from cards.language import Language
from cards.parts import (
    NAME,
    Buttons,
    back,
    button_rows,
    buttons_for,
    cut_note,
    head,
    joined,
    notice_of,
    quiet,
    row_head,
)
from cards.safe import brief
from cards.size import Room, fit

#: Every alert has one of these, and the reader sees it above.
_ONE_EACH = frozenset({"rule", "type", "category"})


def render_similar(
    similar: SimilarView,
    *,
    lang: Language,
    now: datetime,
    nonce: str,
    notice: str = "",
    opened_from: OpenedFrom | None = None,
) -> Card:
    """Each with a way to open it."""
    view = similar.view
    buttons = buttons_for(view, nonce=nonce, opened_from=opened_from)

    def build(room: Room) -> Card:
        shown = similar.similar[: room.entries]
        rows = [_row(one, lang, now, nonce=nonce, of=view.alert.number) for one in shown] or [_nothing(lang)]
        return card(
            [
                *notice_of(notice),
                *head(view, lang),
                text_block(lang.t("Similar alerts"), heading=True, spacing="Medium"),
                *rows,
                *cut_note(len(similar.similar) - len(shown), lang),
                button_rows([*_manage(similar, nonce, lang), back(buttons, lang)]),
            ]
        )

    return fit(build)


def _manage(similar: SimilarView, nonce: str, lang: Language) -> list[Action]:
    """The way to handle them all alike."""
    if not similar.similar:
        return []
    press = DialogPress(dialog=Dialog.SIMILAR, alert=similar.view.alert.number, nonce=nonce)
    return [opens(lang.t("Manage these…"), press)]


def _row(one: Similar, lang: Language, now: datetime, *, nonce: str, of: int) -> Element:
    alert = one.alert
    open_it = Buttons(alert.number, alert.revision, nonce, OpenedFrom(Listing.SIMILAR, of)).plain(
        lang.t("Open #{number}", number=alert.number), Verb.REFRESH
    )
    verdict = ""
    if alert.classification is not Classification.NOT_SET:
        verdict = verdict_label(alert.classification, alert.determination, lang)
    state = joined((state_label(alert, lang), verdict, lang.t("{ago} ago", ago=lang.span(now - alert.last_activity))))
    return container(
        [
            row_head(alert, lang),
            rich(run(state), spacing="None"),
            rich(quiet(reason_text(one, lang)), spacing="None"),
        ],
        select=open_it,
        separator=True,
    )


def reason_text(one: Similar, lang: Language) -> str:
    """`same host web-1, same technique T1110, same rule`"""
    return ", ".join(_reason(why, lang) for why in one.reasons)


def _reason(why: Reason, lang: Language) -> str:
    kind = lang.term(vocabulary.SHARED, why.kind)
    if why.kind in _ONE_EACH:
        return lang.t("same {kind}", kind=kind)
    return lang.t("same {kind} {what}", kind=kind, what=brief(why.label, NAME))


def _nothing(lang: Language) -> Element:
    return rich(
        run(lang.t("None: no other alert has the same rule, or a device, a person, a file or an address of this one."))
    )
