"""Manage similar alerts: a list to tick with one verdict, status and comment for all, and what that would change.

The same in a dialog and in a card; only the buttons differ, which whoever draws it gives.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final

from bot.alerts.alert import Alert
from bot.alerts.planned import Planned
from bot.alerts.views import AlertView, Similar, SimilarView
from bot.alerts.words import Classification, Severity, Status
from cards.elements import Action, Card, Element, card, container, rich, run, text_block
from cards.forms import verdict_choices
from cards.inputs import Choice, choice, choices, text_input
from cards.labels import severity_label, state_label, status_label, verdict_label
from cards.language import Language
from cards.outcome import numbers_text
from cards.parts import NAME, button_rows, cut_note, head, joined, notice_of, quiet, title_of
from cards.safe import brief, clip
from cards.sentences import change_text
from cards.similar import reason_text
from cards.size import Room, fit

#: The value of a choice that changes nothing.
KEEP = "keep"

#: Characters of the comment, and of a title and a reason in a line.
COMMENT, _TITLE, _REASON = 4_000, 60, 90

#: Alerts that are offered at once, the one that it is about among them.
_OFFERED = 51

#: Alerts that are named one by one where something about them matters.
_NAMED = 6


#: What many alerts share that are not alike.
_LOOSE: Final = frozenset({"site", "category", "technique"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What somebody has ticked and chosen so far; `picked` is None before they have."""

    picked: Collection[int] | None = None
    status: str = Status.RESOLVED.value
    verdict: str = ""
    comment: str = ""


def render_pick(
    similar: SimilarView, chosen: Chosen, actions: Sequence[Action], *, lang: Language, notice: str = ""
) -> Card:
    """The list, as inputs `picked`, `classification` (joined with its determination), `status` and `comment`."""
    subject = similar.view.alert

    def build(room: Room) -> Card:
        most = _OFFERED if room.entries >= Room().entries else room.entries
        shown = similar.similar[: most - 1]
        options = [_subject_choice(similar.view, lang), *(_choice(one, subject, lang) for one in shown)]
        ticked = _ticked(similar, chosen)
        return card(
            [
                *notice_of(notice),
                *head(similar.view, lang),
                choices(
                    "picked",
                    options,
                    label=lang.t("Which alerts?"),
                    value=",".join(str(number) for number in (subject.number, *_numbers(shown)) if number in ticked),
                    several=True,
                ),
                *cut_note(len(similar.similar) - len(shown), lang),
                *_fields(chosen.verdict or _verdict_now(similar.view), chosen.status, lang),
                _comment(chosen.comment, lang),
                button_rows(actions),
            ]
        )

    return fit(build)


def render_preview(
    planned: Sequence[Planned], comment: str, actions: Sequence[Action], *, lang: Language, notice: str = ""
) -> Card:
    """What would change, the worst first; the input `comment` can still be written."""
    changing = [one for one in planned if one.decision is not None]
    staying = [one.view.alert.number for one in planned if one.decision is None]
    groups = _grouped(changing, lambda one: _changes(one, lang))
    held = _grouped(
        [one for one in changing if one.view.alert.assignee], lambda one: brief(one.view.assignee_name or "", NAME)
    )

    def build(room: Room) -> Card:
        most = room.entries
        return card(
            [
                *notice_of(notice),
                text_block(_would(len(changing), lang), heading=True, size="Medium"),
                *_callout([one for one in changing if one.overrules], lang.t("True positive until now"), lang),
                *_callout([one for one in changing if one.is_high], lang.t("High severity"), lang),
                *(_line(words, numbers) for words, numbers in list(groups.items())[:most]),
                *cut_note(len(groups) - most, lang),
                *([_line(lang.t("stay as they are: they are so already"), staying)] if staying else []),
                *(_line(lang.t("{who} has it", who=who), numbers) for who, numbers in list(held.items())[:_NAMED]),
                *([_comment(comment, lang)] if changing else []),
                button_rows(actions),
            ]
        )

    return fit(build)


def will_change(planned: Sequence[Planned]) -> int:
    return sum(one.decision is not None for one in planned)


def _numbers(similar: Sequence[Similar]) -> list[int]:
    return [one.alert.number for one in similar]


def _ticked(similar: SimilarView, chosen: Chosen) -> Collection[int]:
    """From the start, what is open, not known to be real, and alike by more than where it was: nobody closes a true
    positive, or something else on the same site, by not looking."""
    if chosen.picked is not None:
        return chosen.picked
    alike = [one.alert for one in similar.similar if any(reason.kind not in _LOOSE for reason in one.reasons)]
    real = Classification.TRUE_POSITIVE
    return [
        alert.number
        for alert in (similar.view.alert, *alike)
        if alert.is_open and not alert.is_hidden and alert.classification is not real
    ]


def _subject_choice(view: AlertView, lang: Language) -> Choice:
    return choice(joined((*_what(view.alert, lang), lang.t("this alert"))), str(view.alert.number))


def _choice(one: Similar, subject: Alert, lang: Language) -> Choice:
    """What tells it from the others comes first; a title that all have is not said again."""
    title = "" if one.alert.title == subject.title else clip(title_of(one.alert), _TITLE)
    return choice(
        joined((*_what(one.alert, lang), title, clip(reason_text(one, lang), _REASON))), str(one.alert.number)
    )


def _what(alert: Alert, lang: Language) -> tuple[str, ...]:
    """`#1033 web-1`, `High`, `New`, and its verdict if it has one."""
    verdict = ""
    if alert.classification is not Classification.NOT_SET:
        verdict = verdict_label(alert.classification, alert.determination, lang)
    where = brief(alert.assets[0].label, 40) if alert.assets else ""
    severity = severity_label(alert.severity, lang)
    # A choice has no colours; what is loud elsewhere is in capitals here.
    severity = severity.upper() if alert.severity is Severity.HIGH else severity
    return f"#{alert.number} {where}".rstrip(), severity, state_label(alert, lang), verdict


def _fields(verdict: str, status: str, lang: Language) -> list[Element]:
    keep = choice(lang.t("Leave as it is"), KEEP)
    verdicts = [keep, *verdict_choices(lang)]
    statuses = [keep, *(choice(status_label(one, lang), one.value) for one in Status)]
    known = {option["value"] for option in verdicts}
    return [
        choices(
            "classification", verdicts, label=lang.t("What were they?"), value=verdict if verdict in known else KEEP
        ),
        choices("status", statuses, label=lang.t("Status"), value=status),
    ]


def _comment(comment: str, lang: Language) -> Element:
    return text_input(
        "comment",
        label=lang.t("Comment on each (not required)"),
        value=comment,
        max_length=COMMENT,
        multiline=True,
    )


def _verdict_now(view: AlertView) -> str:
    """What this alert was found to be is offered for the others."""
    alert = view.alert
    if alert.classification is Classification.NOT_SET:
        return KEEP
    return ":".join(part for part in (alert.classification.value, alert.determination) if part)


def _would(count: int, lang: Language) -> str:
    if not count:
        return lang.t("Nothing would change")
    return lang.n("This would change {count} alert", "This would change {count} alerts", count)


def _changes(one: Planned, lang: Language) -> str:
    changes = one.decision.changes if one.decision is not None else ()
    return joined(change_text(change, lang, {}) for change in changes) or lang.t("only a comment")


def _callout(those: Sequence[Planned], title: str, lang: Language) -> list[Element]:
    """Named one by one, so that nobody passes over them."""
    if not those:
        return []
    lines = [rich(run(_named(one.view.alert, lang)), spacing="Small") for one in those[:_NAMED]]
    more = [one.view.alert.number for one in those[_NAMED:]]
    if more:
        lines.append(rich(quiet(lang.t("and {numbers}", numbers=numbers_text(more))), spacing="Small"))
    head_ = rich(run(f"{title}: {len(those)}", weight="Bolder", color="Attention"))
    return [container([head_, *lines], style="attention", spacing="Medium")]


def _named(alert: Alert, lang: Language) -> str:
    where = brief(alert.assets[0].label, NAME) if alert.assets else ""
    return joined((f"#{alert.number}", clip(title_of(alert), _TITLE), where, state_label(alert, lang)))


def _grouped(those: Sequence[Planned], words_of: Callable[[Planned], str]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for one in those:
        groups.setdefault(words_of(one), []).append(one.view.alert.number)
    return groups


def _line(words: str, numbers: Sequence[int]) -> Element:
    return rich(run(numbers_text(numbers), weight="Bolder"), quiet(f"  {words}"), spacing="Small")
