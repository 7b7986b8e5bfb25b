"""What an export has in it: alerts with their history and evidence, a few at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.alerts.conversation import Scope
from bot.alerts.evidence import Evidence
from bot.alerts.history import Entry
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.views import AlertView
from bot.usecases.read import people_in, views_of

#: Alerts of one transaction, so that nobody else is kept waiting long.
TOGETHER = 200


@dataclass(frozen=True, slots=True)
class Told:
    """An alert with all that is told of it."""

    view: AlertView
    entries: Sequence[Entry]
    evidence: Sequence[Evidence]


@dataclass(frozen=True, slots=True)
class Batch:
    """Some alerts; `people` has everybody whom their histories name."""

    alerts: Sequence[Told]
    people: Mapping[str, Person]


def load_batch(uow: UnitOfWork, numbers: Sequence[int], scope: Scope, *, alone: bool) -> Batch:
    """Those of some alerts that are still in the scope. With `alone` they come without history and evidence."""
    views = views_of(uow, uow.alerts.several(numbers, scope))
    found = [view.alert.number for view in views]
    entries, evidence = ({}, {}) if alone else (uow.history.of(found), uow.alerts.evidence_of(found))
    told = [Told(view, entries.get(view.alert.number, ()), evidence.get(view.alert.number, ())) for view in views]
    return Batch(told, uow.people.many(people_in(entry for one in told for entry in one.entries)))
