"""What is sent to people, and where: the shapes between delivery and whoever talks to Teams."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol


class ConversationKind(StrEnum):
    """Teams' `conversationType`."""

    CHANNEL = "channel"
    GROUP_CHAT = "groupChat"
    PERSONAL = "personal"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a message goes.

    `conversation` is Teams' conversation id without `;messageid=`; `thread` is the id of a channel thread's root
    message, or None for a new thread (in chats always None).
    """

    service_url: str
    conversation: str
    kind: ConversationKind
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """A person named in a text as `<at>name</at>`; `teams_id` is `29:…` or the Entra object id."""

    teams_id: str
    name: str


@dataclass(frozen=True, slots=True)
class FileOffer:
    """Teams asks the person of a 1:1 chat whether a file may go to their OneDrive; `context` comes back with it."""

    name: str
    description: str
    size: int
    context: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FileInfo:
    """A file that is in somebody's OneDrive, to open."""

    name: str
    url: str
    unique_id: str
    file_type: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `text` is plain text (never markup), `summary` what a notification says."""

    text: str
    summary: str = ""
    card: Mapping[str, Any] | None = None
    mentions: tuple[Mention, ...] = field(default=())
    file: FileOffer | FileInfo | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A person as a conversation's roster shows them. Anonymous people have no `object_id`."""

    object_id: str | None
    teams_id: str
    name: str
    user_principal_name: str = ""
    is_guest: bool = False


class Messenger(Protocol):
    """The door out to Teams. Every call raises DeliveryDelayed or DeliveryRefused."""

    async def post(self, to: Address, message: Message) -> str:
        """Post a message and return its activity id, the proof of delivery."""
        ...

    async def update(self, to: Address, activity_id: str, message: Message) -> None:
        """Replace a posted message in place."""
        ...

    async def delete(self, to: Address, activity_id: str) -> None: ...

    async def members(self, of: Address) -> list[Member]:
        """The whole roster, all its pages."""
        ...

    async def open_personal(self, service_url: str, teams_id: str) -> str:
        """Open the 1:1 conversation with somebody and return its id."""
        ...
