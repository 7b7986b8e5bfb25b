"""Inputs of Adaptive Cards, as functions with types. Each has a label, and words for when it was left empty."""

from collections.abc import Sequence
from typing import Any, NewType

from cards.elements import Element
from cards.safe import clean, one_line

Choice = NewType("Choice", dict[str, Any])

#: People in the conversation where the card is.
_PEOPLE = "graph.microsoft.com/users?scope=currentContext"


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
        # What somebody typed comes back letter by letter: nothing that is shown in a field is alive.
        made["value"] = value
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
    several: bool = False,
    search: bool = False,
    dataset: str = "",
    required: str = "",
) -> Element:
    """One of a list; with `several`, any of it, and the values come and go joined with commas.

    `search` lets people type to find one of a long list; clients that cannot do that show the list. With a `dataset`
    what is typed is looked up among all that there is (`application/search`), and the list is what comes first.
    """
    made: dict[str, Any] = {
        "type": "Input.ChoiceSet",
        "id": id,
        "label": one_line(clean(label)),
        "style": "filtered" if search or dataset else "expanded" if expanded or several else "compact",
        "choices": list(options),
        "wrap": True,
    }
    if several:
        made["isMultiSelect"] = True
    if dataset:
        made["choices.data"] = {"type": "Data.Query", "dataset": dataset}
    if value:
        made["value"] = value
    if placeholder:
        made["placeholder"] = one_line(clean(placeholder))
    return _input(made, required)


def toggle_input(id: str, *, label: str, title: str, on: bool) -> Element:  # noqa: A002 - the card's own word
    """Yes or no; its value is `true` or `false`."""
    return Element(
        {
            "type": "Input.Toggle",
            "id": id,
            "label": one_line(clean(label)),
            "title": one_line(clean(title)),
            "value": "true" if on else "false",
            "wrap": True,
        }
    )


def people_picker(
    id: str,  # noqa: A002 - the card's own word
    *,
    label: str,
    placeholder: str,
    offered: Sequence[Choice] = (),
    value: str = "",
    required: str = "",
) -> Element:
    """Finds people of the conversation; its value is an Entra object id. `offered` stand in the list from the start."""
    made: dict[str, Any] = {
        "type": "Input.ChoiceSet",
        "id": id,
        "label": one_line(clean(label)),
        "placeholder": placeholder,
        "choices": list(offered),
        "choices.data": {"type": "Data.Query", "dataset": _PEOPLE},
    }
    if value:
        made["value"] = value
    return _input(made, required)


def _input(made: dict[str, Any], required: str) -> Element:
    if required:
        made["isRequired"] = True
        made["errorMessage"] = required
    return Element(made)
