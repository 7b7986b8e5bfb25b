"""What will bite next: what is due, and what ends or begins by itself."""

from collections.abc import Iterator
from datetime import datetime

from bot.alerts.conversation import Scope
from bot.alerts.due import due_at
from bot.alerts.handover import AHEAD, Bite, BiteKind
from bot.alerts.messages import ConversationKind
from bot.alerts.ports import UnitOfWork
from bot.alerts.tuning import Standing
from bot.alerts.views import AlertView
from bot.usecases import maintenance
from bot.usecases.permission import may
from bot.usecases.visibility import Reader


def bites_of(
    uow: UnitOfWork, reader: Reader, scope: Scope, due_soon: list[AlertView], open_now: list[AlertView]
) -> list[Bite]:
    """Of what the reader may see; what has no time first, then the soonest first."""
    until = reader.at + AHEAD
    found = [
        *_due(due_soon, reader.at, until),
        *_questions(uow, open_now),
        *_reminders(uow, reader, scope, until),
        *_silences(uow, reader, scope, until),
    ]
    if may(uow, reader, "where"):
        found += _windows(uow, reader, until)
    if may(uow, reader, "rules"):
        found += _rules(uow, reader.at, until)
    return sorted(found, key=lambda bite: (bite.at or reader.at, bite.kind, bite.number))


def _due(open_now: list[AlertView], now: datetime, until: datetime) -> Iterator[Bite]:
    for view in open_now:
        alert, by = view.alert, due_at(view.alert)
        if by is not None and now < by <= until:
            yield Bite(kind=BiteKind.DUE, number=alert.number, name=alert.title, at=by, severity=alert.severity)


def _questions(uow: UnitOfWork, open_now: list[AlertView]) -> Iterator[Bite]:
    asked = uow.consultations.many([view.alert.number for view in open_now])
    for alert, questions in asked.items():
        for one in questions:
            if one.is_pending:
                yield Bite(kind=BiteKind.QUESTION, number=alert, name=one.question.text)


def _reminders(uow: UnitOfWork, reader: Reader, scope: Scope, until: datetime) -> Iterator[Bite]:
    """One's own in one's own chat; elsewhere those that are told there, so that nobody's plans are told to others."""
    if reader.conversation.kind is ConversationKind.PERSONAL:
        waiting = [one for one in uow.reminders.waiting(reader.person) if one.due_at < until]
    else:
        waiting = list(uow.reminders.waiting_in(reader.conversation.id, until))
    for one in waiting:
        if uow.alerts.in_scope(one.alert, scope):
            name = one.note or uow.alerts.get(one.alert).title
            yield Bite(kind=BiteKind.REMINDER, number=one.alert, name=name, at=one.due_at)


def _silences(uow: UnitOfWork, reader: Reader, scope: Scope, until: datetime) -> Iterator[Bite]:
    for one in uow.silences.standing():
        ends = datetime.fromisoformat(one.known) if one.known else None
        if ends is not None and reader.at < ends <= until and uow.alerts.in_scope(one.alert, scope):
            yield Bite(kind=BiteKind.SILENCE, number=one.alert, name=uow.alerts.get(one.alert).title, at=ends)


def _windows(uow: UnitOfWork, reader: Reader, until: datetime) -> Iterator[Bite]:
    for view in maintenance.listed(uow, reader):
        if view.span is None:
            continue
        start, end = view.span
        name = view.window.reason or view.window.wants
        if start > reader.at and start <= until:
            yield Bite(kind=BiteKind.MAINTENANCE, number=view.window.id, name=name, at=start, begins=True)
        elif start <= reader.at and end <= until:
            yield Bite(kind=BiteKind.MAINTENANCE, number=view.window.id, name=name, at=end)


def _rules(uow: UnitOfWork, now: datetime, until: datetime) -> Iterator[Bite]:
    for rule in uow.tuning.all(Standing.IN_FORCE, Standing.WAITING):
        ends = rule.terms.expires_at
        if rule.standing is Standing.WAITING:
            yield Bite(kind=BiteKind.APPROVAL, number=rule.id, name=rule.terms.name)
        elif rule.enabled and ends is not None and now < ends <= until:
            yield Bite(kind=BiteKind.RULE, number=rule.id, name=rule.terms.name, at=ends)
