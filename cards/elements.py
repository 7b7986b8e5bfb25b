"""The parts of Adaptive Cards that we use, as functions with types: a misspelt property is a type error.

Every text passes through `safe` here, so a card cannot forget it. Nothing newer than version 1.2 stands without a
fallback or the means to be ignored (`targetWidth`), because phones may be that old.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NewType

from cards.safe import clean, clip, escape, may_link, one_line

Card = dict[str, Any]
Element = NewType("Element", dict[str, Any])
Column = NewType("Column", dict[str, Any])
Run = NewType("Run", dict[str, Any])
Action = NewType("Action", dict[str, Any])
Fact = NewType("Fact", dict[str, Any])
Choice = NewType("Choice", dict[str, Any])

Spacing = Literal["None", "ExtraSmall", "Small", "Default", "Medium", "Large", "ExtraLarge", "Padding"]
Size = Literal["Small", "Default", "Medium", "Large", "ExtraLarge"]
Weight = Literal["Lighter", "Default", "Bolder"]
Colour = Literal["Default", "Accent", "Good", "Warning", "Attention"]
Style = Literal["default", "emphasis", "accent", "good", "attention", "warning"]
Side = Literal["Left", "Center", "Right"]
Width = Literal["auto", "stretch"]
BadgeStyle = Literal["Default", "Subtle", "Informative", "Accent", "Good", "Attention", "Warning"]
BarColour = Literal["good", "warning", "attention", "neutral", "categoricalBlue"]
TargetWidth = Literal["VeryNarrow", "Narrow", "Standard", "Wide", "atLeast:Standard", "atLeast:Wide", "atMost:Narrow"]
Inputs = Literal["auto", "none"]

#: Longest title of a button, in characters.
_TITLE = 60

_FLOW = {
    "type": "Layout.Flow",
    "targetWidth": "atLeast:Standard",
    "horizontalItemsAlignment": "Left",
    "columnSpacing": "Small",
    "rowSpacing": "Small",
}

#: People in the conversation where the card is.
_PEOPLE = "graph.microsoft.com/users?scope=currentContext"


def card(body: Sequence[Element]) -> Card:
    """The whole card, as wide as the conversation."""
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "msteams": {"width": "full"},
        "body": list(body),
    }


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
    separator: bool = False,
) -> Element:
    """A line made of runs."""
    made: dict[str, Any] = {"type": "RichTextBlock", "inlines": list(runs)}
    if side:
        made["horizontalAlignment"] = side
    return _placed(made, spacing, target_width=target_width, separator=separator)


def text_block(
    text: str,
    *,
    size: Size | None = None,
    weight: Weight | None = None,
    color: Colour | None = None,
    subtle: bool = False,
    heading: bool = False,
    spacing: Spacing | None = None,
    separator: bool = False,
) -> Element:
    """One line of text in a place where clients read Markdown; it is escaped. Screen readers jump to headings."""
    made: dict[str, Any] = {"type": "TextBlock", "text": escape(clean(text)), "wrap": True}
    if size:
        made["size"] = size
    if weight:
        made["weight"] = weight
    if color:
        made["color"] = color
    if subtle:
        made["isSubtle"] = True
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
    target_width: TargetWidth | None = None,
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
    return _placed(made, spacing, target_width=target_width, separator=separator)


def columns(
    *parts: Column, spacing: Spacing | None = None, separator: bool = False, select: Action | None = None
) -> Element:
    """Side by side; at most three, because phones are narrow."""
    made: dict[str, Any] = {"type": "ColumnSet", "columns": list(parts)}
    if select:
        made["selectAction"] = select
    return _placed(made, spacing, separator=separator)


def column(*items: Element, width: Width = "auto", middle: bool = False, spacing: Spacing | None = None) -> Column:
    made: dict[str, Any] = {"type": "Column", "width": width, "items": list(items)}
    if middle:
        made["verticalContentAlignment"] = "Center"
    if spacing:
        made["spacing"] = spacing
    return Column(made)


def fact(title: str, value: str) -> Fact:
    return Fact({"title": escape(clean(title)), "value": escape(clean(value))})


def fact_set(facts: Sequence[Fact], *, spacing: Spacing | None = None) -> Element:
    return _placed({"type": "FactSet", "facts": list(facts)}, spacing)


def action_set(actions: Sequence[Action], *, spacing: Spacing | None = None) -> Element:
    """Buttons in a row; clients show at most six."""
    return _placed({"type": "ActionSet", "actions": list(actions)}, spacing)


def badge(text: str, *, style: BadgeStyle, fallback: Element) -> Element:
    """Teams' own element; other clients show the fallback."""
    return Element({"type": "Badge", "text": one_line(clean(text)), "style": style, "fallback": fallback})


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


def text_input(
    id: str,  # noqa: A002 - the card's own word
    *,
    label: str,
    placeholder: str = "",
    value: str = "",
    max_length: int,
    multiline: bool = False,
    required: str = "",
) -> Element:
    """A text field. `required` is what is said when it was left empty; without it, it may be."""
    made: dict[str, Any] = {
        "type": "Input.Text",
        "id": id,
        "label": one_line(clean(label)),
        "maxLength": max_length,
    }
    if placeholder:
        made["placeholder"] = one_line(clean(placeholder))
    if value:
        made["value"] = clean(value)
    if multiline:
        made["isMultiline"] = True
    return _input(made, required)


def choice(title: str, value: str) -> Choice:
    """A choice of a list that opens; clients show its title as plain text, and a link would not survive it anyhow."""
    plain = one_line(clean(title)).replace("](", "]\u2060(").replace("`", "'")
    return Choice({"title": plain, "value": value})


def choices(
    id: str,  # noqa: A002 - the card's own word
    options: Sequence[Choice],
    *,
    label: str,
    value: str = "",
    placeholder: str = "",
    expanded: bool = False,
    required: str = "",
) -> Element:
    made: dict[str, Any] = {
        "type": "Input.ChoiceSet",
        "id": id,
        "label": one_line(clean(label)),
        "style": "expanded" if expanded else "compact",
        "choices": list(options),
        "wrap": True,
    }
    if value:
        made["value"] = value
    if placeholder:
        made["placeholder"] = one_line(clean(placeholder))
    return _input(made, required)


def people_picker(id: str, *, label: str, placeholder: str, required: str) -> Element:  # noqa: A002
    """Finds people of the conversation; its value is an Entra object id."""
    made: dict[str, Any] = {
        "type": "Input.ChoiceSet",
        "id": id,
        "label": one_line(clean(label)),
        "placeholder": placeholder,
        "choices": [],
        "choices.data": {"type": "Data.Query", "dataset": _PEOPLE},
    }
    return _input(made, required)


def execute(
    title: str,
    verb: str,
    data: Mapping[str, Any],
    *,
    inputs: Inputs | None = None,
    tooltip: str = "",
    style: Literal["default", "positive", "destructive"] | None = None,
) -> Action:
    """A button that comes back to us. Clients too old for it send the same, with the verb in it, as a message."""
    title = clip(one_line(clean(title)), _TITLE)
    shared: dict[str, Any] = {"title": title}
    if inputs:
        shared["associatedInputs"] = inputs
    if style:
        shared["style"] = style
    if tooltip:
        shared["tooltip"] = one_line(clean(tooltip))
    fallback = {
        "type": "Action.Submit",
        **shared,
        "data": {**data, "verb": verb},
        "msteams": {"feedback": {"hide": True}},
    }
    return Action({"type": "Action.Execute", "verb": verb, **shared, "data": dict(data), "fallback": fallback})


def open_url(title: str, url: str, *, link_hosts: frozenset[str]) -> Action | None:
    """A link, or None where a card must not lead there."""
    if not may_link(url, link_hosts):
        return None
    return Action({"type": "Action.OpenUrl", "title": clip(one_line(clean(title)), _TITLE), "url": url})


def toggle(title: str, *targets: str) -> Action:
    """Shows what is hidden, and hides it again."""
    return Action({"type": "Action.ToggleVisibility", "title": title, "targetElements": list(targets)})


def _input(made: dict[str, Any], required: str) -> Element:
    if required:
        made["isRequired"] = True
        made["errorMessage"] = required
    return Element(made)


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
