"""Telling a source what people did here: what is due, and how it went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.alerts.absorb import Said
from bot.alerts.alert import Alert, Decision
from bot.alerts.conversation import Subject
from bot.alerts.history import Change, Kind, as_plain
from bot.alerts.mirror import Fields, Mirror, MirrorState, Move, Step, remark, steps
from bot.alerts.people import Actor, Way, name_of_group
from bot.alerts.ports import UnitOfWork
from bot.alerts.report import Report
from bot.usecases.acting import record
from bot.usecases.incident_finding import final
from bot.usecases.report_alert import report_alerts

#: Alerts told at a time.
AT_ONCE: Final = 20

#: Comments looked through for one that the source has already.
COMMENTS_KNOWN: Final = 1_000

#: An alert that is being told of, and nothing is heard of it, is tried again after so long.
PATIENCE: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Errand:
    """What a source is to be told of an alert. `again` if it may have heard the first step before."""

    alert: Alert
    id_at_source: str
    steps: tuple[Step, ...]
    attempt: int
    #: What the assignee is called at the source.
    assignee: str
    #: The comments of which we know that it was told.
    known: tuple[str, ...]

    def told_before(self, text: str) -> int:
        return self.known.count(text)

    @property
    def again(self) -> bool:
        return self.attempt > 1


def take_due(uow: UnitOfWork, now: datetime) -> list[Errand]:
    """What is to be told now. What nothing is left of is settled at once."""
    errands = []
    for mirror in uow.mirrors.due(now, limit=AT_ONCE):
        alert = uow.alerts.get(mirror.alert)
        wanted = tuple(steps(uow.history.since(alert.number, mirror.sent)))
        if not wanted:
            told(uow, alert.number, alert.revision, now)
            continue
        uow.mirrors.take(alert.number, now + PATIENCE)
        errands.append(_errand(uow, alert, mirror, wanted, attempt=mirror.attempt + 1))
    return errands


def heard_first(uow: UnitOfWork, errand: Errand, reports: Sequence[Report], now: datetime) -> Errand | None:
    """What is left to be told once we know what the source says now: whoever was later there is not overwritten."""
    number = errand.alert.number
    report_alerts(uow, reports, now, asked=True)
    mirror = uow.mirrors.many([number])[number]
    wanted = tuple(steps(uow.history.since(number, mirror.sent)))
    alert = uow.alerts.get(number)
    if not wanted:
        told(uow, number, alert.revision, now)
        return None
    return _errand(uow, alert, mirror, wanted, attempt=errand.attempt)


def _errand(uow: UnitOfWork, alert: Alert, mirror: Mirror, wanted: tuple[Step, ...], *, attempt: int) -> Errand:
    who = alert.assignee or ""
    person = uow.people.many([who]).get(who) if who else None
    name = (person.user_principal_name or who) if person else name_of_group(who) or who
    known = tuple(
        remark(comment.author, comment.text)
        for comment in uow.history.comments(alert.number, limit=COMMENTS_KNOWN)
        if comment.revision <= mirror.sent
    )
    return Errand(alert, uow.mirrors.id_at_source(alert.number), wanted, attempt, name, known)


def told(uow: UnitOfWork, alert: int, revision: int, now: datetime, known_at: datetime | None = None) -> None:
    """The source knows everything up to a revision."""
    uow.mirrors.told(alert, revision, known_at)
    uow.cards.raise_wanted(Subject.ALERT, alert, at=now)


def told_fields(
    uow: UnitOfWork, alert: int, step: Fields, values: Mapping[str, Any], *, now: datetime, known_at: datetime | None
) -> None:
    """The source took these fields: from now on they are what it says, and no news where it repeats them."""
    before = uow.alerts.last_said([alert]).get(alert)
    if before is not None:
        uow.mirrors.keep_base(alert, Said({**before.fields, **values}, before.evidence_digest))
    told(uow, alert, step.revision, now, known_at)


@dataclass(frozen=True, slots=True)
class Target:
    """An incident as a source knows it; without an id, the source is to make it."""

    number: int
    id_at_source: str


def target_of(uow: UnitOfWork, alert: Alert, step: Move) -> Target:
    incident = final(uow, step.incident)
    mirror = uow.incident_mirrors.many([incident.number]).get(incident.number)
    # One that the source has merged away comes back as a new one.
    is_there = incident.source == alert.source and not (mirror and mirror.gone)
    return Target(incident.number, incident.external_id if is_there else "")


def is_along(uow: UnitOfWork, alert: Alert, step: Move) -> bool | None:
    """Whether the source has moved it along with its whole incident; None where it is about to."""
    last = uow.alerts.last_said([alert.number]).get(alert.number)
    was = last.fields.get("incident") if last is not None else None
    target = final(uow, step.incident)
    if not isinstance(was, int) or was == target.number or final(uow, was).number != target.number:
        return False
    mirrors = uow.incident_mirrors.many([was, target.number])
    if was in mirrors and mirrors[was].gone:
        return True
    waits = target.number in mirrors and mirrors[target.number].state is MirrorState.PENDING
    return None if waits and uow.incidents.get(was).source == alert.source else False


def moved(uow: UnitOfWork, alert: Alert, step: Move, id_at_source: str, now: datetime) -> None:
    """The source has moved it, to an incident that it calls so."""
    target = final(uow, step.incident)
    mirror = uow.incident_mirrors.many([target.number]).get(target.number)
    if mirror is not None and mirror.gone and id_at_source != target.external_id:
        uow.incidents.rename_at_source(target.number, id_at_source)
        uow.incident_mirrors.mark_gone(target, gone=False)
    elif not target.source:
        uow.incidents.known_as(target.number, alert.source, id_at_source)
        for number in (target.number, *uow.incidents.parts(target.number)):
            part = uow.incidents.get(number)
            if number == target.number or not part.source:
                uow.incident_mirrors.want_all(part, alert.source, now)
    before = uow.alerts.last_said([alert.number]).get(alert.number)
    if before is not None:
        base = Said({**before.fields, "incident": target.number}, before.evidence_digest)
        uow.mirrors.keep_base(alert.number, base)
    told(uow, alert.number, step.revision, now)
    alert = uow.alerts.get(alert.number)
    if alert.incident == step.incident != target.number:
        decision = Decision(Kind.REPORTED, (Change("incident", alert.incident, target.number),))
        record(uow, alert, decision, by=Actor.source(alert.source), way=Way.SOURCE, at=now)


def values_of(errand: Errand, names: frozenset[str]) -> dict[str, Any]:
    """The fields as a source's report would have them."""
    values = {name: as_plain(getattr(errand.alert, name)) for name in names}
    if "assignee" in values:
        values["assignee"] = values["assignee"] or ""
        values["assigned_to"] = errand.assignee
    return values


def put_off(uow: UnitOfWork, alert: int, at: datetime, why: str) -> None:
    uow.mirrors.later(alert, at, why)


def refused(uow: UnitOfWork, alert: int, why: str, now: datetime) -> None:
    """The source will not have it, and the card says so."""
    uow.mirrors.refuse(alert, why)
    uow.cards.raise_wanted(Subject.ALERT, alert, at=now)
