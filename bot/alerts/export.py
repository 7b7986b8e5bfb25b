"""An export that somebody asked for in chat: what shall be in it, how far it is, and where its file went.

The row stays when the file is gone: it says who took what out.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from bot.alerts.conversation import Conversation
from bot.alerts.messages import ConversationKind


class Form(StrEnum):
    XLSX = "xlsx"
    CSV = "csv"


class About(StrEnum):
    """Which alerts are in it: some by number, those of an incident, or a list as people see it in chat."""

    ALERTS = "alerts"
    INCIDENT = "incident"
    QUEUE = "queue"
    MINE = "mine"
    SEARCH = "search"


class ExportState(StrEnum):
    #: A worker makes the file, or will.
    WAITING = "waiting"
    #: The file is kept: its link may be asked for, or its person be asked where to put it.
    READY = "ready"
    #: Its person allowed it: a worker brings it to their OneDrive.
    SENDING = "sending"
    SENT = "sent"
    #: No alert fitted.
    EMPTY = "empty"
    DECLINED = "declined"
    STOPPED = "stopped"
    EXPIRED = "expired"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asked for. `filter` is a condition as it is written; `numbers` are of alerts, or an incident."""

    about: About
    form: Form = Form.XLSX
    filter: str = ""
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Upload:
    """Where Teams wants the file: the address takes it without any sign-in, and so is a secret."""

    url: str
    content_url: str
    name: str
    unique_id: str
    file_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """`person` asked for it, by Entra object id, where `conversation` is; `done` of `total` alerts are written."""

    id: int
    state: ExportState
    wanted: Wanted
    person: str
    person_name: str
    conversation: Conversation
    asked_at: datetime
    thread: str | None = None
    name: str = ""
    total: int = 0
    done: int = 0
    size: int = 0
    #: The service sources of its alerts: who may not see one of them may not have the file.
    services: frozenset[str] = field(default_factory=frozenset)
    expires_at: datetime | None = None
    attempt: int = 0
    why: str = ""
    upload: Upload | None = None

    @property
    def is_under_way(self) -> bool:
        return self.state in {ExportState.WAITING, ExportState.SENDING}

    @property
    def is_personal(self) -> bool:
        return self.conversation.kind is ConversationKind.PERSONAL


@dataclass(frozen=True, slots=True)
class ExportLink:
    """Leads one person to an export's file, for a while."""

    export: int
    person: str
    expires_at: datetime


#: Letters of a piece of a file. OneDrive takes multiples of this many.
PIECE = 320 * 1024


class Exports(Protocol):
    """Exports, their files in pieces, and links to them."""

    def add(
        self,
        wanted: Wanted,
        *,
        person: str,
        person_name: str,
        conversation: int,
        thread: str | None,
        key: str,
        at: datetime,
    ) -> int: ...

    def get(self, export: int) -> Export:
        """Raises NotAvailable."""
        ...

    def latest(self, key: str) -> Export | None:
        """The newest one that was asked for by a press of this key."""
        ...

    def under_way(self, person: str) -> int:
        """How many of somebody's a worker has to do with."""
        ...

    def next_due(self) -> datetime | None: ...

    def claim(self, now: datetime, *, owner: str, lease: timedelta, limit: int) -> list[Export]:
        """Take some that are due; counts the attempt. Leases run by the database's own clock."""
        ...

    def progress(self, export: Export, *, owner: str, lease: timedelta, done: int, total: int) -> bool:
        """How far it is; keeps the lease. False where it is nobody's any more, or another's."""
        ...

    def add_pieces(self, export: int, first: int, pieces: Sequence[bytes]) -> None: ...

    def piece(self, export: int, number: int) -> bytes:
        """Counted from 0; empty beyond the last one."""
        ...

    def forget_pieces(self, export: int) -> None: ...

    def made(
        self, export: Export, *, owner: str, name: str, size: int, services: Collection[str], until: datetime
    ) -> bool:
        """Its pieces are all there. False where it is another's, or was stopped."""
        ...

    def end(self, export: Export, state: ExportState, *, owner: str | None, why: str = "") -> bool:
        """It is over, without its file; with an `owner`, only if that has it. False where it was over already."""
        ...

    def send(self, export: int, upload: Upload, at: datetime) -> None:
        """A worker shall bring it there."""
        ...

    def sent(self, export: Export, *, owner: str, upload: Upload) -> bool:
        """It is there, where `upload` says now."""
        ...

    def delay(self, export: Export, *, owner: str, until: datetime, why: str) -> None: ...

    def release(self, owner: str | None) -> None:
        """Nothing is under way any more for an owner, or for anybody with None."""
        ...

    def expired(self, now: datetime, *, limit: int) -> Sequence[Export]: ...

    def forget_before(self, at: datetime) -> None:
        """What was asked for before then, with its links."""
        ...

    def add_link(self, digest: str, link: ExportLink, *, person_name: str, at: datetime) -> None: ...

    def link(self, digest: str) -> ExportLink | None: ...

    def fetched(self, digest: str, at: datetime) -> None: ...

    def trail(self, *, limit: int) -> Sequence[tuple[Export, Mapping[str, int]]]:
        """The newest ones, with how often whom it was fetched by, by name."""
        ...
