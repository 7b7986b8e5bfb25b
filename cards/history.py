"""History: what everybody did to an alert, newest first, each step a sentence."""

from collections.abc import Iterable
from datetime import datetime

from bot.alerts.history import Entry, Kind
from bot.alerts.views import HistoryView
from cards.buttons import OpenedFrom, Verb
from cards.elements import Action, Card, Element, card, container, rich, run
from cards.language import Language
from cards.parts import Buttons, back, button_rows, buttons_for, cut_note, head, joined, notice_of, quiet
from cards.safe import brief, clip
from cards.sentences import change_text, changes_worth_telling, sentence, way_note
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
                *_steps(shown, history, lang, now, room),
                *cut_note(cut, lang),
                button_rows(
                    [back(buttons, lang), buttons.plain(lang.t("Undo"), Verb.UNDO), *_whole(history, buttons, lang)]
                ),
            ]
        )

    return fit(build)


def _whole(history: HistoryView, buttons: Buttons, lang: Language) -> list[Action]:
    """Where one's last step was part of an action on several alerts, a button for all of it; for who may, one for what
    somebody else did."""
    actions: list[Action] = []
    mine, others = history.mine, history.others
    if mine is not None and (count := history.sizes.get(mine.action, 1)) > 1 and mine.revision not in history.undone:
        if mine.kind is Kind.UNDONE:
            title = lang.n("Redo on {count}", "Redo on all {count}", count)
        else:
            title = lang.n("Undo on {count}", "Undo on all {count}", count)
        actions.append(buttons.given(title, Verb.UNDO, action=mine.action, inputs="none"))
    if others is not None and others.revision not in history.undone:
        who, count = brief(others.actor.name, 24), history.sizes.get(others.action, 1)
        if count > 1:
            title = lang.n("Undo {who}'s on {count}", "Undo {who}'s on all {count}", count, who=who)
            actions.append(buttons.given(title, Verb.UNDO, action=others.action, inputs="none"))
        else:
            title = lang.t("Undo {who}'s step", who=who)
            actions.append(buttons.given(title, Verb.UNDO, to=others.actor.id, inputs="none"))
    return actions


def _steps(entries: Iterable[Entry], history: HistoryView, lang: Language, now: datetime, room: Room) -> list[Element]:
    return [
        container(_step(entry, history, lang, now, room), spacing="Small", separator=place == 0)
        for place, entry in enumerate(entries)
    ]


def _step(entry: Entry, history: HistoryView, lang: Language, now: datetime, room: Room) -> list[Element]:
    people, others = history.view.people, history.sizes.get(entry.action, 1) - 1
    note = joined(
        (
            lang.moment(entry.at, now=now),
            way_note(entry, lang),
            lang.n("with {count} other", "with {count} others", others) if others else "",
            lang.t("undone") if entry.revision in history.undone else "",
        )
    )
    lines = [rich(run(clip(sentence(entry, lang, people), 300)), quiet(f" · {note}"))]
    if entry.comment:
        words = clip(entry.comment[: 4 * room.text], min(600, room.text))
        lines.append(
            rich(run(lang.quoted(words), italic=True, strike=entry.withdrawn, subtle=entry.withdrawn), spacing="None")
        )
    changes = changes_worth_telling(entry)
    if changes:
        told = [clip(change_text(change, lang, people), min(160, room.text)) for change in changes[:_CHANGES]]
        lines.append(rich(quiet(joined(told)), spacing="None"))
        lines += cut_note(len(changes) - _CHANGES, lang)
    return lines
