"""Commands that bring an alert, by its number or as its source calls it: `alert da637551227677560813_-961444813`."""

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Final

from bot.alerts.conversation import Subject
from bot.alerts.errors import NotAvailable
from bot.alerts.ports import UnitOfWork
from bot.teams.orders import Said
from bot.teams.replies import ANSWER_FIRST
from bot.usecases import finding
from bot.usecases.visibility import require_visible
from cards.buttons import Verb

#: All ids by which a source may know what somebody calls so.
Names = Callable[[str], Collection[str]]

#: Commands with nothing to say beside the alert.
_BY_NAME: Final = frozenset(
    {"alert", *map(str, (Verb.SIMILAR, Verb.RECOMMENDATIONS, Verb.DETAILS, Verb.HISTORY, Verb.STORY))}
)


def named(uow: UnitOfWork, said: Said, names: Names) -> list[int] | str | None:
    """The alerts that a command names so, or that there is none; None where it names them in another way."""
    command = said.command
    if command.verb not in _BY_NAME or command.spans or not finding.may_be_id(command.rest):
        return None
    found = finding.called(uow, said.reader, names(command.rest))
    if found:
        return found
    name = command.rest.strip()[:80]
    return said.lang.t("No alert is called “{name}” here. “search {name}” finds words, too.", name=name)


def searched(uow: UnitOfWork, said: Said, names: Names) -> Said:
    """The same with what may be an id meant as one, too."""
    text = finding.widened(uow, said.reader, said.command.rest, names(said.command.rest))
    return replace(said, command=replace(said.command, rest=text))


def copies(uow: UnitOfWork, said: Said, numbers: list[int]) -> str | None:
    """Post a living card of each alert, as a copy of its own."""
    lines: list[str] = []
    for number in numbers:
        try:
            require_visible(uow, number, said.reader)
        except NotAvailable:
            lines.append(said.lang.t("#{number}: not available here.", number=number))
            continue
        uow.cards.want(
            said.reader.conversation.id,
            Subject.ALERT,
            number,
            priority=ANSWER_FIRST,
            at=said.at,
            origin=said.activity.id,
            thread=said.activity.address.thread,
        )
    return "\n".join(lines) or None
