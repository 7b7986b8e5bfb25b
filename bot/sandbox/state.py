"""One running sandbox: its world, clock, keys, faults and what it has seen."""

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import ClientSession, web

from bot.sandbox.clock import SandboxClock, stamp
from bot.sandbox.config import SandboxConfig
from bot.sandbox.defender import Defender
from bot.sandbox.drops import Drop
from bot.sandbox.events import Events
from bot.sandbox.faults import FaultBox
from bot.sandbox.limits import Limits
from bot.sandbox.tokens import KeyRing
from bot.sandbox.users import User
from bot.sandbox.world import Conversation, Json, Message, Person, Value, World

SERVICE_PATH = "/teams/"
_JOURNAL = 20_000


class BadRequestError(Exception):
    """A control call that makes no sense; the text says why, for people."""


@dataclass(slots=True, kw_only=True)
class Dialog:
    """A dialog that a person has open."""

    conversation: str
    activity: str
    title: str
    card: Json
    #: What the submission of a message extension's form repeats of its opening.
    command: Json | None = None


@dataclass(slots=True)
class Sandbox:
    """Everything in one place. `bot_url` and `public_url` may be set later than the configuration."""

    config: SandboxConfig
    bot_url: str = ""
    public_url: str = ""
    clock: SandboxClock = field(default_factory=SandboxClock)
    keys: KeyRing = field(default_factory=KeyRing)
    events: Events = field(default_factory=Events)
    session: ClientSession | None = None
    updating: set[str] = field(default_factory=set)
    feed_every: float | None = None
    world: World = field(init=False)
    faults: FaultBox = field(init=False)
    limits: Limits = field(init=False)
    enforce_limits: bool = field(init=False)
    journal: deque[Json] = field(init=False)
    counters: Counter[str] = field(init=False)
    dialogs: dict[str, Dialog] = field(init=False)
    groups: dict[str, list[str]] = field(init=False)
    users: dict[str, User] = field(init=False)
    drops: dict[str, Drop] = field(init=False)
    defender: Defender = field(init=False)
    security_calls: deque[datetime] = field(init=False)

    def __post_init__(self) -> None:
        self.bot_url = self.config.bot_url.rstrip("/")
        self.public_url = (self.config.public_url or "").rstrip("/")
        self.feed_every = self.config.feed_every
        self._fresh()

    def reset(self) -> None:
        """Forget everything that happened; addresses, keys and the feed's rhythm stay."""
        self._fresh()
        self.clock.reset()
        self.events.tell("reset")

    def _fresh(self) -> None:
        config = self.config
        self.world = World(
            tenant_id=config.tenant_id, bot_id=config.app_id, bot_name=config.bot_name,
            more_channels=config.more_channels,
        )  # fmt: skip
        self.faults = FaultBox()
        self.limits = Limits()
        self.enforce_limits = config.enforce_limits
        self.journal = deque(maxlen=_JOURNAL)
        self.counters = Counter()
        self.dialogs = {}
        self.groups = {}
        self.users = {}
        self.drops = {}
        self.defender = Defender()
        self.security_calls = deque()

    def now(self) -> datetime:
        """The sandbox's time."""
        return self.clock.now()

    def service_url(self) -> str:
        """The service URL that activities carry."""
        return f"{self.public_url}{SERVICE_PATH}"

    def note_call(self, **entry: Value) -> None:
        """Write a call of the bot into the journal."""
        n = self.counters["calls"] = self.counters["calls"] + 1
        self.counters[f"calls.{entry['kind']}"] += 1
        self.counters[f"status.{entry['status']}"] += 1
        entry = {"n": n, "when": stamp(self.now()), **entry}
        self.journal.append(entry)
        self.events.tell("call", call=entry)

    def changed(self, message: Message, *, kind: str = "message") -> None:
        """Tell the page about a new or changed message."""
        self.events.tell(kind, conversation=message.conversation, message=message_json(message))

    def person(self, key: object) -> Person:
        """The person with that short key."""
        person = self.world.people.get(key) if isinstance(key, str) else None
        if person is None:
            raise BadRequestError(f"nobody is called {key!r}; 'as' is one of {', '.join(self.world.people)}")
        return person

    def conversation(self, key: object, *, person: Person | None = None) -> Conversation:
        """A conversation by key (`alerts`, `group`, `ana` …) or Teams id; without one, the person's 1:1 chat."""
        if key is None and person is not None:
            key = person.key
        found = self.world.conversations.get(key) or self.world.by_id(key) if isinstance(key, str) else None
        if found is None:
            raise BadRequestError(f"no conversation {key!r}; there are {', '.join(self.world.conversations)}")
        if person is not None and found.kind != "channel" and person.key not in found.members:
            raise BadRequestError(f"{person.key} is not in the conversation {found.key}")
        return found


SANDBOX = web.AppKey("sandbox", Sandbox)


def person_json(person: Person) -> Json:
    """A person for the control API."""
    return {
        "key": person.key, "name": person.name, "objectId": person.object_id, "id": person.mri, "upn": person.upn,
        "tenantId": person.tenant_id, "locale": person.locale, "timezone": person.zone, "role": person.role,
    }  # fmt: skip


def message_json(message: Message) -> Json:
    """A message for the control API. `cards` is what was sent, `views` what single people see instead."""
    cards = message.cards()
    others = [a for a in message.attachments if a.get("content") not in cards]
    return {
        "id": message.id, "conversation": message.conversation, "thread": message.thread, "from": message.sender,
        "at": stamp(message.at), "text": message.text,
        "textFormat": message.text_format, "plain": message.plain(), "summary": message.summary, "cards": cards,
        "attachments": others, "entities": message.entities, "deleted": message.deleted,
        "edited": stamp(message.edited) if message.edited else None, "revision": message.revision,
        "views": message.views, "answers": message.answers,
    }  # fmt: skip


def conversation_json(conversation: Conversation) -> Json:
    """A conversation with its messages for the control API."""
    return {
        "key": conversation.key, "id": conversation.id, "name": conversation.name, "kind": conversation.kind,
        "members": conversation.members, "installed": conversation.installed,
        "messages": [message_json(m) for m in conversation.messages],
    }  # fmt: skip
