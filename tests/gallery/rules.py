"""What must hold for everything that is shown, found by looking at the card itself. Each rule says what breaks it."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import jsonschema

from cards.elements import Card
from cards.labels import severity_label, status_label
from cards.language import Language
from tests.gallery.registry import Shown
from tests.support.card_reading import action_groups, buttons, text, walk, without_refresh
from tests.support.card_schema import check_card

#: Where every client takes a card, in bytes of UTF-8; Teams' own limit is several times that.
LARGEST: Final = 28 * 1024
MOST_ACTIONS: Final = 6

#: Elements of Adaptive Cards 1.2, the version that phones are documented for.
OLD: Final = frozenset({
    "AdaptiveCard", "TextBlock", "RichTextBlock", "TextRun", "FactSet", "Image", "ImageSet", "Container", "ColumnSet",
    "Column", "ActionSet", "Input.Text", "Input.Number", "Input.Date", "Input.Time", "Input.Toggle", "Input.ChoiceSet",
    "Action.Submit", "Action.OpenUrl", "Action.ShowCard", "Action.ToggleVisibility",
})  # fmt: skip

#: Not drawn: they say where the choices come from, and how wide screens lay out what others stack.
_UNSEEN: Final = ("Data.", "Layout.", "task/")

#: Properties whose only effect is a colour; a container's `style` is one, a text's or an input's is not.
_COLOURS: Final = frozenset({"color", "backgroundImage"})
_STYLED: Final = frozenset({"Container", "Column", "ColumnSet", "Table", "TableRow", "TableCell", "Badge"})

Rule = Callable[[Shown, Language], Iterator[str]]


def broken(shown: Shown, lang: Language) -> list[str]:
    """Everything that is wrong with it, in words."""
    return [problem for rule in RULES for problem in rule(shown, lang)]


def as_an_old_phone_shows_it(card: Card) -> Card:
    """The card with each newer element replaced by its fallback, or left out where it has none."""
    made: Card = _old(card)
    return made


def alike_but_for_colour(shown: Sequence[Shown]) -> list[tuple[Shown, str]]:
    """Things that differ by nothing but colours, which many people cannot tell apart."""
    seen: dict[str, Shown] = {}
    found = []
    for one in shown:
        first = seen.setdefault(json.dumps(_colourless(one.card), sort_keys=True), one)
        if first.card != one.card:
            found.append((one, f"only colours tell it from {first.name}"))
    return found


def _schema(shown: Shown, _lang: Language) -> Iterator[str]:
    try:
        check_card(shown.card)
    except jsonschema.ValidationError as error:
        yield f"Teams' schema refuses it at {'.'.join(map(str, error.absolute_path))}: {error.message[:200]}"


def _size(shown: Shown, _lang: Language) -> Iterator[str]:
    # With its text and what Teams wraps around both: whichever form has more bytes.
    bytes_ = max(len(json.dumps(shown.card)), len(json.dumps(shown.card, ensure_ascii=False).encode()))
    if bytes_ > LARGEST:
        yield f"{bytes_} bytes are more than {LARGEST}"


def _actions(shown: Shown, _lang: Language) -> Iterator[str]:
    for group in action_groups(shown.card):
        if not group:
            yield "a row of buttons is empty"
        if len(group) > MOST_ACTIONS:
            yield f"{len(group)} actions in a row; Teams shows {MOST_ACTIONS}: {[one.get('title') for one in group]}"


def _fallbacks(shown: Shown, _lang: Language) -> Iterator[str]:
    for node in walk(without_refresh(shown.card)):
        kind = str(node.get("type", ""))
        if kind and kind not in OLD and not kind.startswith(_UNSEEN) and not node.get("fallback"):
            yield f"{kind} is newer than 1.2 and has no fallback"


def _for_old_phones(shown: Shown, lang: Language) -> Iterator[str]:
    """Severity, status, number, assignee and buttons are there on the oldest phone, too."""
    old = as_an_old_phone_shows_it(shown.card)
    before, after = (sorted({one.title for one in buttons(card) if one.title}) for card in (shown.card, old))
    if before != after:
        yield f"an old phone has the buttons {after} instead of {before}"
    if shown.alert is None:
        return
    alert, told = shown.alert.alert, text(old).casefold()
    wanted = [severity_label(alert.severity, lang), status_label(alert.status, lang), f"#{alert.number}"]
    name = " ".join((shown.alert.assignee_name or "").split())
    # Long names are cut, and what a client would expand is disarmed.
    if name and name.isascii() and name.isalpha():
        wanted.append(name)
    for word in wanted:
        if word.casefold() not in told:
            yield f"an old phone does not show {word!r}"


def _pictures(shown: Shown, _lang: Language) -> Iterator[str]:
    for node in walk(shown.card):
        kind = str(node.get("type", ""))
        if kind == "Image" and not str(node.get("altText", "")).strip():
            yield f"the image {node.get('url', '')!r} has no altText"
        if kind.startswith("Chart."):
            if not str(node.get("title", "")).strip():
                yield f"{kind} has no title, which is what a screen reader says of it"
            numbers = [str(point.get("y", point.get("value", ""))) for point in node.get("data", ())]
            said = text({"body": [node["fallback"]]}) if isinstance(node.get("fallback"), Mapping) else ""
            if any(number not in said for number in numbers):
                yield f"the fallback of {kind} does not say its numbers"


def _inputs(shown: Shown, _lang: Language) -> Iterator[str]:
    for node in walk(shown.card):
        if str(node.get("type", "")).startswith("Input."):
            # A toggle stands beside its title; several of them may share the label of the first.
            words = f"{node.get('label', '')}{node.get('title', '')}"
            if not words.strip():
                yield f"input {node.get('id')!r} has no label"
            if node.get("isRequired") and not node.get("errorMessage"):
                yield f"input {node.get('id')!r} is required and does not say so"


def _colour_alone(shown: Shown, _lang: Language) -> Iterator[str]:
    """What has a colour has words, too."""
    for node in walk(shown.card):
        kind, words = str(node.get("type", "")), ""
        if kind in ("TextRun", "TextBlock") and str(node.get("color", "Default")) != "Default":
            words = str(node["text"])
        elif kind in _STYLED and str(node.get("style", "default")).lower() not in ("default", "emphasis"):
            words = " ".join(str(one.get("text", "")) for one in walk(node))
        else:
            continue
        if not any(letter.isalnum() for letter in words):
            yield f"a {kind} has a colour and no words: {words!r}"


def _headings(shown: Shown, _lang: Language) -> Iterator[str]:
    """Screen readers jump from heading to heading."""
    for node in walk(shown.card):
        if node.get("type") == "TextBlock" and node.get("style") == "heading" and not str(node["text"]).strip():
            yield "a heading is empty"


RULES: Final[tuple[Rule, ...]] = (
    _schema, _size, _actions, _fallbacks, _for_old_phones, _pictures, _inputs, _colour_alone, _headings,
)  # fmt: skip


def _old(node: Any) -> Any:
    if isinstance(node, list):
        return [kept for one in node if (kept := _old(one)) is not None]
    if not isinstance(node, Mapping):
        return node
    kind = str(node.get("type", ""))
    if kind and kind not in OLD and not kind.startswith(_UNSEEN):
        fallback = node.get("fallback")
        return _old(fallback) if isinstance(fallback, Mapping) else None
    unknown = ("fallback", "refresh")
    return {name: value if name == "data" else _old(value) for name, value in node.items() if name not in unknown}


def _colourless(node: Any) -> Any:
    if isinstance(node, list):
        return [_colourless(one) for one in node]
    if not isinstance(node, Mapping):
        return node
    dropped = _COLOURS | ({"style"} if node.get("type") in _STYLED else frozenset())
    return {name: _colourless(value) for name, value in node.items() if name not in dropped}
