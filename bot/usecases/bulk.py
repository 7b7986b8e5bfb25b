"""One action on several alerts, in one transaction: an entry for each, under one name, by which all are undone."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from bot.alerts.errors import NotAvailable, Refused
from bot.alerts.history import Entry
from bot.alerts.outcome import Left, Outcome
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.usecases.acting import Act, Done
from bot.usecases.read import alert_view, people_in


def each(uow: UnitOfWork, acts: Iterable[Act], do: Callable[[UnitOfWork, Act], Done]) -> Outcome:
    """Do it to each alert. Items stand alone: one that refuses stays as it is, and the outcome says which and why.

    In the order of their numbers, so that replicas lock the same alerts in the same order.
    """
    done: list[Done] = []
    left: list[Left] = []
    batch = ""
    for act in sorted(acts, key=lambda act: act.alert):
        try:
            one = do(uow, replace(act, batch=batch))
        except NotAvailable as gone:
            left.append(Left(act.alert, gone, None))
        except Refused as refused:
            left.append(Left(act.alert, refused, alert_view(uow, act.alert, act.reader)))
        else:
            done.append(one)
            if one.entry is not None:
                batch = one.entry.action
    entries = tuple(one.entry for one in done if one.entry is not None)
    changed = tuple(one.alert for one in done)
    return Outcome(alerts=changed, entries=entries, left=tuple(left), people=_people_of(uow, entries))


def _people_of(uow: UnitOfWork, entries: Iterable[Entry]) -> dict[str, Person]:
    named = people_in(entries)
    return dict(uow.people.many(named)) if named else {}
