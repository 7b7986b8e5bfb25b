"""History: what everybody did to an alert, newest first, each step a sentence."""

from collections.abc import Iterable
from datetime import datetime

from bot.alerts.history import Entry
from bot.alerts.views import HistoryView
from cards.buttons import OpenedFrom, Verb
from cards.elements import Card, Element, card, container, rich, run
from cards.language import Language
from cards.parts import back, button_rows, buttons_for, cut_note, head, joined, notice_of, quiet
from cards.safe import clip
from cards.sentences import People, change_text, changes_worth_telling, sentence, way_note
from cards.size import Room, fit

#: Changes of one entry; a source may report twenty at once.
_CHANGES = 6


def render_history(
    history: HistoryView,
    *,
    lang: Language,
    now: datetime,
    nonce: str,
    notice: str = "",
    opened_from: OpenedFrom | None = None,
) -> Card:
    """Every step that is loaded, as far as there is room."""
    view = history.view
    buttons = buttons_for(view, nonce=nonce, opened_from=opened_from)

    def build(room: Room) -> Card:
        shown = history.entries[: room.entries]
        cut = history.older + len(history.entries) - len(shown)
        return card(
            [
                *notice_of(notice),
                *head(view, lang),
                *_steps(shown, view.people, lang, now, room),
                *cut_note(cut, lang),
                button_rows([back(buttons, lang), buttons.plain(lang.t("Undo"), Verb.UNDO)]),
            ]
        )

    return fit(build)


def _steps(entries: Iterable[Entry], people: People, lang: Language, now: datetime, room: Room) -> list[Element]:
    return [
        container(_step(entry, people, lang, now, room), spacing="Small", separator=place == 0)
        for place, entry in enumerate(entries)
    ]


def _step(entry: Entry, people: People, lang: Language, now: datetime, room: Room) -> list[Element]:
    note = joined((lang.moment(entry.at, now=now), way_note(entry, lang)))
    lines = [rich(run(clip(sentence(entry, lang, people), 300)), quiet(f" · {note}"))]
    if entry.comment:
        words = clip(entry.comment[: 4 * room.text], min(600, room.text))
        lines.append(
            rich(run(f"“{words}”", italic=True, strike=entry.withdrawn, subtle=entry.withdrawn), spacing="None")
        )
    changes = changes_worth_telling(entry)
    if changes:
        told = [clip(change_text(change, lang, people), min(160, room.text)) for change in changes[:_CHANGES]]
        lines.append(rich(quiet(joined(told)), spacing="None"))
        lines += cut_note(len(changes) - _CHANGES, lang)
    return lines
