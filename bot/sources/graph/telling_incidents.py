"""Telling Defender what people did to its incidents: names by PATCH, comments by POST, and which are one now.

https://learn.microsoft.com/graph/api/security-incident-update, .../security-incident-post-comments,
.../security-incident-mergeincidents
"""

import asyncio
import logging
from dataclasses import replace
from typing import Final
from urllib.parse import quote

from bot.alerts.incident_mirror import IncidentFields, Merge
from bot.alerts.mirror import Remark
from bot.alerts.ports import Clock, Store
from bot.sources.graph.client import Graph, GraphProblem, Json
from bot.sources.graph.incident import read_incidents
from bot.sources.graph.pacing import Pace
from bot.sources.graph.telling import COMMENT_TYPE, FOR_GOOD, REASONS, wait_after, words_of
from bot.usecases import incident_mirroring as mirroring
from bot.usecases.incident_finding import final
from bot.usecases.incident_mirroring import IncidentErrand

log = logging.getLogger(__name__)

_INCIDENTS: Final = "/v1.0/security/incidents"


class TellingIncidents:
    """Makes Defender know what was done here to incidents. One replica does it at a time."""

    def __init__(self, *, graph: Graph, store: Store, clock: Clock, pace: Pace, books: asyncio.Lock) -> None:
        """`books` is held while one incident is told of: what is read meanwhile would be old news."""
        self._graph = graph
        self._store = store
        self._clock = clock
        self._pace = pace
        self._books = books

    async def tell_all(self) -> int:
        """Tell what is due; how many incidents that was."""
        now = self._clock()
        errands = await self._store.write(lambda uow: mirroring.take_due_incidents(uow, now))
        for errand in errands:
            async with self._books:
                await self._tell(errand)
        return len(errands)

    async def _tell(self, errand: IncidentErrand) -> None:
        number = errand.number
        try:
            left = await self._heard(errand)
            for place, step in enumerate(left.steps if left else ()):
                # A merge changes what the incident is called there.
                incident = await self._store.read(lambda uow: final(uow, number))
                told = replace(left or errand, incident=incident)
                may_be_there = told.again and place == 0
                if isinstance(step, IncidentFields):
                    await self._fields(told, step)
                elif isinstance(step, Merge):
                    await self._merge(told, step, may_be_there=may_be_there)
                else:
                    await self._remark(told, step, may_be_there=may_be_there)
        except GraphProblem as problem:
            now, why = self._clock(), words_of(problem)
            if problem.status in FOR_GOOD:
                log.warning("Defender refused what was done to incident %d: %s", number, problem)
                await self._store.write(lambda uow: mirroring.refused(uow, number, why, now))
            else:
                again = now + wait_after(problem, errand.attempt)
                await self._store.write(lambda uow: mirroring.put_off(uow, number, again, why))

    async def _heard(self, errand: IncidentErrand) -> IncidentErrand | None:
        """Graph takes every PATCH, whatever somebody has changed in the meantime: so it is asked first."""
        reports, now = read_incidents([await self._get(errand.incident.external_id)]), self._clock()
        return await self._store.write(lambda uow: mirroring.heard_first(uow, errand, reports, now))

    async def _fields(self, errand: IncidentErrand, step: IncidentFields) -> None:
        if errand.incident.name and errand.incident.number == errand.number:
            await self._pace.wait()
            await self._graph.call("PATCH", _path(errand.incident.external_id), {"displayName": errand.incident.name})
        now = self._clock()
        await self._store.write(lambda uow: mirroring.told_fields(uow, errand, step, now))

    async def _remark(self, errand: IncidentErrand, step: Remark, *, may_be_there: bool) -> None:
        """A comment has no id: where an answer may have been lost, Defender is asked whether it has it."""
        if not (may_be_there and await self._has(errand, step.text)):
            await self._comment(errand.incident.external_id, step.text)
        now, number = self._clock(), errand.number
        await self._store.write(lambda uow: mirroring.told(uow, number, step.revision, now))

    async def _merge(self, errand: IncidentErrand, step: Merge, *, may_be_there: bool) -> None:
        """What is merged already is not merged again: the answer to the first call may have been lost."""
        ours, number = errand.incident, errand.number
        other = await self._store.read(lambda uow: mirroring.other_of(uow, errand, step.other))
        if other is None and step.note:
            # Alerts of one that Defender does not have, or no more, are moved one by one.
            await self._remark(errand, Remark(step.note, step.revision), may_be_there=may_be_there)
            return
        now = self._clock()
        if other is None:
            await self._store.write(lambda uow: mirroring.told(uow, number, step.revision, now))
            return
        pair = (ours.external_id, other.external_id)
        target = await self._merged_before(pair) if may_be_there else ""
        if not target:
            body: Json = {"incidentIds": list(pair)}
            if step.note:
                body["incidentComment"] = step.note
            if step.reason in REASONS:
                body["mergeReasons"] = step.reason
            await self._pace.wait()
            answer = await self._graph.call("POST", f"{_INCIDENTS}/mergeIncidents", body)
            target = str(answer.get("targetIncidentId") or ours.external_id)
        elif step.note and not await self._has(errand, step.note):
            await self._comment(target, step.note)  # somebody there was first, without our note
        now = self._clock()
        await self._store.write(lambda uow: mirroring.told_merge(uow, errand, step, target, now))

    async def _merged_before(self, pair: tuple[str, str]) -> str:
        """Which of the two is left, where Defender has merged them; else nothing."""
        for gone, left in (pair, pair[::-1]):
            if (await self._get(gone)).get("redirectIncidentId") == left:
                return left
        return ""

    async def _has(self, errand: IncidentErrand, text: str) -> bool:
        """Whether it has one more such comment than we know that it was told."""
        places, known = await self._store.read(lambda uow: mirroring.told_before(uow, errand, text))
        comments = [item for place in places for item in (await self._get(place)).get("comments") or ()]
        there = [str(item.get("comment", "")).strip() for item in comments if isinstance(item, dict)]
        return there.count(text.strip()) > known

    async def _comment(self, incident: str, text: str) -> None:
        await self._pace.wait()
        await self._graph.call("POST", f"{_path(incident)}/comments", {"@odata.type": COMMENT_TYPE, "comment": text})

    async def _get(self, incident: str) -> Json:
        await self._pace.wait()
        return await self._graph.get(_path(incident))


def _path(incident: str) -> str:
    return f"{_INCIDENTS}/{quote(incident, safe='')}"
