"""Exports from chat: asked for, made by a worker, and taken by whoever may have them.

What is in one is what its person may see where they asked, and no longer than they may.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bot.alerts.conversation import Scope, Subject
from bot.alerts.errors import Busy, NotAvailable, Refused
from bot.alerts.export import About, Export, ExportLink, ExportState, Upload, Wanted
from bot.alerts.messages import ConversationKind
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.roles import Role
from bot.alerts.views import QueueFilter, QueueKind
from bot.usecases.exporting import Batch, load_batch
from bot.usecases.incident_finding import visible_incident
from bot.usecases.permission import require
from bot.usecases.read import listed
from bot.usecases.visibility import Reader, role_of, scope_of

#: How long a file is kept, and how long a link to it holds.
KEPT: Final = timedelta(hours=24)
LINK_HOLDS: Final = timedelta(minutes=15)

#: How long it is known who took what out.
TRAIL_KEPT: Final = timedelta(days=400)

#: So many of one person's at once.
AT_ONCE: Final = 3

#: The same press is the same one for so long: Teams repeats it within seconds, people press again later.
REPEATED: Final = timedelta(minutes=1)

#: An answer to somebody comes before any alert.
URGENCY: Final = -1

_KINDS: Final[dict[About, QueueKind]] = {About.QUEUE: "queue", About.MINE: "mine"}


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, where, and in which thread. `key` makes a press count once; `has_address`: links can be made."""

    by: Person
    reader: Reader
    has_address: bool
    thread: str | None = None
    key: str = ""

    @property
    def at(self) -> datetime:
        return self.reader.at


def ask(uow: UnitOfWork, asking: Asking, wanted: Wanted) -> Export:
    """A worker shall make it. Raises NotAvailable, and Refused: "role", "badFilter", "manyExports", "noAddress"."""
    reader = asking.reader
    require(uow, reader, "export")
    before = uow.exports.latest(asking.key) if asking.key else None
    if before is not None and asking.at - before.asked_at < REPEATED:
        return before
    if not asking.has_address and reader.conversation.kind is not ConversationKind.PERSONAL:
        raise Refused("noAddress")
    wanted = _checked(uow, wanted, reader)
    if uow.exports.under_way(reader.person) >= AT_ONCE:
        raise Refused("manyExports", limit=AT_ONCE)
    if asking.key and not uow.presses.first_time(f"export:{asking.key}:{before.id if before else 0}", asking.at):
        # Another replica was told of the same press, and was faster.
        made = uow.exports.latest(asking.key)
        if made is None:
            raise Busy("the same press is being answered")
        return made
    number = uow.exports.add(
        wanted,
        person=reader.person,
        person_name=asking.by.name,
        conversation=reader.conversation.id,
        thread=asking.thread,
        key=asking.key,
        at=asking.at,
    )
    export = uow.exports.get(number)
    if not export.is_personal:
        show(uow, export, asking.at)
    return export


def again(uow: UnitOfWork, asking: Asking, number: int) -> Export:
    """The same once more, for whoever asks now. Raises as `ask` does."""
    export = _here(uow, number, asking.reader)
    return ask(uow, asking, export.wanted)


def stop(uow: UnitOfWork, number: int, reader: Reader) -> Export:
    """Make it no further. Raises NotAvailable, and Refused: "notYourExport"."""
    export = _here(uow, number, reader)
    require(uow, reader, "export")
    role = role_of(uow, reader)
    if reader.person != export.person and role is not Role.ADMINISTRATOR:
        raise Refused("notYourExport", who=export.person_name)
    if export.state is ExportState.WAITING:
        _over(uow, export, ExportState.STOPPED, reader.at)
    return uow.exports.get(number)


def look(uow: UnitOfWork, number: int, reader: Reader) -> Export:
    """Raises NotAvailable."""
    return _here(uow, number, reader)


def show(uow: UnitOfWork, export: Export, at: datetime, subject: Subject = Subject.EXPORT) -> None:
    """A card about it, where it was asked for."""
    uow.cards.want(export.conversation.id, subject, export.id, priority=URGENCY, at=at, thread=export.thread)
    uow.cards.raise_wanted(subject, export.id, at=at)


# What the worker does.


def begin(uow: UnitOfWork, export: Export, now: datetime, *, days: int) -> Sequence[int]:
    """The alerts that are to be in it, newest activity first."""
    return uow.alerts.fitting(_scope(uow, export, now), _filter(export, days))


def some(uow: UnitOfWork, export: Export, numbers: Sequence[int], now: datetime, *, alone: bool) -> Batch:
    """Some of them: those that its person may still see."""
    return load_batch(uow, numbers, _scope(uow, export, now), alone=alone)


def told(uow: UnitOfWork, export: Export, now: datetime) -> None:
    """Its cards say how far it is."""
    uow.cards.raise_wanted(Subject.EXPORT, export.id, at=now)
    uow.cards.raise_wanted(Subject.OFFER, export.id, at=now)


def made(uow: UnitOfWork, export: Export, now: datetime) -> None:
    """Its file is there: offered to its person, or to be had by a link."""
    if export.is_personal:
        show(uow, export, now, Subject.OFFER)
    told(uow, export, now)


def ended(uow: UnitOfWork, export: Export, now: datetime) -> None:
    """It has come to nothing, and whoever asked is told."""
    if not uow.cards.has(export.conversation.id, Subject.OFFER, export.id):
        show(uow, export, now)
    told(uow, export, now)


def expire_due(uow: UnitOfWork, now: datetime) -> None:
    """Files that nobody may have any more go."""
    for export in uow.exports.expired(now, limit=50):
        _over(uow, export, ExportState.EXPIRED, now)


def unasked(uow: UnitOfWork) -> list[Export]:
    """Those that Teams does not ask its question about, because its app may not have files there."""
    found = (uow.exports.get(card.subject_id) for card, _why in uow.cards.refused(limit=20, subject=Subject.OFFER))
    return [one for one in found if one.state is ExportState.READY and not _is_shown(uow, one)]


def go_without(uow: UnitOfWork, now: datetime, *, has_address: bool) -> None:
    """These are got at by a link, or not at all."""
    for export in unasked(uow):
        if has_address or uow.exports.end(export, ExportState.FAILED, owner=None, why="noFiles"):
            show(uow, export, now)


def _is_shown(uow: UnitOfWork, export: Export) -> bool:
    return uow.cards.has(export.conversation.id, Subject.EXPORT, export.id)


# Who has the file.


def answer_offer(uow: UnitOfWork, number: int, reader: Reader, upload: Upload | None) -> Export:
    """Its person lets it be put there, or with None will not have it; once. Raises NotAvailable."""
    export = _here(uow, number, reader)
    if reader.person != export.person or not _may_have(uow, export, reader):
        raise NotAvailable(f"export {number}")
    if export.state is ExportState.READY:
        if export.expires_at is None or export.expires_at <= reader.at:
            _over(uow, export, ExportState.EXPIRED, reader.at)
        elif upload is None:
            _over(uow, export, ExportState.DECLINED, reader.at)
        else:
            uow.exports.send(number, upload, reader.at)
    told(uow, export, reader.at)
    return uow.exports.get(number)


def make_link(uow: UnitOfWork, number: int, reader: Reader, by: Person, digest: str) -> tuple[Export, ExportLink]:
    """A link for one person. Raises NotAvailable, and Refused: "role", "exportOver"."""
    export = _here(uow, number, reader)
    require(uow, reader, "export")
    if not _may_have(uow, export, reader):
        raise NotAvailable(f"export {number}")
    if export.state is not ExportState.READY or export.expires_at is None or export.expires_at <= reader.at:
        raise Refused("exportOver")
    link = ExportLink(number, reader.person, min(reader.at + LINK_HOLDS, export.expires_at))
    uow.exports.add_link(digest, link, person_name=by.name, at=reader.at)
    return export, link


def fetch(uow: UnitOfWork, digest: str, now: datetime) -> tuple[Export, ExportLink]:
    """The export that a link leads to, if its person may still have it. Raises NotAvailable, Refused("exportOver")."""
    link = uow.exports.link(digest)
    if link is None:
        raise NotAvailable("link")
    export = uow.exports.get(link.export)
    if not _may_have(uow, export, Reader(link.person, export.conversation, now)):
        raise NotAvailable("link")
    if link.expires_at <= now or export.state is not ExportState.READY:
        raise Refused("exportOver")
    uow.exports.fetched(digest, now)
    return export, link


def _checked(uow: UnitOfWork, wanted: Wanted, reader: Reader) -> Wanted:
    """With only what the reader may see, and a filter that says it. Raises NotAvailable and Refused."""
    match wanted.about:
        case About.ALERTS:
            seen = uow.alerts.several(wanted.numbers, scope_of(uow, reader))
            if not seen:
                raise NotAvailable("alerts")
            numbers = tuple(alert.number for alert in seen)
            return replace(wanted, numbers=numbers, filter=f"number:{','.join(map(str, numbers))}")
        case About.INCIDENT:
            incident, _ = visible_incident(uow, wanted.numbers[0], reader)
            return replace(wanted, numbers=(incident.number,), filter=f"incident:{incident.number}")
        case about:
            listed(reader.person, reader.at, days=0, kind=_KINDS.get(about, "search"), text=wanted.filter)
            return wanted


def _filter(export: Export, days: int) -> QueueFilter:
    kind = _KINDS.get(export.wanted.about, "search")
    return listed(export.person, export.asked_at, days=days, kind=kind, text=export.wanted.filter)


def _scope(uow: UnitOfWork, export: Export, now: datetime) -> Scope:
    return scope_of(uow, Reader(export.person, export.conversation, now))


def _here(uow: UnitOfWork, number: int, reader: Reader) -> Export:
    """Known only where it was asked for."""
    export = uow.exports.get(number)
    if export.conversation.id != reader.conversation.id or role_of(uow, reader) is None:
        raise NotAvailable(f"export {number}")
    return export


def _may_have(uow: UnitOfWork, export: Export, reader: Reader) -> bool:
    """Whether somebody may have the whole file: what is in it is not left out again."""
    if export.is_personal and reader.person != export.person:
        return False
    return role_of(uow, reader) is not None and export.services.isdisjoint(uow.access.barred(reader.person, reader.at))


def _over(uow: UnitOfWork, export: Export, state: ExportState, now: datetime) -> None:
    uow.exports.end(export, state, owner=None)
    told(uow, export, now)
