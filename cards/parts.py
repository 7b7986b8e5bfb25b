"""Pieces that several cards share, so that the same thing is in the same place everywhere."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.alerts.alert import Alert
from bot.alerts.views import AlertView
from bot.alerts.words import Severity
from cards.actions import Inputs, execute
from cards.buttons import Listing, OpenedFrom, Press, Verb
from cards.elements import (
    Action,
    Colour,
    Element,
    Run,
    Spacing,
    Style,
    action_set,
    column,
    columns,
    container,
    rich,
    run,
)
from cards.labels import severity_label, status_label
from cards.language import Language
from cards.safe import brief

#: Characters of a title on a card, and of a name in a line.
TITLE, NAME = 200, 60


#: Points of a button without its title, of a row within a card on a phone of 320 points; Teams' most in a row.
_PADDING, _ROW, _MOST = 34.0, 250.0, 6

#: Points of a letter of a button's title, by how wide it is; of others.
_LETTERS: Mapping[str, float] = {**dict.fromkeys("fijlrtI.,:!' ", 5.5), **dict.fromkeys("mwMW…", 13.0)}
_CAPITAL, _LETTER = 10.0, 9.0

_BANDS: Mapping[Severity, Style] = {Severity.HIGH: "attention", Severity.MEDIUM: "warning"}
_COLOURS: Mapping[Severity, Colour] = {Severity.HIGH: "Attention", Severity.MEDIUM: "Warning"}


@dataclass(frozen=True, slots=True)
class Buttons:
    """Makes the buttons of one card: all carry the same alert, revision, nonce and way back."""

    alert: int
    rev: int
    nonce: str
    opened_from: OpenedFrom | None = None
    _data: dict[str, Any] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_data", self._press().data())

    @property
    def is_shared(self) -> bool:
        """Whether the card was put into a conversation by somebody, so that it is not ours to update."""
        return self.opened_from is not None and self.opened_from.listing is Listing.SHARED

    @property
    def data(self) -> Mapping[str, Any]:
        """What a button without inputs carries."""
        return self._data

    def plain(self, title: str, verb: Verb, *, inputs: Inputs | None = None, primary: bool = False) -> Action:
        """A button without inputs of its own. `inputs` says whether the card's are sent along."""
        return execute(title, verb.value, self._data, inputs=inputs, primary=primary)

    def given(
        self,
        title: str,
        verb: Verb,
        *,
        to: str | None = None,
        status: str | None = None,
        classification: str | None = None,
        determination: str | None = None,
        action: str | None = None,
        withdraws: int | None = None,
        step: str | None = None,
        inputs: Inputs | None = None,
        primary: bool = False,
    ) -> Action:
        """A button that says all that is needed. `withdraws` is the id of a question to experts,
        `step` where one is in a view of several."""
        press = self._press(
            to=to,
            status=status,
            classification=classification,
            determination=determination,
            action=action,
            question=withdraws,
            step=step,
            do="withdraw" if withdraws is not None else None,
        )
        return execute(title, verb.value, press.data(), inputs=inputs, primary=primary)

    def to_list(self, title: str) -> Action:
        """Back to the list from which the alert was opened."""
        match self.opened_from:
            case OpenedFrom(Listing.SIMILAR, number):
                verb, press = Verb.SIMILAR, Press(alert=number, nonce=self.nonce)
            case OpenedFrom(Listing.STORY, number):
                verb, press = Verb.STORY, Press(alert=number, nonce=self.nonce)
            case OpenedFrom(Listing.ACTIONS, number):
                verb, press = Verb.DETAILS, Press(alert=number, step="actions", nonce=self.nonce)
            case OpenedFrom(Listing.ENTITY, number, entity):
                verb, press = Verb.ENTITY, Press(alert=number, entity=entity, nonce=self.nonce)
            case OpenedFrom(Listing.INCIDENT, number):
                verb, press = Verb.INCIDENT, Press(case=number, nonce=self.nonce)
            case OpenedFrom(Listing.RULE, rule):
                verb, press = Verb.RULES, Press(rule=rule, do="caught", nonce=self.nonce)
            case OpenedFrom(Listing.DECK):
                verb, press = Verb.QUEUE, Press(listing=Listing.DECK, page=self.alert, nonce=self.nonce)
            case OpenedFrom(Listing.DIGEST, digest):
                verb, press = Verb.DIGEST, Press(page=digest, do="back", nonce=self.nonce)
            case OpenedFrom(Listing.FOLD, card):
                verb, press = Verb.SHOW, Press(fold=card, nonce=self.nonce)
            case _:
                return self.plain(title, Verb.QUEUE)
        return execute(title, verb.value, press.data())

    def to_incident(self, title: str, number: int) -> Action:
        return execute(title, Verb.INCIDENT.value, Press(case=number, nonce=self.nonce).data(), inputs="none")

    def _press(self, **given: Any) -> Press:  # noqa: ANN401 - the inputs of a press
        if (opened := self.opened_from) is not None:
            given |= {"listing": opened.listing, "page": opened.page, "filter": opened.filter}
        return Press(alert=self.alert, rev=self.rev, nonce=self.nonce, **given)


def buttons_for(view: AlertView, *, nonce: str, opened_from: OpenedFrom | None) -> Buttons:
    return Buttons(view.alert.number, view.alert.revision, nonce, opened_from)


def back(buttons: Buttons, lang: Language) -> Action:
    return buttons.plain(lang.t("Back"), Verb.BACK, inputs="none")


def head(view: AlertView, lang: Language) -> list[Element]:
    """How every card about an alert begins: how bad, where it stands, who has it, its number; then its title.

    The severity is the one loud thing: a word, on a band whose colour says it again while something is to be done.
    """
    alert = view.alert
    state = f" · {status_label(alert.status, lang)}"
    if view.assignee_name:
        state += f" · {brief(view.assignee_name, NAME)}"
    if alert.is_hidden:
        state += f" · {lang.t('Hidden')}"
    loud = (alert.is_open and not alert.is_hidden) or view.folded_open > 0
    return [
        band(alert.severity, state, f"#{alert.number}", lang, loud=loud),
        rich(run(title_of(alert), weight="Bolder", size="Medium")),
    ]


def band(severity: Severity, state: str, number: str, lang: Language, *, loud: bool) -> Element:
    """The first line of a card: the severity, then what is said quietly beside it, then a number at the edge."""
    color = _COLOURS.get(severity) if loud else None
    line = columns(
        column(
            rich(run(severity_label(severity, lang).upper(), weight="Bolder", color=color), run(state)), width="stretch"
        ),
        column(rich(run(number), side="Right")),
    )
    style = _BANDS.get(severity, "emphasis") if loud else "emphasis"
    return container([line], style=style, bleed=True, spacing="None")


def row_head(alert: Alert, lang: Language) -> Element:
    """How an alert begins in a list: severity and title, its number at the edge in the colour of what can be opened."""
    # Only the highest has a colour, or a list would be all colours.
    color: Colour | None = "Attention" if alert.severity is Severity.HIGH else None
    severity = run(severity_label(alert.severity, lang), weight="Bolder", color=color)
    return columns(
        column(rich(severity, run(f" · {title_of(alert)}", weight="Bolder")), width="stretch"),
        column(rich(run(f"#{alert.number}", color="Accent"), side="Right")),
    )


def title_of(alert: Alert) -> str:
    return brief(alert.title, TITLE) or f"#{alert.number}"


def notice_of(notice: str) -> list[Element]:
    """A kind line at the top, about what has just happened."""
    if not notice:
        return []
    return [container([rich(run(brief(notice, 300)))], style="accent", bleed=True)]


def joined(parts: Iterable[str]) -> str:
    """`web-1 · svc-build`, without the empty ones."""
    return " · ".join(part for part in parts if part)


def quiet(text: str) -> Run:
    return run(text, subtle=True)


def cut_note(count: int, lang: Language) -> list[Element]:
    """Says what was left out."""
    if count <= 0:
        return []
    return [rich(quiet(lang.n("{count} more not shown", "{count} more not shown", count)), spacing="Small")]


def button_rows(*groups: Sequence[Action], spacing: Spacing = "Medium") -> Element:
    """Buttons in rows that a phone of 320 points shows whole; each group begins a row. Wide screens join the rows."""
    rows = [row for group in groups for row in _rows(group) if row]
    if len(rows) == 1:
        return action_set(rows[0], spacing=spacing)
    return container([action_set(row) for row in rows], flow=True, spacing=spacing)


def _rows(actions: Sequence[Action]) -> list[list[Action]]:
    rows: list[list[Action]] = [[]]
    width = 0.0
    for action in actions:
        need = _PADDING + sum(_points(letter) for letter in action["title"])
        if rows[-1] and (width + need > _ROW or len(rows[-1]) == _MOST):
            rows.append([])
            width = 0.0
        rows[-1].append(action)
        width += need
    return rows


def _points(letter: str) -> float:
    return _LETTERS.get(letter, _CAPITAL if letter.isupper() else _LETTER)
