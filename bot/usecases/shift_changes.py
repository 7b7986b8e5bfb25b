"""At the change of a shift a handover is posted where its rota serves, exactly once however many look."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from bot.alerts.conversation import Conversation, Subject
from bot.alerts.handover import Basis, Handover, Period
from bot.alerts.messages import ConversationKind
from bot.alerts.oncall import Shift
from bot.alerts.oncall_ports import Rota
from bot.alerts.ports import UnitOfWork
from bot.usecases import oncall

#: What was missed is still told so long after, and shifts are looked for so far back.
CATCH_UP: Final = timedelta(hours=6)
_BACK: Final = timedelta(days=31)

#: A handover comes after high severity, and before what can wait.
URGENCY: Final = 1


@dataclass(slots=True)
class _Run:
    """Shifts of the same people one after another, whatever was overridden between."""

    starts_at: datetime
    people: frozenset[str]


def changes(uow: UnitOfWork, rota: Rota, now: datetime) -> list[tuple[Period, tuple[str, ...], tuple[str, ...]]]:
    """Moments of late at which others were on call from then on: since when the leavers had it, who they were, and who
    came. An override is no change: whoever takes an hour tells the other by themselves. Where nobody had it for a
    while, it is handed over from whoever had it last."""
    if not any(one.starts_at > now - CATCH_UP for one in _shifts(uow, rota, now - CATCH_UP, now)):
        return []
    of: dict[datetime, set[str]] = {}
    for one in _shifts(uow, rota, now - _BACK, now):
        of.setdefault(one.starts_at, set()).add(one.who)
    runs: list[_Run] = []
    for at, people in sorted(of.items()):
        if not runs or runs[-1].people != people:
            runs.append(_Run(at, frozenset(people)))
    return [
        (Period(last.starts_at, run.starts_at, Basis.CHANGE), tuple(sorted(last.people)), tuple(sorted(run.people)))
        for last, run in pairwise(runs)
        if run.starts_at > now - CATCH_UP
    ]


def _shifts(uow: UnitOfWork, rota: Rota, since: datetime, now: datetime) -> list[Shift]:
    """Of the first level, by the rota itself; one that begins now is among them."""
    found = oncall.shifts_of(uow, rota, since, now + timedelta(microseconds=1))
    return [one for one in found if one.level == 0 and one.override is None]


def is_due(uow: UnitOfWork, now: datetime) -> bool:
    """Whether one is to be posted, as far as can be seen without writing."""
    return any(
        not uow.handovers.has(here.id, rota.name, period.until)
        for rota in uow.rotas.all()
        for period, _, _ in changes(uow, rota, now)
        for here in _served(uow, rota, period.until)
    )


def post_due(uow: UnitOfWork, now: datetime) -> int:
    """Post those that are due; how many."""
    made = 0
    for rota in uow.rotas.all():
        for period, leavers, comers in changes(uow, rota, now):
            for here in _served(uow, rota, period.until):
                draft = Handover(
                    id=0, conversation=here.id, rota=rota.name, period=period, leavers=leavers, comers=comers
                )
                number = uow.handovers.add(draft, at=now)
                if number is not None:
                    uow.cards.want(here.id, Subject.HANDOVER, number, priority=URGENCY, at=now)
                    made += 1
    return made


def _served(uow: UnitOfWork, rota: Rota, at: datetime) -> list[Conversation]:
    """Channels that this rota served at that time, by their routes."""
    found: Mapping[int, Conversation] = {
        route.conversation.id: route.conversation
        for route in uow.routes.all()
        if route.conversation.kind is ConversationKind.CHANNEL
        and route.made_at <= at
        and _serves(uow, rota, route.rota)
    }
    return [found[number] for number in sorted(found)]


def _serves(uow: UnitOfWork, rota: Rota, named: str) -> bool:
    serving = oncall.rota_named(uow, named)
    return serving is not None and serving.name == rota.name
