"""Pieces that several cards share, so that the same thing is in the same place everywhere."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.alerts.alert import Alert
from bot.alerts.views import AlertView
from bot.alerts.words import Severity
from cards.buttons import Listing, Press, Verb
from cards.elements import Action, Element, Inputs, Run, Style, column, columns, container, execute, rich, run
from cards.labels import severity_colour, severity_label, status_label
from cards.language import Language
from cards.safe import clip, one_line

#: Characters of a title on a card, and of a name in a line.
TITLE, NAME = 200, 60


_BANDS: Mapping[Severity, Style] = {Severity.HIGH: "attention", Severity.MEDIUM: "warning"}


@dataclass(frozen=True, slots=True)
class Buttons:
    """Makes the buttons of one card: all carry the same alert, revision, nonce and way back."""

    alert: int
    rev: int
    nonce: str
    listing: Listing | None = None
    page: int | None = None
    _data: dict[str, Any] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_data", self._press().data())

    def plain(self, title: str, verb: Verb, *, inputs: Inputs | None = None, primary: bool = False) -> Action:
        """A button without inputs of its own. `inputs` says whether the card's are sent along."""
        return execute(title, verb.value, self._data, inputs=inputs, style="positive" if primary else None)

    def given(
        self,
        title: str,
        verb: Verb,
        *,
        to: str | None = None,
        classification: str | None = None,
        determination: str | None = None,
        inputs: Inputs | None = None,
        primary: bool = False,
    ) -> Action:
        """A button that says all that is needed."""
        press = self._press(to=to, classification=classification, determination=determination)
        return execute(title, verb.value, press.data(), inputs=inputs, style="positive" if primary else None)

    def _press(self, **given: Any) -> Press:  # noqa: ANN401 - the inputs of a press
        return Press(alert=self.alert, rev=self.rev, nonce=self.nonce, listing=self.listing, page=self.page, **given)


def buttons_for(view: AlertView, *, nonce: str, listing: Listing | None, page: int | None) -> Buttons:
    return Buttons(view.alert.number, view.alert.revision, nonce, listing, page)


def back(buttons: Buttons, lang: Language) -> Action:
    return buttons.plain(lang.t("Back"), Verb.BACK, inputs="none")


def head(view: AlertView, lang: Language) -> list[Element]:
    """The first two lines of every card about an alert: how bad, where it stands, who has it, its number; its title."""
    alert = view.alert
    runs = [
        run(severity_label(alert.severity, lang).upper(), weight="Bolder", color=severity_colour(alert.severity)),
        run(f" · {status_label(alert.status, lang)}"),
    ]
    if view.assignee_name:
        runs.append(run(f" · {clip(one_line(view.assignee_name), NAME)}"))
    return [
        columns(
            column(rich(*runs), width="stretch"),
            column(rich(run(f"#{alert.number}", subtle=True), side="Right")),
        ),
        rich(run(title_of(alert), weight="Bolder", size="Medium"), spacing="Small"),
    ]


def title_of(alert: Alert) -> str:
    return clip(one_line(alert.title[: 4 * TITLE]), TITLE) or f"#{alert.number}"


def band(alert: Alert) -> Style | None:
    """The colour behind the first lines: loud only where something is to be done."""
    if not alert.is_open:
        return None
    return _BANDS.get(alert.severity)


def notice_of(notice: str) -> list[Element]:
    """A kind line at the top, about what has just happened."""
    if not notice:
        return []
    return [container([rich(run(clip(one_line(notice), 300)))], style="accent", bleed=True)]


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
