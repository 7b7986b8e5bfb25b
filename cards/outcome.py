"""What became of an action on several alerts: said alike of many where it is alike, and one button to take it back."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.alerts.errors import Refused
from bot.alerts.history import Kind
from bot.alerts.outcome import Left, Outcome
from cards.actions import execute
from cards.buttons import Press, Verb
from cards.elements import Action, Card, Element, card, rich, run, text_block
from cards.language import Language
from cards.parts import button_rows, cut_note, notice_of, quiet
from cards.refusals import refusal_text
from cards.safe import brief, clip
from cards.sentences import sentence
from cards.size import Room, fit

#: Characters of a line; of one in the middle of which numbers were cut, too.
_LINE = 400


def render_outcome(
    outcome: Outcome, *, lang: Language, now: datetime, actions: Sequence[Action], notice: str = ""
) -> Card:
    """Done to how many, what to which, and which stayed as they were."""

    def build(room: Room) -> Card:
        done, left = _done_lines(outcome, lang), _left_lines(outcome.left, lang, now)
        most = room.entries
        elements: list[Element] = [rich(run(line), spacing="Small") for line in done[:most]]
        elements += cut_note(len(done) - most, lang)
        if left:
            elements.append(text_block(lang.t("Left as they are"), heading=True, spacing="Medium", separator=True))
            elements += [rich(quiet(line), spacing="Small") for line in left[:most]]
            elements += cut_note(len(left) - most, lang)
        rows = [button_rows(actions)] if actions else []
        return card([*notice_of(notice), _title(outcome, lang), *elements, *rows])

    return fit(build)


def undo_button(outcome: Outcome, lang: Language, nonce: str) -> list[Action]:
    """The button of a card that takes all of it back."""
    if not outcome.entries:
        return []
    press = Press(action=outcome.action, nonce=nonce)
    return [execute(undo_title(outcome, lang), Verb.UNDO.value, press.data(), inputs="none")]


def undo_title(outcome: Outcome, lang: Language) -> str:
    if outcome.entries and outcome.entries[0].kind is Kind.UNDONE:
        return lang.t("Redo")
    return lang.t("Undo all of it") if len(outcome.entries) > 1 else lang.t("Undo")


def outcome_lines(outcome: Outcome, lang: Language, *, now: datetime) -> list[str]:
    """The same in words: `#4–#9: Ana resolved it`, and why others stayed as they were."""
    return [*_done_lines(outcome, lang), *_left_lines(outcome.left, lang, now)]


def numbers_text(numbers: Iterable[int]) -> str:
    """`#4–#9, #12`"""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    said = (f"#{each[0]}–#{each[-1]}" if len(each) > 2 else ", ".join(f"#{number}" for number in each) for each in runs)
    return ", ".join(said)


def _title(outcome: Outcome, lang: Language) -> Element:
    count = len(outcome.entries)
    if outcome.entries and outcome.entries[0].kind is Kind.UNDONE:
        text = lang.n("Taken back on {count} alert", "Taken back on {count} alerts", count)
    else:
        text = lang.n("Done to {count} alert", "Done to {count} alerts", count)
    return text_block(text, size="Medium", heading=True)


def _done_lines(outcome: Outcome, lang: Language) -> list[str]:
    by_words: dict[str, list[int]] = {}
    for entry in outcome.entries:
        words = clip(sentence(entry, lang, outcome.people), _LINE)
        by_words.setdefault(words, []).append(entry.alert)
    changed = {entry.alert for entry in outcome.entries}
    repeated = [alert.number for alert in outcome.alerts if alert.number not in changed]
    lines = [f"{numbers_text(numbers)}: {words}" for words, numbers in by_words.items()]
    return [*lines, *(f"#{number}: " for number in repeated)]


def _left_lines(left: Iterable[Left], lang: Language, now: datetime) -> list[str]:
    by_words: dict[str, list[int]] = {}
    for one in left:
        if isinstance(one.why, Refused):
            words = brief(refusal_text(one.why, one.view, lang, now=now, alone=False), _LINE)
        else:
            words = lang.t("not available here.")
        by_words.setdefault(words, []).append(one.number)
    return [f"{numbers_text(numbers)}: {words}" for words, numbers in by_words.items()]
