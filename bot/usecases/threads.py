"""What was done to an alert, told in the thread of its card: one short reply for a flurry of changes.

It notifies only those whom it concerns and who do not hear of it in a chat of their own (`notices`).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.alerts.conversation import Card, Subject
from bot.alerts.errors import NotAvailable
from bot.alerts.history import Entry, Kind
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.thread_news import ThreadNews
from bot.alerts.words import Severity
from bot.usecases.notices import concerned_by
from bot.usecases.quiet import quiet_until
from bot.usecases.read import people_in
from bot.usecases.visibility import barred_here

#: A reply waits for so long, and tells of everything that was done until then.
WINDOW: Final = timedelta(seconds=20)

#: So long before its time nothing is added to a reply any more: a change that is not committed yet when the reply is
#: drawn would be told by nobody.
_CLOSING: Final = timedelta(seconds=2)

#: After every card: those say what there is to do.
_PRIORITY: Final = 4

_MATTERS: Final = frozenset({"assignee", "status", "classification", "determination"})


def tell(uow: UnitOfWork, alert: int, entry: Entry, at: datetime) -> None:
    """Want a reply wherever the alert has a card of its own in a channel, unless one waits there already.

    What was done to several alerts at once is told of the first one alone.
    """
    if not matters(entry):
        return
    for conversation, root in uow.cards.threads(alert, open_at=at + _CLOSING):
        uow.cards.want(
            conversation,
            Subject.THREAD,
            alert,
            priority=_PRIORITY,
            at=at + WINDOW,
            origin=str(entry.revision),
            thread=root,
        )


def matters(entry: Entry) -> bool:
    """Whether people in the channel should read of it: who has it, where it stands, the verdict, worse, a comment."""
    if entry.batch or entry.kind is Kind.CREATED:
        return False
    if entry.comment and not entry.withdrawn:
        return True
    return any(
        change.field in _MATTERS or (change.field == "severity" and _is_worse(change.old, change.new))
        for change in entry.changes
    )


def thread_news(uow: UnitOfWork, card: Card, now: datetime) -> ThreadNews:
    """What a reply tells. Raises NotAvailable where there is nothing to tell, or not there."""
    alert, here, root = uow.alerts.get(card.subject_id), card.conversation, card.thread
    if root is None or alert.service_source in barred_here(uow, here, now):
        # The thread is gone, or somebody is there now who may not see it.
        raise NotAvailable(f"reply about alert {alert.number}")
    since = uow.history.since(alert.number, int(card.origin) - 1)
    until = uow.cards.thread_bound(card)
    steps = [step for step in _steps(since, alert.assignee) if until is None or step.entry.revision < until]
    said = uow.cards.answered(here.id, root, since=since[0].at) if since else ()
    told = [step for step in steps if matters(step.entry) and step.entry.at not in said]
    if not told:
        raise NotAvailable(f"news of alert {alert.number}")
    called = _called(uow, told, card, now, is_high=alert.severity is Severity.HIGH)
    entries = tuple(step.entry for step in told)
    named = people_in(entries)
    return ThreadNews(alert, entries, dict(uow.people.many(named)) if named else {}, called)


@dataclass(frozen=True, slots=True)
class _Step:
    """An entry, and who had the alert before and after it."""

    entry: Entry
    before: str | None
    after: str | None


def _steps(entries: Sequence[Entry], assignee: str | None) -> list[_Step]:
    """`assignee` is who has the alert after the last of them."""
    steps: list[_Step] = []
    for entry in reversed(entries):
        change = next((change for change in entry.changes if change.field == "assignee"), None)
        before = assignee if change is None else str(change.old) if change.old else None
        steps.append(_Step(entry, before, assignee))
        assignee = before
    return steps[::-1]


def _called(
    uow: UnitOfWork, told: Collection[_Step], card: Card, now: datetime, *, is_high: bool
) -> tuple[Person, ...]:
    """Whom a reply mentions: people of the channel who hear of it nowhere else and want to, now."""
    wanted: dict[str, None] = {}
    for step in told:
        for person, why in concerned_by(uow, step.entry, step.before, step.after):
            if person != step.entry.actor.id and why not in uow.choices.of(person).unheard:
                wanted[person] = None
    if not wanted:
        return ()
    known, roster = uow.people.many(wanted), uow.conversations.roster(card.conversation.id)
    return tuple(
        known[person]
        for person in wanted
        if person in known and known[person].teams_id and person in roster.people
        if uow.conversations.personal(person) is None
        if is_high or quiet_until(uow, person, now) is None
    )


def _is_worse(old: object, new: object) -> bool:
    known = set(Severity)
    return old in known and new in known and Severity(str(new)).rank > Severity(str(old)).rank
