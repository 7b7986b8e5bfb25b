"""Notes for the next shift: written, shown until somebody else has read them, or their author says something newer."""

from dataclasses import replace
from datetime import datetime

from bot.alerts.conversation import Subject
from bot.alerts.errors import NotAvailable, Refused
from bot.alerts.handover import NOTE, Note
from bot.alerts.messages import ConversationKind
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.usecases.permission import require
from bot.usecases.visibility import Reader, channels_of


def write(uow: UnitOfWork, reader: Reader, by: Person, text: str) -> list[Note]:
    """For the channel in which it is said; in one's own chat for all channels that one is in. Raises Refused."""
    require(uow, reader, "comment")
    words = text.strip()
    if not words:
        raise Refused("noNote")
    if len(words) > NOTE:
        raise Refused("longNote", limit=NOTE)
    places = _places(uow, reader)
    if not places:
        raise Refused("noNotePlace")
    draft = Note(
        id=0, conversation=0, author=reader.person, author_name=by.name or by.object_id, text=words, made_at=reader.at
    )
    notes = [replace(draft, conversation=place) for place in places]
    for place in places:
        draw_anew(uow, place, reader.at)
    return [replace(note, id=uow.handovers.write(note)) for note in notes]


def standing(uow: UnitOfWork, reader: Reader) -> tuple[Note, ...]:
    """Those of where one asks, or of one's channels, newest first; what was said for several of them is shown once."""
    once: dict[tuple[str, str], Note] = {}
    for note in uow.handovers.notes(_places(uow, reader)):
        once.setdefault((note.author, note.text), note)
    return tuple(once.values())


def read(uow: UnitOfWork, number: int, reader: Reader) -> None:
    """Somebody has read it: it is not shown any more, nor are its twins in other channels that they are in."""
    require(uow, reader, "handover")
    note = uow.handovers.note(number)
    places = _places(uow, reader)
    if note.conversation not in places:
        raise NotAvailable(f"note {number}")
    for twin in uow.handovers.notes(places):
        if (twin.author, twin.text) == (note.author, note.text):
            uow.handovers.settle(twin.id, by=reader.person, at=reader.at)
            draw_anew(uow, twin.conversation, reader.at)


def draw_anew(uow: UnitOfWork, conversation: int, now: datetime) -> None:
    """The handover that was posted there last says something else now."""
    if (number := uow.handovers.newest(conversation)) is not None:
        uow.cards.raise_wanted(Subject.HANDOVER, number, at=now)


def _places(uow: UnitOfWork, reader: Reader) -> list[int]:
    if reader.conversation.kind is ConversationKind.PERSONAL:
        return sorted(channels_of(uow, reader.person))
    return [reader.conversation.id]
