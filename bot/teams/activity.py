"""An inbound activity: exact about what we use, tolerant of everything else that Teams puts in."""

from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from bot.alerts.messages import Address, ConversationKind
from bot.teams.strict_json import BadJson, parse_json

_THREAD_MARK: Final = ";messageid="
_ENTITIES_USED: Final = frozenset({"mention", "clientInfo"})


class BadActivity(ValueError):
    """The body is no activity that we take; the message says why in words, and repeats nothing of it."""


class _Part(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, data: object) -> object:
        return {name: value for name, value in data.items() if value is not None} if isinstance(data, dict) else data


class Account(_Part):
    """A person or a bot. Anonymous people have no `aad_object_id`."""

    id: str = Field(min_length=1, max_length=512)
    name: str = ""
    aad_object_id: str | None = None
    role: str = ""


class ConversationPart(_Part):
    """Where it was said, as Teams names it: the id of a channel carries `;messageid=` of the thread's root."""

    id: str = Field(min_length=1, max_length=1024)
    name: str = ""
    conversation_type: str = ""
    tenant_id: str | None = None
    is_group: bool = False


class Named(_Part):
    """A team or a channel. A team's `id` is that of its General channel, `aad_group_id` the Entra group's."""

    id: str = ""
    name: str = ""
    aad_group_id: str | None = None


class _Tenant(_Part):
    id: str | None = None


class _Settings(_Part):
    selected_channel: Named | None = None


class ChannelData(_Part):
    """What is Teams' own; `event_type` is set in conversation updates (channelCreated, teamDeleted, …)."""

    tenant: _Tenant | None = None
    team: Named | None = None
    channel: Named | None = None
    settings: _Settings | None = None
    event_type: str = ""


class Entity(_Part):
    """A mention (`text`, `mentioned`) or what the client tells of itself (`clientInfo`); others are left out."""

    type: str
    text: str = ""
    mentioned: Account | None = None
    locale: str = ""
    country: str = ""
    platform: str = ""
    timezone: str = ""


def _used(entities: object) -> object:
    if not isinstance(entities, list):
        return entities
    return [e for e in entities if isinstance(e, dict) and e.get("type") in _ENTITIES_USED]


class InboundActivity(_Part):
    """One activity. `value` is the JSON of an invoke or of a pressed Action.Submit, unread."""

    type: str = Field(min_length=1, max_length=64)
    id: str = ""
    # Empty where absent, so that the guard, not the parser, refuses it: these two are claims to be checked.
    service_url: str = ""
    channel_id: str = ""
    from_: Account = Field(alias="from")
    conversation: ConversationPart
    recipient: Account | None = None
    channel_data: ChannelData = ChannelData()
    name: str = ""
    value: Any = None
    text: str = ""
    text_format: str = ""
    entities: Annotated[list[Entity], BeforeValidator(_used)] = Field(default_factory=list)
    members_added: list[Account] = Field(default_factory=list)
    members_removed: list[Account] = Field(default_factory=list)
    action: str = ""
    reply_to_id: str = ""
    locale: str = ""
    local_timezone: str = ""

    @property
    def kind(self) -> ConversationKind:
        """Where it was said. Some events lack the type; the other fields then tell."""
        try:
            return ConversationKind(self.conversation.conversation_type)
        except ValueError:
            if self.channel_data.channel or self.channel_data.team:
                return ConversationKind.CHANNEL
            return ConversationKind.GROUP_CHAT if self.conversation.is_group else ConversationKind.PERSONAL

    @property
    def conversation_id(self) -> str:
        """The conversation's id without `;messageid=`."""
        return self.conversation.id.partition(_THREAD_MARK)[0]

    @property
    def thread(self) -> str | None:
        """The id of the root message of the channel thread that it was said in."""
        return self.conversation.id.partition(_THREAD_MARK)[2] or None

    @property
    def address(self) -> Address:
        """Where an answer goes: in a channel, into the same thread."""
        thread = self.thread if self.kind is ConversationKind.CHANNEL else None
        return Address(self.service_url, self.conversation_id, self.kind, thread)

    @property
    def mentions(self) -> tuple[Entity, ...]:
        return tuple(e for e in self.entities if e.type == "mention" and e.mentioned is not None)

    @property
    def client(self) -> Entity | None:
        """What the client told of itself: locale, country, platform (Windows, iOS, Android, Web …), time zone."""
        return next((e for e in self.entities if e.type == "clientInfo"), None)

    @property
    def said(self) -> str:
        """The text without mentions of the bot itself, those of others as `@Name`, without white space around it."""
        text = self.text
        for mention in self.mentions:
            if mention.mentioned is not None and mention.text:
                is_bot = self.recipient is not None and mention.mentioned.id == self.recipient.id
                text = text.replace(mention.text, " " if is_bot else f"@{mention.mentioned.name}")
        return text.strip()


def parse_activity(body: bytes) -> tuple[InboundActivity, dict[str, Any]]:
    """The activity of a request body, and the clean JSON that it was read from. Raises BadActivity."""
    try:
        raw = parse_json(body)
    except BadJson as error:
        raise BadActivity(str(error)) from None
    if not isinstance(raw, dict):
        raise BadActivity("an activity is a JSON object")
    try:
        return InboundActivity.model_validate(raw), raw
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        raise BadActivity(f"the activity's {_field(first['loc'])} is missing or of the wrong type") from None


def _field(location: tuple[int | str, ...]) -> str:
    """The field's name; a name that we did not choose cannot occur, because unknown fields are ignored."""
    return ".".join(str(step) for step in location) or "content"
