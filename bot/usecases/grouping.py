"""Alerts that come in join the incident that they belong to, or make one with an alert that stood alone so far."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bot.alerts import alert as alerts
from bot.alerts.absorb import Birth
from bot.alerts.alert import Alert, apply
from bot.alerts.conversation import Subject
from bot.alerts.grouping import ROUTINE_HOURS, RULE, Follower, Newcomer, Relation, things_of, traces_of
from bot.alerts.history import Entry
from bot.alerts.people import Actor, Way
from bot.alerts.ports import UnitOfWork
from bot.usecases.acting import record
from bot.usecases.incidents import open_incident

#: How long traces of alerts are kept: far longer than any silence that parts groups.
TRACES_KEPT: Final = timedelta(days=7)

ACTOR: Final = Actor.rule(RULE.key, RULE.name)


class Grouping:
    """Groups alerts that are opened together, in three steps around their writing."""

    def __init__(self, uow: UnitOfWork, births: Sequence[Birth], now: datetime) -> None:
        self._uow = uow
        self._now = now
        self._births = {birth.alert.number: birth for birth in births}
        #: Alerts that were there already, with their new incident and the reason.
        self._earlier: dict[int, tuple[int, str]] = {}
        self._newcomers = self._meet()

    def assign(self) -> Mapping[int, Birth]:
        """The births by number, with the incidents that they are in."""
        places = {(thing.entity, one.alert_type) for one in self._newcomers for thing in one.things}
        follower = Follower(self._uow.trails.newest(places))
        # What came first at its source comes first here, too.
        for one in sorted(self._newcomers, key=lambda one: (one.first, one.alert)):
            incident, relation = follower.follow(one, self._open_incident)
            if relation is not None and incident is not None:
                self._link(one.alert, incident, relation.reason)
        return self._births

    def write(self) -> dict[int, Alert]:
        """Once the births are written: remember them, and link those that were there. Answers these as they are now."""
        self._uow.trails.add(
            (entity, trace) for one in self._newcomers for entity, trace in traces_of(one, one.incident)
        )
        changed = {
            number: record(
                self._uow,
                alert := self._uow.alerts.get(number),
                alerts.link(alert, incident, reason),
                by=ACTOR,
                way=Way.RULE,
                at=self._now,
            ).alert
            for number, (incident, reason) in sorted(self._earlier.items())
        }
        joined = {birth.alert.incident for birth in self._births.values() if birth.alert.incident is not None}
        for incident in sorted(joined):
            self._uow.cards.raise_wanted(Subject.INCIDENT, incident, at=self._now)
        return changed

    def _meet(self) -> list[Newcomer]:
        things = {number: things_of(birth.report.evidence) for number, birth in self._births.items()}
        places = {
            (thing.entity, birth.alert.alert_type)
            for number, birth in self._births.items()
            for thing in things[number]
            if birth.alert.alert_type
        }
        hours = self._uow.trails.hours(places, int(self._now.timestamp()) // 3600)
        found = []
        for number, birth in self._births.items():
            alert = birth.alert
            routine = (t.entity for t in things[number] if hours.get((t.entity, alert.alert_type), 0) >= ROUTINE_HOURS)
            found.append(
                Newcomer(
                    alert=number,
                    alert_type=alert.alert_type,
                    first=alert.first_activity,
                    last=max(alert.first_activity, alert.last_activity),
                    things=things[number],
                    incident=alert.incident,
                    routine=frozenset(routine),
                )
            )
        return found

    def _open_incident(self, relation: Relation) -> int:
        """An incident for an alert that stood alone: with the second one it becomes one."""
        incident = open_incident(self._uow, "", by=ACTOR, way=Way.RULE, at=self._now)
        self._link(relation.alert, incident, relation.reason)
        return incident

    def _link(self, number: int, incident: int, reason: str) -> None:
        birth = self._births.get(number)
        if birth is None:
            self._earlier[number] = (incident, reason)
            return
        decision = alerts.link(birth.alert, incident, reason)
        entry = Entry(
            alert=number,
            revision=birth.alert.revision + 1,
            at=self._now,
            actor=ACTOR,
            way=Way.RULE,
            kind=decision.kind,
            changes=decision.changes,
        )
        self._births[number] = replace(birth, alert=apply(birth.alert, entry), more=(*birth.more, entry))
