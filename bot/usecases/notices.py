"""Who hears of a change in their own chat: whoever was given an alert, was named in a comment, or has what was changed.

The message is a card of the alert, so it lives on; changes soon after another tell nobody anew.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.alerts.alert import Alert
from bot.alerts.choices import Notice
from bot.alerts.conversation import NOTICE, Subject
from bot.alerts.history import Entry
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.words import Severity
from bot.usecases.quiet import quiet_until
from bot.usecases.showing import urgency

#: For so long after a notice nobody is told again of the same alert; its card shows the rest.
_QUIET: Final = timedelta(minutes=5)

#: What matters to whoever has the alert.
_MATTERS: Final = frozenset({"status", "assignee", "classification", "determination", "severity", "signal", "hidden"})

#: `@Bo`, `@Bo Berg`: up to three words, of which as many are meant as somebody's name has.
_NAMED: Final = re.compile(r"@([^\W\d_][\w'’.-]*(?: [^\W\d_][\w'’.-]*){0,2})")

#: People that one comment calls.
_CALLED = 10


def tell(uow: UnitOfWork, before: Alert, after: Alert, entry: Entry, at: datetime) -> None:
    """Post a notice to everybody concerned who has a chat with the bot, but whoever did it.

    What was done to several alerts at once is told of the first one alone.
    """
    if entry.batch:
        return
    concerned: dict[str, Notice] = {}
    for person, why in concerned_by(uow, entry, before.assignee, after.assignee):
        concerned.setdefault(person, why)
    for person, why in concerned.items():
        chat = uow.conversations.personal(person) if person != entry.actor.id else None
        if chat is None or chat.gone or why in uow.choices.of(person).unheard:
            continue
        if uow.cards.noticed(chat.id, after.number, since=at - _QUIET):
            continue
        when = at if after.severity is Severity.HIGH else quiet_until(uow, person, at) or at
        origin = f"{NOTICE}{entry.revision}"
        uow.cards.want(chat.id, Subject.ALERT, after.number, priority=urgency(after), at=when, origin=origin)


def told(uow: UnitOfWork, alert: int, origin: str, reader: str) -> Sequence[Entry]:
    """What others have done to an alert from the entry on that a notice tells of, oldest first."""
    revision = origin.removeprefix(NOTICE)
    since = int(revision) - 1 if revision.isdigit() else 0
    return [entry for entry in uow.history.since(alert, since) if entry.actor.id != reader and _says_something(entry)]


def people_named(uow: UnitOfWork, text: str) -> list[Person]:
    """Those whom a text calls by name after an `@`, where only one person of that name is known."""
    found: dict[str, Person] = {}
    for match in list(_NAMED.finditer(text))[:_CALLED]:
        words = match[1].rstrip(".").split(" ")
        for count in range(len(words), 0, -1):
            name = " ".join(words[:count])
            known = uow.people.by_name(name)
            whole = [person for person in known if person.name.casefold() == name.casefold()]
            if len(whole or known) == 1:
                person = (whole or known)[0]
                found[person.object_id] = person
                break
    return list(found.values())


def concerned_by(uow: UnitOfWork, entry: Entry, before: str | None, after: str | None) -> Iterator[tuple[str, Notice]]:
    """Whom an entry concerns, and why, the weightier reason first; `before` and `after` are who had the alert."""
    if after is not None and after != before:
        yield after, Notice.ASSIGNED
    if entry.comment and "@" in entry.comment:
        yield from ((person.object_id, Notice.CALLED) for person in people_named(uow, entry.comment))
    if before is not None and _says_something(entry):
        yield before, Notice.CHANGED


def _says_something(entry: Entry) -> bool:
    return bool(entry.comment) or any(change.field in _MATTERS for change in entry.changes)
