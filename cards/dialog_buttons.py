"""The wire form of a dialog, in both directions: what the button that opens it carries, and what its own bring back.

Teams opens a dialog for an `Action.Submit` whose data say `task/fetch`, and knows nothing else than `Action.Submit`
inside of it. The data of a dialog travels through the client, so it is never more than somebody's words: who they are
comes from the authenticated activity alone, and a dialog checks its state as it checks what was typed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bot.alerts.errors import Refused
from cards.actions import TITLE, Inputs
from cards.elements import Action, Card
from cards.safe import clean, clip, one_line


class Dialog(StrEnum):
    """The dialogs that there are."""

    #: Everything about one alert at once.
    MANAGE = "manage"
    #: An alert and those similar to it, all alike.
    SIMILAR = "similar"
    #: Which alerts a list shows.
    FILTER = "filter"
    #: Which alerts a channel gets.
    SUBSCRIBE = "subscribe"
    #: How much of each service source comes in.
    SERVICES = "services"
    #: A digest that comes again and again, new or to be changed.
    DIGEST = "digest"
    #: A tuning rule, new or to be edited.
    TUNE = "tune"
    #: What somebody chooses for themselves.
    CHOICES = "choices"


#: Bytes of a dialog's state, as JSON; how many inputs come back, and characters of one.
STATE_LIMIT: Final = 12_000
_INPUTS, _TYPED = 60, 60_000

#: In the state of “Manage alert”: it was opened from a card that somebody has opened from a list.
IN_LIST: Final = "inList"

#: The names that a button's data uses; whatever else comes back was typed.
_CARRIED: Final = frozenset({"dialog", "step", "alert", "rev", "nonce", "state"})


class DialogPress(BaseModel):
    """The data of a button that opens a dialog (without a `step`) or stands in one (`step` says which).

    `state` is what the dialog remembers from step to step. `inputs` holds what was typed, by the input's id; a card
    never carries it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    dialog: Annotated[Dialog, Field(strict=False)]
    step: str = Field(default="", max_length=60)
    alert: int | None = Field(default=None, ge=1, le=2**53)
    rev: int | None = Field(default=None, ge=0, le=2**53)
    nonce: str = Field(default="", max_length=64)
    state: dict[str, Any] = Field(default_factory=dict)
    inputs: dict[str, Annotated[str, Field(max_length=_TYPED)]] = Field(default_factory=dict, max_length=_INPUTS)

    @field_validator("state")
    @classmethod
    def _is_small(cls, state: dict[str, Any]) -> dict[str, Any]:
        if len(json.dumps(state)) > STATE_LIMIT:
            raise ValueError("too much")
        return state

    @classmethod
    def read(cls, data: object) -> Self:
        """The press that a client sent. Raises Refused("badPress") naming the field, whatever the data is."""
        if not isinstance(data, Mapping):
            raise Refused("badPress", field="data", why="no object")
        carried = {name: value for name, value in data.items() if name in _CARRIED}
        # Clients leave out an empty input, or send null for it.
        typed = {name: value for name, value in data.items() if name not in _CARRIED and value is not None}
        typed.pop("msteams", None)
        try:
            return cls.model_validate({**carried, "inputs": typed})
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"] if part != "inputs") or "data"
            raise Refused("badPress", field=where, why=first["msg"]) from None

    def data(self) -> dict[str, Any]:
        """What a button carries."""
        return self.model_dump(mode="json", exclude_defaults=True, exclude={"inputs"})

    def to(self, step: str, *, nonce: str, state: Mapping[str, Any] | None = None) -> "DialogPress":
        """The press of a button of the same dialog, as it is drawn next; a `state` takes the place of what was."""
        kept = self.state if state is None else dict(state)
        return self.model_copy(update={"step": step, "nonce": nonce, "inputs": {}, "state": kept})


def manage_press(number: int, rev: int, nonce: str, *, in_list: bool = False) -> DialogPress:
    """What opens “Manage alert”. `in_list` is for a card that only its reader sees, which nothing updates."""
    state = {IN_LIST: True} if in_list else {}
    return DialogPress(dialog=Dialog.MANAGE, alert=number, rev=rev, nonce=nonce, state=state)


def tune_press(number: int | None, nonce: str, *, rule: int | None = None) -> DialogPress:
    """What opens “Tune an alert”: from an alert, from a rule that is to be edited, or from nothing."""
    state = {"rule": rule} if rule is not None else {}
    return DialogPress(dialog=Dialog.TUNE, alert=number, nonce=nonce, state=state)


#: Teams' words for how large a dialog is at a desk; on a phone it is the whole screen.
Extent = Literal["small", "medium", "large"]


@dataclass(frozen=True, slots=True)
class DialogCard:
    """What a dialog shows."""

    title: str
    card: Card
    height: Extent = "large"
    width: Extent = "medium"

    def task(self) -> dict[str, Any]:
        """As Teams wants it in the answer to `task/fetch` and `task/submit`."""
        card = {"contentType": "application/vnd.microsoft.card.adaptive", "content": self.card}
        value = {"title": self.title, "height": self.height, "width": self.width, "card": card}
        return {"task": {"type": "continue", "value": value}}


def opens(title: str, press: DialogPress) -> Action:
    """A button of a card in a conversation: opens the dialog.

    A client that cannot open one sends the data as a message, and is answered with something that does without.
    """
    data = {**press.data(), "msteams": {"type": "task/fetch"}}
    return _submit(title, {"data": data, "msteams": {"feedback": {"hide": True}}})


def submits(title: str, press: DialogPress, *, inputs: Inputs | None = None, primary: bool = False) -> Action:
    """A button inside of a dialog. With `inputs="none"` nothing that was typed is sent along, or even looked at."""
    more: dict[str, Any] = {"data": press.data()}
    if inputs:
        more["associatedInputs"] = inputs
    if primary:
        more["style"] = "positive"
    return _submit(title, more)


def _submit(title: str, more: Mapping[str, Any]) -> Action:
    return Action({"type": "Action.Submit", "title": clip(one_line(clean(title)), TITLE), **more})
