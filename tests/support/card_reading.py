"""Reads a card as a person does: its texts from top to bottom, and its buttons."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Button:
    """A button, or something else that can be pressed. `hidden` ones are behind another press."""

    kind: str
    title: str
    verb: str = ""
    data: Json = field(default_factory=dict)
    url: str = ""
    hidden: bool = False


def texts(card: Json) -> list[str]:
    """Every text that is shown, in order, as it reads: a line an item, facts as `title: value`. No buttons."""
    shown = [text for element in card.get("body", []) for text in _element_texts(element)]
    return [text.replace("\u00a0", " ") for text in shown]


def text(card: Json) -> str:
    """All of it, for `in`."""
    return "\n".join(texts(card))


def buttons(card: Json) -> list[Button]:
    """Everything that can be pressed, in order, hidden ones and whole rows among them."""
    return list(_buttons(card, hidden=False))


def button(card: Json, title: str) -> Button:
    """The one button with a title."""
    found = [one for one in buttons(card) if one.title == title]
    assert len(found) == 1, f"{len(found)} buttons {title!r} among {[one.title for one in buttons(card)]}"
    return found[0]


def action_groups(card: Json) -> list[list[Json]]:
    """Every list of buttons."""
    return [node["actions"] for node in walk(card) if isinstance(node.get("actions"), list)]


def inputs(card: Json) -> dict[str, Json]:
    """The inputs by id."""
    return {node["id"]: node for node in walk(card) if str(node.get("type", "")).startswith("Input.")}


def without_refresh(card: Json) -> Json:
    """The card without what clients ask by themselves; old ones pass it over."""
    return {name: value for name, value in card.items() if name != "refresh"}


def walk(node: Any) -> Iterator[Json]:
    """Every object of the card, fallbacks among them."""
    if isinstance(node, Mapping):
        yield dict(node)
        for value in node.values():
            yield from walk(value)
    elif isinstance(node, list):
        for value in node:
            yield from walk(value)


def strings(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every string, with the names that lead to it."""
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, Mapping):
        for name, value in node.items():
            yield from strings(value, (*path, name))
    elif isinstance(node, list):
        for value in node:
            yield from strings(value, path)


def read_markdown(marked: str) -> str:
    """What a reader of Markdown sees of an escaped text."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", marked)


def _element_texts(element: Json) -> list[str]:
    reader = _READERS.get(element["type"])
    if reader is not None:
        return reader(element)
    fallback = element.get("fallback")
    return _element_texts(fallback) if isinstance(fallback, dict) else []


def _inside(elements: list[Json]) -> list[str]:
    return [text for element in elements for text in _element_texts(element)]


_READERS: dict[str, Callable[[Json], list[str]]] = {
    "TextBlock": lambda e: [read_markdown(e["text"])],
    "RichTextBlock": lambda e: ["".join(run["text"] for run in e["inlines"])],
    "FactSet": lambda e: [f"{read_markdown(f['title'])}: {read_markdown(f['value'])}" for f in e["facts"]],
    "Container": lambda e: _inside(e["items"]),
    "ColumnSet": lambda e: [text for part in e["columns"] for text in _inside(part["items"])],
    "Input.ChoiceSet": lambda e: [e.get("label", ""), *(choice["title"] for choice in e["choices"])],
    "Input.Text": lambda e: [e.get("label", "")],
}


def _buttons(node: Any, *, hidden: bool) -> Iterator[Button]:
    if isinstance(node, list):
        for item in node:
            yield from _buttons(item, hidden=hidden)
        return
    if not isinstance(node, Mapping):
        return
    kind = str(node.get("type", ""))
    if kind.startswith("Action."):
        title, data = node.get("title", ""), node.get("data", {})
        yield Button(kind, title, node.get("verb", ""), data, node.get("url", ""), hidden)
        return
    hidden = hidden or node.get("isVisible") is False
    for name, value in node.items():
        if name != "fallback":
            yield from _buttons(value, hidden=hidden)
