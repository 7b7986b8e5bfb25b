"""The bodies of the control API's calls."""

from typing import Any, Literal
from zoneinfo import available_timezones

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator, model_validator

from bot.sandbox.world import Json, Value


class Nothing(BaseModel):
    """No fields."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class As(Nothing):
    """Somebody does something; `as` is ana, bo, chidi, dana or sam."""

    as_: str = Field(alias="as")


class Who(As):
    """Somebody, somewhere. Without `conversation` it is the person's 1:1 chat with the bot."""

    conversation: str | None = None


class Say(Who):
    """A message; `thread` is the id of the root message in a channel."""

    text: str
    mention: bool | None = None
    thread: str | None = None


class Press(Who):
    """A press on a button; `action` finds it by index, title or verb. `verb` with `data` and no `action` forges one.

    `submit` is an Action.Submit with this data and nothing added: how the page, whose renderer has gathered the
    inputs, sends one.
    """

    activity: str | None = None
    action: int | str | None = None
    verb: str | None = None
    data: Json | None = None
    inputs: Json = Field(default_factory=dict)
    submit: Value = None
    trigger: str | None = None
    repeat: int = Field(default=1, ge=1, le=200)
    together: bool = False


class Consent(Who):
    """Allow or Decline on a file consent card."""

    activity: str
    action: Literal["accept", "decline"] = "accept"
    repeat: int = Field(default=1, ge=1, le=20)


class Look(Who):
    """A card, or all cards of a conversation, come into view."""

    activity: str | None = None


class SubmitDialog(As):
    """A press in the open dialog (the first button where none is named), `submit` as it is, or `close`."""

    action: int | str | None = None
    data: Json | None = None
    inputs: Json = Field(default_factory=dict)
    submit: Value = None
    close: bool = False


class Search(Who):
    """Typing in a choice set that searches."""

    activity: str | None = None
    dataset: str
    query: str = ""
    skip: int = 0
    top: int = 15


class Query(Who):
    """Typing into the message extension's search, or opening it."""

    command: str
    query: str = ""
    skip: int = 0


class Share(Who):
    """Sending a message with the card of a find, `value`, that of its row; or with an address that may unfold."""

    value: Value = None
    url: str = ""
    text: str = ""
    thread: str | None = None


class ActOn(Who):
    """The app's action on a message, by its id, or where people write."""

    command: str
    activity: str | None = None


class Invoke(Who):
    """Any invoke by name."""

    activity: str | None = None
    name: str
    value: Any = None


class Activity(Who):
    """Any activity; `claims` are laid over the token's (null removes), `authorization` replaces the header."""

    overrides: Json = Field(default_factory=dict)
    without: list[str] = Field(default_factory=list)
    claims: Json | None = None
    authorization: str | None = None
    thread: str | None = None


class Place(As):
    """Where the app is added or removed: `channel` (the chosen one), `chat`, `team` (General), else the 1:1 chat."""

    team: bool | str | None = None
    channel: str | None = None
    chat: str | None = None


class Clock(Nothing):
    """One of the three."""

    now: AwareDatetime | None = None
    advance: float | None = None
    reset: bool = False

    @model_validator(mode="after")
    def _one(self) -> "Clock":
        if sum((self.now is not None, self.advance is not None, self.reset)) != 1:
            raise ValueError("give exactly one of now, advance and reset")
        return self


class Alert(Nothing):
    """An alert as its source would send it."""

    source: str
    payload: Any


class Feed(Nothing):
    """The feed on or off; `every` in seconds."""

    on: bool
    every: float | None = Field(default=None, gt=0)


class Limits(Nothing):
    """Teams' rate limits on or off."""

    on: bool


class Bot(Nothing):
    """Where the bot listens."""

    url: str = Field(pattern=r"^https?://")


class Defend(Nothing):
    """Alerts that Defender raises by itself; the bot finds them in Graph."""

    alerts: list[Json]


class Portal(As):
    """Somebody changes an alert in the portal: fields as Graph has them, a `comment`, or both; or moves it to an
    incident (`new` for a new one). What Defender's own investigation does is done `by_investigation`.
    """

    alert: str
    changes: Json = Field(default_factory=dict)
    comment: str = ""
    move: str = ""
    by_investigation: bool = False


class PortalIncident(As):
    """Somebody changes an incident in the portal: fields as Graph has them, a `comment`, or merges others with it."""

    incident: str
    changes: Json = Field(default_factory=dict)
    comment: str = ""
    merge: list[str] = Field(default_factory=list)


class Group(Nothing):
    """Who is in a group of Entra's: `group` is its object id, or `role:` and the template id of a directory role."""

    group: str
    members: list[str]


class Settings(As):
    """To what somebody has set Teams and their device; what is left out stays."""

    locale: str | None = Field(default=None, pattern="^[a-z]{2,3}-[A-Z]{2}$")
    timezone: str | None = Field(default=None)

    @field_validator("timezone")
    @classmethod
    def _known(cls, zone: str | None) -> str | None:
        if zone is not None and zone not in available_timezones():
            raise ValueError(f"{zone!r} is not an IANA time zone such as Europe/Berlin")
        return zone


class Rotate(Nothing):
    """`drop` takes the old keys out of the published set."""

    drop: bool = False
