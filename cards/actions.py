"""Buttons of Adaptive Cards, as functions with types."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from cards.elements import Action, Refresh
from cards.safe import clean, clip, may_link, one_line

#: Whether a button sends the card's inputs along; without a word clients send them.
Inputs = Literal["auto", "none"]

#: Longest title of a button, in characters.
TITLE = 60


def execute(
    title: str,
    verb: str,
    data: Mapping[str, Any],
    *,
    inputs: Inputs | None = None,
    primary: bool = False,
) -> Action:
    """A button that comes back to us. Clients too old for it send the same, with the verb in it, as a message."""
    title = clip(one_line(clean(title)), TITLE)
    shared: dict[str, Any] = {"title": title}
    if inputs:
        shared["associatedInputs"] = inputs
    if primary:
        shared["style"] = "positive"
    fallback = {
        "type": "Action.Submit",
        **shared,
        "data": {**data, "verb": verb},
        "msteams": {"feedback": {"hide": True}},
    }
    return Action({"type": "Action.Execute", "verb": verb, **shared, "data": dict(data), "fallback": fallback})


def refresh(verb: str, data: Mapping[str, Any], *, own_views: Sequence[str] | None = None) -> Refresh:
    """Has clients ask for a view of the card for whoever looks at it: for these people, by their ids in Teams, or
    without any for all of a conversation of up to 60."""
    action = {"type": "Action.Execute", "verb": verb, "data": dict(data)}
    return Refresh({"action": action} if own_views is None else {"action": action, "userIds": list(own_views)})


def open_url(title: str, url: str, *, link_hosts: frozenset[str]) -> Action | None:
    """A link, or None where a card must not lead there."""
    if not may_link(url, link_hosts):
        return None
    return Action({"type": "Action.OpenUrl", "title": clip(one_line(clean(title)), TITLE), "url": url})


def open_own(title: str, url: str) -> Action:
    """A link to Tocsin itself, at the address that the settings give it."""
    return Action({"type": "Action.OpenUrl", "title": clip(one_line(clean(title)), TITLE), "url": url})


def toggle(title: str, *targets: str) -> Action:
    """Shows what is hidden, and hides it again."""
    return Action({"type": "Action.ToggleVisibility", "title": title, "targetElements": list(targets)})
