"""The wire form of a button, in both directions: what a card carries, and what a press brings back.

It never says who somebody is: that comes from the authenticated activity alone, and an unknown key is refused.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.alerts.condition_values import squash
from bot.alerts.condition_vocabulary import CLASSIFICATIONS
from bot.alerts.errors import Refused
from bot.alerts.words import Classification


class Verb(StrEnum):
    """What a button does. Others rely on these names."""

    ASSIGN = "assign"
    START = "start"
    COMMENT = "comment"
    CLASSIFY = "classify"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    TAG = "tag"
    LINK = "link"
    SIMILAR = "similar"
    RECOMMENDATIONS = "recommendations"
    DETAILS = "details"
    HISTORY = "history"
    #: Brings back into sight what a rule has hidden.
    UNHIDE = "unhide"
    #: Has its source keep quiet about it, and speak again.
    SILENCE = "silence"
    LIFT = "lift"
    #: All silences that stand; with `do` one of them is lifted.
    SILENCES = "silences"
    #: Asks experts, or withdraws a question; answers one.
    CONSULT = "consult"
    ANSWER = "answer"
    #: Where the alert goes, and why.
    WHERE = "where"
    UNDO = "undo"
    REFRESH = "refresh"
    BACK = "back"
    #: Makes a tuning rule; looks at rules; changes one.
    TUNE = "tune"
    RULES = "rules"
    RULE = "rule"
    #: Turns the pages of the queue.
    QUEUE = "queue"
    #: The alerts that share a card, and all of them at once.
    SHOW = "show"
    MANAGE = "manage"
    #: Triage rules: all of them, or one, `triage`; with `status` it is switched or undone.
    TRIAGE = "triage"
    #: Maintenance: a window, `window` alone; with `status` it is ended.
    MAINTENANCE = "maintenance"
    #: What is different since a time, `moment`; `do`: "take" what `to` has, "note", "read" the note of that number.
    HANDOVER = "handover"
    #: Somebody wants to hear of an alert again: the form, or with `span` or `moment` the wish itself.
    REMIND = "remind"
    #: One's reminders; with `status` the one in `reminder` is cancelled.
    REMINDERS = "reminders"
    #: Has whoever is next asked; and what is done to all alerts of a page, `call`, by `do`.
    ESCALATE = "escalate"
    PAGE = "page"
    #: Who is on call; with `span` the presser takes it for so long, with `do` they end what is overridden.
    ONCALL = "oncall"
    #: Digests: one now; all that come here; one, `schedule`, and what shall be done to it, `do`.
    DIGEST = "digest"
    #: What came and how it ended over the last days; `span` says how many.
    TRENDS = "trends"
    #: The chain of alerts and processes around an alert.
    STORY = "story"
    #: What is known of an entity, across alerts: `entity` is its key.
    ENTITY = "entity"
    #: Makes an export of what the press is about, or, with `export`, does something about one.
    EXPORT = "export"
    #: An incident: its card, its forms, and what is done to it, by the press's `task`.
    INCIDENT = "incident"


#: The value of `to` for oneself and for nobody; any other value is an Entra object id.
ME, NOBODY = "me", "nobody"

#: The value of `incident` for one to be made; any other value is an incident's number.
NEW_INCIDENT = "new"


#: The value of `determination` for none; empty means the same.
NO_DETERMINATION = "notSet"


class Listing(StrEnum):
    """The list from which an alert was opened, so that `back` finds the way."""

    QUEUE = "queue"
    MINE = "mine"
    #: What was searched for, of any status and age.
    SEARCH = "search"
    #: The alerts similar to another alert, whose number stands in `page`.
    SIMILAR = "similar"
    #: The investigations of the type of an alert, whose number stands in `page`.
    ACTIONS = "actions"
    #: The alerts that share a card, whose id stands in `page`.
    FOLD = "fold"
    #: The story of an alert, whose number stands in `page`.
    STORY = "story"
    #: The alerts with an entity, whose key stands in `filter`.
    ENTITY = "entity"
    #: The alerts of an incident, whose number stands in `page`.
    INCIDENT = "incident"
    #: The alerts that a tuning rule caught, whose id stands in `page`.
    RULE = "rule"
    #: A digest, whose id stands in `page`.
    DIGEST = "digest"
    #: One's own alerts one at a time; `page` is the number of the one that is done with.
    DECK = "deck"
    #: No list: a card that somebody has put into a conversation themselves.
    SHARED = "shared"


class Step(StrEnum):
    """What a button does to an incident."""

    RENAME = "rename"
    ASSIGN = "assign"
    COMMENT = "comment"
    RESOLVE = "resolve"
    MERGE = "merge"
    HISTORY = "history"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class OpenedFrom:
    """The list from which an alert was opened: which one, its page, and its filter.

    For SIMILAR, STORY, ACTIONS, FOLD and INCIDENT the page is a number; for ENTITY the filter is a key.
    """

    listing: Listing
    page: int | None = None
    filter: str | None = None


class Press(BaseModel):
    """A button's data. Without its inputs (None) a press asks for the form, with them (even empty) it takes effect."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    alert: int | None = Field(default=None, ge=1, le=2**53)
    rev: int | None = Field(default=None, ge=0, le=2**53)
    nonce: str = Field(default="", max_length=64)
    page: int | None = Field(default=None, ge=0, le=2**53)
    listing: Annotated[Listing | None, Field(strict=False)] = None
    #: The filter of a list, as it is typed.
    filter: str | None = Field(default=None, max_length=2_000)
    #: The id of a card that several alerts share.
    fold: int | None = Field(default=None, ge=1, le=2**53)
    #: How many alerts shared the card when the button was drawn.
    counted: int | None = Field(default=None, ge=1, le=2**53)
    #: The name of an action on several alerts.
    action: str | None = Field(default=None, max_length=40, pattern=r"^[0-9]{1,15}/[0-9]{1,9}$")
    #: The number of a triage rule.
    triage: int | None = Field(default=None, ge=1, le=2**53)
    #: The number of a page.
    call: int | None = Field(default=None, ge=1, le=2**53)
    #: The number of a maintenance window.
    window: int | None = Field(default=None, ge=1, le=2**53)

    #: The number of a note for the next shift.
    note: int | None = Field(default=None, ge=1, le=2**53)
    #: The number of a reminder.
    reminder: int | None = Field(default=None, ge=1, le=2**53)
    #: What people call a digest's schedule; 0 for that of the settings.
    schedule: int | None = Field(default=None, ge=0, le=2**53)

    #: Where one is in something that takes several steps.
    step: str | None = Field(default=None, max_length=20)
    #: Alerts and the revisions at which they were seen, `1042:7,1033:2`.
    seen: str | None = Field(default=None, max_length=4_000)

    #: The numbers of alerts that were ticked, joined with commas.
    picked: str | None = Field(default=None, max_length=2_000)
    #: An entity, as `entity_token` writes it.
    entity: str | None = Field(default=None, max_length=600, pattern=r"^[A-Za-z0-9_-]+$")
    #: Alertmanager's id of a silence.
    silence: str | None = Field(default=None, max_length=100)
    #: The id of a question to experts.
    question: int | None = Field(default=None, ge=1, le=2**53)
    #: The number of the incident that the button is about, and what it does to it; without a task it shows it.
    case: int | None = Field(default=None, ge=1, le=2**53)
    task: Annotated[Step | None, Field(strict=False)] = None
    #: A tuning rule's id, what shall be done to it, and since when its work shall be undone.
    rule: int | None = Field(default=None, ge=1, le=2**53)
    do: str | None = Field(default=None, max_length=20)
    since: str | None = Field(default=None, max_length=40)

    #: An export's number.
    export: int | None = Field(default=None, ge=1, le=2**53)

    to: str | None = Field(default=None, max_length=200)
    status: str | None = Field(default=None, max_length=20)
    comment: str | None = Field(default=None, max_length=60_000)
    classification: Annotated[str | None, Field(max_length=80)] = None
    determination: Annotated[str | None, Field(max_length=60)] = None
    incident: str | None = Field(default=None, max_length=20)
    tags: str | None = Field(default=None, max_length=2_000)
    name: str | None = Field(default=None, max_length=1_000)
    #: Why an alert belongs to an incident: one of Graph's `correlationReason`.
    reason: str | None = Field(default=None, max_length=40)
    #: For how long, `4h`, and the names of labels, joined with commas.
    span: str | None = Field(default=None, max_length=20)
    labels: str | None = Field(default=None, max_length=8_000)
    #: When, in somebody's own words.
    moment: str | None = Field(default=None, max_length=200)

    @classmethod
    def read(cls, data: object) -> Self:
        """The press that a client sent. Raises Refused("badPress") naming the field, whatever the data is."""
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "data"
            raise Refused("badPress", field=where, why=first["msg"]) from None

    @property
    def opened_from(self) -> OpenedFrom | None:
        return OpenedFrom(self.listing, self.page, self.filter) if self.listing is not None else None

    def data(self) -> dict[str, Any]:
        """What the card carries."""
        return self.model_dump(mode="json", exclude_none=True)

    def verdict(self) -> tuple[Classification, str] | None:
        """The classification and determination, or None where none was given.

        One input may carry both as `classification:determination`, so that a phone needs a single choice.
        """
        if not self.classification:
            return None
        name, _, joined = self.classification.partition(":")
        known = CLASSIFICATIONS["words"].get(squash(name))
        if known is None:
            raise Refused("badPress", field="classification", why=f"unknown value {name!r}")
        classification = Classification(known)
        determination = joined or self.determination or ""
        return classification, "" if determination == NO_DETERMINATION else determination


def entity_token(entity: str) -> str:
    """An entity's key as a button carries it: others chose its letters, and it may look like a link."""
    return urlsafe_b64encode(entity.encode(errors="replace")).decode().rstrip("=")


def read_entity(token: str) -> str:
    """Raises Refused("badPress")."""
    try:
        return urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    except ValueError:
        raise Refused("badPress", field="entity", why="not readable") from None


def read_message(value: object) -> tuple[Verb, Press]:
    """The press in a message of a client that is too old for `Action.Execute`: its verb is among the data.

    Raises Refused("badPress").
    """
    if not isinstance(value, Mapping):
        raise Refused("badPress", field="data", why="no object")
    data = dict(value)
    name = data.pop("verb", None)
    try:
        verb = Verb(name)
    except ValueError:
        raise Refused("badPress", field="verb", why="unknown value") from None
    return verb, Press.read(data)
