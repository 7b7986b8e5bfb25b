"""Reading a card as a Teams client does: its actions, its inputs, and what a press on an action sends."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.sandbox.state import BadRequestError
from bot.sandbox.world import Json, Value

_INPUTS = {"Input.Text", "Input.Number", "Input.Date", "Input.Time", "Input.Toggle", "Input.ChoiceSet"}
_EMPTY_IS_TEXT = {"Input.Text", "Input.Date", "Input.Time"}
_NESTED = ("body", "items", "columns", "rows", "cells", "facts", "images", "pages", "inlines")


@dataclass(frozen=True, slots=True)
class Button:
    """An action of a card. `inputs` are those that a press on it gathers: of its card and the cards around it."""

    action: Json
    inputs: tuple[Json, ...]
    visible: bool

    @property
    def label(self) -> str:
        """What to call it in an error."""
        return str(self.action.get("title") or self.action.get("verb") or self.action.get("type"))


def buttons(card: Json) -> list[Button]:
    """All actions in the order of the card; those of shown cards and menus follow the action that opens them."""
    return list(_walk(card, inputs=(), visible=True))


def find_button(card: Json, wanted: int | str | None, *, verb: str | None = None) -> Button:
    """The action with that index, title or verb; BadRequest where there is none or several could be meant."""
    every = buttons(card)
    if isinstance(wanted, int):
        if 0 <= wanted < len(every):
            return every[wanted]
        raise BadRequestError(f"the card has {len(every)} actions; there is no number {wanted}")
    for matches in _candidates(every, wanted, verb):
        shown = [b for b in matches if b.visible] or matches
        if len(shown) == 1 or (shown and all(b.action == shown[0].action for b in shown)):
            return shown[0]
        if shown:
            raise BadRequestError(
                f"{len(shown)} actions match {wanted or verb!r}: {_names(shown)}; give the title or index"
            )
    raise BadRequestError(f"the card has no action {wanted or verb!r}; it has: {_names(every) or 'none'}")


def pressed_data(button: Button, *, inputs: Mapping[str, Value], data: Mapping[str, Value] | None = None) -> Value:
    """The data that a press sends: the action's own, and over it the inputs with what was typed into them.

    Refuses, as a client does, a press where a required input is empty, and a value for an input that is not there.
    """
    own = button.action.get("data")
    if isinstance(own, str) and not data:
        return own
    merged: Json = {**(own if isinstance(own, dict) else {}), **(data or {})}
    if str(button.action.get("associatedInputs", "auto")).lower() == "none":
        return merged
    known = {str(i["id"]): i for i in button.inputs}
    for name in inputs:
        if name not in known:
            raise BadRequestError(f"the card has no input {name!r}; it has: {', '.join(known) or 'none'}")
    for name, element in known.items():
        value = inputs[name] if name in inputs else _initial(element)
        if element.get("isRequired") and value in (None, ""):
            raise BadRequestError(f"input {name!r} is required: {element.get('errorMessage', 'it is empty')}")
        if value is not None:
            merged[name] = value
    return merged


def _candidates(every: list[Button], wanted: str | None, verb: str | None) -> Iterator[list[Button]]:
    """Lists of matches, the best way of matching first."""
    if wanted is not None:
        text = str(wanted)
        yield [b for b in every if b.action.get("title") == text]
        yield [b for b in every if str(b.action.get("title", "")).casefold() == text.casefold()]
        yield [b for b in every if b.action.get("verb") == text]
    if verb is not None:
        yield [b for b in every if b.action.get("verb") == verb]


def _names(found: list[Button]) -> str:
    return ", ".join(
        f"{b.label!r} ({b.action['verb']})" if b.action.get("verb") else repr(b.label) for b in found
    )  # fmt: skip


def _initial(element: Json) -> Value:
    if element["type"] == "Input.Toggle":
        return element.get("value", element.get("valueOff", "false"))
    if element["type"] in _EMPTY_IS_TEXT:
        return element.get("value", "")
    return element.get("value")


def _own_inputs(node: Value) -> Iterator[Json]:
    """The inputs below a node, without those of cards that an action would show."""
    if isinstance(node, list):
        for item in node:
            yield from _own_inputs(item)
    elif isinstance(node, dict):
        if node.get("type") in _INPUTS and node.get("id"):
            yield node
        for name in _NESTED:
            yield from _own_inputs(node.get(name))


def _walk(node: Value, *, inputs: tuple[Json, ...], visible: bool) -> Iterator[Button]:
    if isinstance(node, list):
        for item in node:
            yield from _walk(item, inputs=inputs, visible=visible)
        return
    if not isinstance(node, dict):
        return
    if node.get("type") == "AdaptiveCard":
        inputs = (*inputs, *_own_inputs(node.get("body")))
    visible = visible and node.get("isVisible", True) is not False
    for name in _NESTED:
        yield from _walk(node.get(name), inputs=inputs, visible=visible)
    if isinstance(node.get("selectAction"), dict):
        yield from _actions([node["selectAction"]], inputs=inputs, visible=visible)
    if isinstance(node.get("inlineAction"), dict):
        yield from _actions([node["inlineAction"]], inputs=inputs, visible=visible)
    yield from _actions(node.get("actions"), inputs=inputs, visible=visible)


def _actions(actions: Value, *, inputs: tuple[Json, ...], visible: bool) -> Iterator[Button]:
    for action in actions if isinstance(actions, list) else []:
        if not isinstance(action, dict):
            continue
        yield Button(action, inputs, visible and action.get("isVisible", True) is not False)
        yield from _actions(action.get("menuActions"), inputs=inputs, visible=visible)
        yield from _walk(action.get("card"), inputs=inputs, visible=visible)
