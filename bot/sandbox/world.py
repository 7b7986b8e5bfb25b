"""The small company that lives in the sandbox: its people, team, channels, chats and messages, all in memory."""

import hashlib
import html
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Json = dict[str, Any]
Value = Any  # whatever JSON can hold
Kind = Literal["channel", "groupChat", "personal"]

CARD_TYPE = "application/vnd.microsoft.card.adaptive"
OFFER_TYPE = "application/vnd.microsoft.teams.card.file.consent"
STRANGER_TENANT = "f5b8c1d2-7e43-4a9d-b6a5-1c2d3e4f5a6b"
TEAM_NAME = "Security operations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with an account. `key` is the short name that the control API uses."""

    key: str
    name: str
    tenant_id: str
    object_id: str
    mri: str
    upn: str
    locale: str
    country: str
    zone: str
    role: Literal["user", "guest"] = "user"
    platform: str = "Windows"


@dataclass(slots=True, kw_only=True)
class Message:
    """One message. `thread` is the id of the root message in a channel, None in chats and for root messages.

    `views` holds, per person, the card that an answered press or refresh put before them alone; `answers` counts how
    often that happened; `refreshed` is the revision that was last refreshed for them.
    """

    id: str
    conversation: str
    thread: str | None
    sender: str
    at: datetime
    text: str = ""
    text_format: str = "plain"
    summary: str = ""
    attachments: list[Json] = field(default_factory=list)
    entities: list[Json] = field(default_factory=list)
    edited: datetime | None = None
    deleted: bool = False
    revision: int = 1
    views: dict[str, Json] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=dict)
    refreshed: dict[str, int] = field(default_factory=dict)

    def cards(self) -> list[Json]:
        """The Adaptive Cards that were sent with the message."""
        return [a["content"] for a in self.attachments if a.get("contentType") == CARD_TYPE]

    def plain(self) -> str:
        """The text without markup, as it reads."""
        if self.text_format != "xml":
            return self.text
        return html.unescape(re.sub(r"<[^>]*>", "", re.sub(r"<br */?>", "\n", self.text)))

    def card_for(self, person: str) -> Json | None:
        """The card as this person sees it, or None where the message has no card."""
        if person in self.views:
            return self.views[person]
        return next(iter(self.cards()), None)


@dataclass(slots=True, kw_only=True)
class Conversation:
    """A channel, a group chat or a 1:1 chat with the bot."""

    key: str
    id: str
    name: str
    kind: Kind
    members: list[str]
    installed: bool = False
    messages: list[Message] = field(default_factory=list)

    def find(self, message_id: str) -> Message | None:
        """The message with that id, unless it does not exist or was deleted."""
        return next((m for m in self.messages if m.id == message_id and not m.deleted), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """The one team; a team's id is that of its General channel, as in Teams."""

    id: str
    name: str
    group_id: str


class World:
    """Everything that a reset throws away."""

    def __init__(self, *, tenant_id: str, bot_id: str, bot_name: str, more_channels: int = 0) -> None:
        self.tenant_id = tenant_id
        self.bot_id = f"28:{bot_id}"
        self.bot_name = bot_name
        self.people = {p.key: p for p in _people(tenant_id)}
        self.team = Team(id=_channel_id("general"), name=TEAM_NAME, group_id=_guid("team"))
        self.conversations = {c.key: c for c in _conversations(self.people, more_channels)}
        self._last_id = 0

    def next_message_id(self, now: datetime) -> str:
        """A new message id in Teams' form: milliseconds since 1970, never twice the same."""
        self._last_id = max(self._last_id + 1, int(now.timestamp() * 1000))
        return str(self._last_id)

    def by_id(self, conversation_id: str) -> Conversation | None:
        """The conversation with this Teams id, with or without `;messageid=`."""
        bare = conversation_id.split(";", 1)[0]
        return next((c for c in self.conversations.values() if c.id == bare), None)

    def person_by_id(self, any_id: str) -> Person | None:
        """A person by `29:` id, Entra object id or user principal name."""
        return next((p for p in self.people.values() if any_id in (p.mri, p.object_id, p.upn)), None)

    def channels(self) -> Iterator[Conversation]:
        """The team's channels, General first."""
        return (c for c in self.conversations.values() if c.kind == "channel")

    def bot_reaches(self, person: str) -> bool:
        """Whether the bot may open a 1:1 chat: it is installed there, or somewhere that the person is a member of."""
        return any(c.installed and person in c.members for c in self.conversations.values())


def _people(tenant_id: str) -> list[Person]:
    def person(key: str, name: str, locale: str, zone: str, **more: Value) -> Person:
        first, last = name.lower().split()
        home = more.pop("tenant_id", tenant_id)
        upn = more.pop("upn", f"{first}.{last}@contoso.example")
        return Person(
            key=key, name=name, tenant_id=home, object_id=_guid(f"person/{key}"), mri=f"29:{_token(f'mri/{key}')}",
            upn=upn, locale=locale, country=locale.split("-")[1], zone=zone, **more,
        )  # fmt: skip

    guest_upn = "dana.duarte_fabrikam.example#EXT#@contoso.example"
    return [
        person("ana", "Ana Alvarez", "en-US", "Europe/Madrid"),
        person("bo", "Bo Berg", "en-GB", "Europe/Stockholm", platform="iOS"),
        person("chidi", "Chidi Cole", "en-US", "America/New_York", platform="Android"),
        person("dana", "Dana Duarte", "en-GB", "America/Sao_Paulo", role="guest", upn=guest_upn, platform="Web"),
        person("sam", "Sam Stranger", "en-US", "Europe/London", tenant_id=STRANGER_TENANT, upn="sam@fabrikam.example"),
    ]


def _conversations(people: dict[str, Person], more_channels: int) -> list[Conversation]:
    insiders = [p.key for p in people.values() if p.tenant_id != STRANGER_TENANT]
    channels = [("general", "General"), ("alerts", "alerts"), ("quiet", "quiet")]
    channels += [(f"channel-{n}", f"channel-{n}") for n in range(1, more_channels + 1)]
    return [
        *(Conversation(key=k, id=_channel_id(k), name=n, kind="channel", members=list(insiders)) for k, n in channels),
        Conversation(
            key="group", id=f"19:{_hex('group')}@thread.v2", name="Ana and Bo", kind="groupChat", members=["ana", "bo"]
        ),
        *(
            Conversation(key=p.key, id=f"a:{_token(f'chat/{p.key}')}", name=p.name, kind="personal", members=[p.key])
            for p in people.values()
        ),
    ]


def _channel_id(key: str) -> str:
    return f"19:{_hex(f'channel/{key}')}@thread.tacv2"


def _hex(name: str) -> str:
    return hashlib.sha256(f"tocsin-sandbox/{name}".encode()).hexdigest()[:32]


def _token(name: str) -> str:
    return "1" + hashlib.sha512(f"tocsin-sandbox/{name}".encode()).hexdigest()[:63]


def _guid(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"tocsin-sandbox/{name}"))
