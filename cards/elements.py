"""The parts of Adaptive Cards that show something, as functions with types: a misspelt property is a type error.

Every text passes through `safe` here, so a card cannot forget it. Nothing newer than version 1.2 stands without a
fallback or the means to be ignored (`targetWidth`), because phones may be that old.
"""

from collections.abc import Sequence
from typing import Any, Literal, NewType

from cards.safe import clean, escape

Card = dict[str, Any]
Element = NewType("Element", dict[str, Any])
Column = NewType("Column", dict[str, Any])
Run = NewType("Run", dict[str, Any])
Action = NewType("Action", dict[str, Any])
Fact = NewType("Fact", dict[str, Any])
Refresh = NewType("Refresh", dict[str, Any])

Spacing = Literal["None", "ExtraSmall", "Small", "Default", "Medium", "Large", "ExtraLarge", "Padding"]
Size = Literal["Small", "Default", "Medium", "Large", "ExtraLarge"]
Weight = Literal["Lighter", "Default", "Bolder"]
Colour = Literal["Default", "Accent", "Good", "Warning", "Attention"]
Style = Literal["default", "emphasis", "accent", "good", "attention", "warning"]
Side = Literal["Left", "Center", "Right"]
Width = Literal["auto", "stretch"]
BarColour = Literal[
    "good",
    "warning",
    "attention",
    "neutral",
    "categoricalBlue",
    "categoricalTeal",
    "categoricalPurple",
    "categoricalMarigold",
    "categoricalGreen",
    "categoricalLavender",
    "categoricalLightBlue",
    "categoricalLime",
]
TargetWidth = Literal["atLeast:Standard", "atMost:Narrow"]

_FLOW = {
    "type": "Layout.Flow",
    "targetWidth": "atLeast:Standard",
    "horizontalItemsAlignment": "Left",
}


def card(body: Sequence[Element], *, refresh: Refresh | None = None) -> Card:
    """The whole card, as wide as the conversation."""
    made: Card = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "msteams": {"width": "full"},
        "body": list(body),
    }
    return made | {"refresh": refresh} if refresh else made


def run(
    text: str,
    *,
    weight: Weight | None = None,
    color: Colour | None = None,
    size: Size | None = None,
    subtle: bool = False,
    mono: bool = False,
    italic: bool = False,
    strike: bool = False,
) -> Run:
    """A piece of a line. Clients take it as plain text, so it is the place for what others wrote."""
    made: dict[str, Any] = {"type": "TextRun", "text": clean(text)}
    if weight:
        made["weight"] = weight
    if color:
        made["color"] = color
    if size:
        made["size"] = size
    if subtle:
        made["isSubtle"] = True
    if mono:
        made["fontType"] = "Monospace"
    if italic:
        made["italic"] = True
    if strike:
        made["strikethrough"] = True
    return Run(made)


def rich(
    *runs: Run,
    spacing: Spacing | None = None,
    side: Side | None = None,
    target_width: TargetWidth | None = None,
) -> Element:
    """A line made of runs."""
    made: dict[str, Any] = {"type": "RichTextBlock", "inlines": list(runs)}
    if side:
        made["horizontalAlignment"] = side
    return _placed(made, spacing, target_width=target_width)


def text_block(
    text: str,
    *,
    size: Size | None = None,
    heading: bool = False,
    spacing: Spacing | None = None,
    separator: bool = False,
) -> Element:
    """One line of text in a place where clients read Markdown; it is escaped. Screen readers jump to headings."""
    made: dict[str, Any] = {"type": "TextBlock", "text": escape(clean(text)), "wrap": True}
    if size:
        made["size"] = size
    if heading:
        # Clients draw headings large unless told otherwise.
        made |= {"style": "heading", "size": size or "Default", "weight": "Bolder"}
    return _placed(made, spacing, separator=separator)


def container(
    items: Sequence[Element],
    *,
    id: str | None = None,  # noqa: A002 - the card's own word
    style: Style | None = None,
    bleed: bool = False,
    visible: bool = True,
    select: Action | None = None,
    flow: bool = False,
    spacing: Spacing | None = None,
    separator: bool = False,
) -> Element:
    """A group. With `flow`, wide screens put the items side by side; elsewhere they are stacked."""
    made: dict[str, Any] = {"type": "Container", "items": list(items)}
    if flow:
        made["layouts"] = [_FLOW]
    if id:
        made["id"] = id
    if style:
        made["style"] = style
    if bleed:
        made["bleed"] = True
    if not visible:
        made["isVisible"] = False
    if select:
        made["selectAction"] = select
    return _placed(made, spacing, separator=separator)


def columns(*parts: Column, spacing: Spacing | None = None, separator: bool = False) -> Element:
    """Side by side; at most three, because phones are narrow."""
    made: dict[str, Any] = {"type": "ColumnSet", "columns": list(parts)}
    return _placed(made, spacing, separator=separator)


def column(*items: Element, width: Width = "auto", middle: bool = False) -> Column:
    made: dict[str, Any] = {"type": "Column", "width": width, "items": list(items)}
    if middle:
        made["verticalContentAlignment"] = "Center"
    return Column(made)


def indented(items: Sequence[Element], *, spacing: Spacing | None = None) -> Element:
    """What belongs under something, with a line down its side."""
    rail = {"type": "Column", "width": "8px", "items": []}
    body = {"type": "Column", "width": "stretch", "separator": True, "items": list(items)}
    return _placed({"type": "ColumnSet", "columns": [rail, body]}, spacing)


def fact(title: str, value: str) -> Fact:
    return Fact({"title": escape(clean(title)), "value": escape(clean(value))})


def fact_set(facts: Sequence[Fact], *, spacing: Spacing | None = None) -> Element:
    return _placed({"type": "FactSet", "facts": list(facts)}, spacing)


def action_set(actions: Sequence[Action], *, spacing: Spacing | None = None) -> Element:
    """Buttons in a row; clients show at most six."""
    return _placed({"type": "ActionSet", "actions": list(actions)}, spacing)


def bars(values: Sequence[tuple[str, int, BarColour]], *, title: str, fallback: Element) -> Element:
    """A bar for each value. The fallback, which is what screen readers and old phones have, says the same numbers."""
    return Element(
        {
            "type": "Chart.HorizontalBar",
            "title": clean(title),
            "showTitle": False,
            "displayMode": "AbsoluteNoAxis",
            "data": [{"x": clean(name), "y": value, "color": color} for name, value, color in values],
            "fallback": fallback,
        }
    )


def _placed(
    made: dict[str, Any],
    spacing: Spacing | None,
    *,
    target_width: TargetWidth | None = None,
    separator: bool = False,
) -> Element:
    if spacing:
        made["spacing"] = spacing
    if target_width:
        made["targetWidth"] = target_width
    if separator:
        made["separator"] = True
    return Element(made)
