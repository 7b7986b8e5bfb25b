"""What all verbs have in common: load, tell, save; once for each press; refused where somebody else was first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.alerts import consulting
from bot.alerts.alert import Alert, Decision, apply
from bot.alerts.conversation import Subject
from bot.alerts.errors import Refused
from bot.alerts.history import Entry
from bot.alerts.people import Actor, ActorKind, Person, Way
from bot.alerts.ports import UnitOfWork
from bot.usecases import notices, threads
from bot.usecases.escalation_start import answered
from bot.usecases.permission import require
from bot.usecases.showing import show_changed
from bot.usecases.visibility import Reader, visible_alert


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Somebody wants to do something to an alert, or a program, by the name of its token as if that were a person.

    `rev` is the revision that they saw, None where they saw none (a command). `key` makes it take effect once.
    `batch` is the name of the action on several alerts that this belongs to, once its first entry is made.
    """

    alert: int
    by: Person
    reader: Reader
    at: datetime
    way: Way = Way.CHAT
    rev: int | None = None
    key: str | None = None
    batch: str = ""

    @property
    def actor(self) -> Actor:
        person = Actor.person(self.by)
        return replace(person, kind=ActorKind.API) if self.way is Way.API else person

    @property
    def taker(self) -> str | None:
        """Who has an alert that they take; None for a program, which cannot have one."""
        return None if self.way is Way.API else self.by.object_id


@dataclass(frozen=True, slots=True)
class Done:
    """The alert afterwards, and the entry made; no entry where the same press had taken effect before."""

    alert: Alert
    entry: Entry | None


def perform(
    uow: UnitOfWork,
    act: Act,
    verb: str,
    decide: Callable[[Alert], Decision],
    *,
    touches: frozenset[str] = frozenset(),
) -> Done:
    """Run a verb, for which the actor needs the permission role.

    `touches` names the fields that it would change, for telling a lost race from a stale card. Raises NotAvailable, or
    Refused with the reason: "changed" carries the entry that was first.
    """
    alert = visible_alert(uow, act.alert, act.reader)
    require(uow, act.reader, verb)
    if act.key is not None and not uow.presses.first_time(act.key, act.at):
        return Done(alert, None)
    if act.rev is not None and act.rev < alert.revision:
        _refuse_lost_race(uow, act, touches)
    done = record(uow, alert, decide(alert), by=act.actor, way=act.way, at=act.at, batch=act.batch)
    show_changed(uow, done.alert, None, act.at)
    return done


def record(
    uow: UnitOfWork,
    alert: Alert,
    decision: Decision,
    *,
    by: Actor,
    way: Way,
    at: datetime,
    now: datetime | None = None,
    apart: Mapping[str, Any] | None = None,
    batch: str = "",
) -> Done:
    """Make a decision history: the entry, the state after it, and every copy of the card out of date.

    `now` is given where what is told of happened at another time; `apart` are fields that the history skips.
    """
    entry = Entry(
        alert=alert.number,
        revision=alert.revision + 1,
        at=at,
        actor=by,
        way=way,
        kind=decision.kind,
        changes=decision.changes,
        comment=decision.comment,
        undoes=decision.undoes,
        withdraws=decision.withdraws,
        batch=batch,
    )
    after = apply(alert, entry, apart or {})
    uow.alerts.save(after, before=alert)
    uow.history.add(entry)
    uow.mirrors.want(after, entry)
    uow.silences.want(after, entry)
    answered(uow, entry)
    uow.cards.raise_wanted(Subject.ALERT, alert.number, at=now or at)
    if consulting.shows(entry) and (alert.comment_count or after.comment_count):
        # A question is a comment, so there is none where there is no comment.
        for asked in uow.consultations.many([alert.number]).get(alert.number, ()):
            uow.cards.raise_wanted(Subject.CONSULTATION, asked.id, at=now or at)
    notices.tell(uow, alert, after, entry, now or at)
    threads.tell(uow, after.number, entry, now or at)
    if alert.incident is not None and after.incident is None:
        # Somebody took it out: what comes in from now on does not draw it in again.
        uow.trails.forget(alert.number)
    for incident in sorted({number for number in (alert.incident, after.incident) if number is not None}):
        uow.cards.raise_wanted(Subject.INCIDENT, incident, at=now or at)
    return Done(after, entry)


def _refuse_lost_race(uow: UnitOfWork, act: Act, touches: frozenset[str]) -> None:
    for entry in reversed(uow.history.since(act.alert, act.rev or 0)):
        for change in entry.changes:
            if change.field in touches:
                raise Refused("changed", field=change.field, entry=entry, who=entry.actor.name, when=entry.at)
