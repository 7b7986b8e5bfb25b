"""Telling Defender what people did here: fields by PATCH, comments by POST, in the order in which they did it.

https://learn.microsoft.com/graph/api/security-alert-update, .../security-alert-post-comments
"""

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from bot.alerts.incident import CorrelationReason
from bot.alerts.mirror import Fields, Move, Remark
from bot.alerts.ports import Clock, Store
from bot.sources.graph.client import Graph, GraphProblem, Json
from bot.sources.graph.pacing import Pace
from bot.sources.graph.parse import read_items
from bot.usecases import mirroring
from bot.usecases.mirroring import Errand, Target

log = logging.getLogger(__name__)

#: Graph's own answers after which the same call will never succeed as it is.
FOR_GOOD: Final = frozenset({400, 403, 404, 409, 422})

#: Seconds until the next try, by how many there were.
_WAITS: Final = (2, 5, 15, 60, 300)

#: How much of Graph's words the card repeats, in characters.
_WORDS: Final = 200

_MOVE: Final = "/v1.0/security/alerts_v2/moveAlerts"
REASONS: Final = frozenset(CorrelationReason)

COMMENT_TYPE: Final = "microsoft.graph.security.alertComment"


class Telling:
    """Makes Defender know what was done here. One replica does it at a time."""

    def __init__(self, *, graph: Graph, store: Store, clock: Clock, pace: Pace, books: asyncio.Lock) -> None:
        """`books` is held while one alert is told of: what is read meanwhile would be old news."""
        self._graph = graph
        self._store = store
        self._clock = clock
        self._pace = pace
        self._books = books

    async def tell_all(self) -> int:
        """Tell what is due; how many alerts that was."""
        now = self._clock()
        errands = await self._store.write(lambda uow: mirroring.take_due(uow, now))
        for errand in errands:
            async with self._books:
                await self._tell(errand)
        return len(errands)

    async def _tell(self, errand: Errand) -> None:
        number = errand.alert.number
        try:
            if any(isinstance(step, Fields) for step in errand.steps):
                left = await self._heard(errand)
                if left is None:
                    return
                errand = left
            for place, step in enumerate(errand.steps):
                if isinstance(step, Fields):
                    await self._fields(errand, step)
                elif isinstance(step, Move):
                    await self._move(errand, step)
                else:
                    await self._remark(errand, step, may_be_there=errand.again and place == 0)
        except GraphProblem as problem:
            now, why = self._clock(), words_of(problem)
            if problem.status in FOR_GOOD:
                log.warning("Defender refused what was done to alert %d: %s", number, problem)
                await self._store.write(lambda uow: mirroring.refused(uow, number, why, now))
            else:
                again = now + wait_after(problem, errand.attempt)
                await self._store.write(lambda uow: mirroring.put_off(uow, number, again, why))

    async def _heard(self, errand: Errand) -> Errand | None:
        """Graph takes every PATCH, whatever somebody has changed in the meantime: so it is asked first."""
        await self._pace.wait()
        reports, now = read_items([await self._graph.get(_path(errand))]), self._clock()
        return await self._store.write(lambda uow: mirroring.heard_first(uow, errand, reports, now))

    async def _fields(self, errand: Errand, step: Fields) -> None:
        values = mirroring.values_of(errand, step.names)
        await self._pace.wait()
        answer = await self._graph.call("PATCH", _path(errand), _patch(values))
        known_at, now, number = _time(answer.get("lastUpdateDateTime")), self._clock(), errand.alert.number
        await self._store.write(
            lambda uow: mirroring.told_fields(uow, number, step, values, now=now, known_at=known_at)
        )

    async def _move(self, errand: Errand, step: Move) -> None:
        """Twice is once: an alert that is there already stays there, and a new incident is looked for first."""
        alert = errand.alert
        along = await self._store.read(lambda uow: mirroring.is_along(uow, alert, step))
        if along is None:
            raise GraphProblem(0, "its incident is being merged")
        target = await self._store.read(lambda uow: mirroring.target_of(uow, alert, step))
        made = target.id_at_source if along else ""
        if not target.id_at_source and errand.again:
            made = await self._made_before(errand)
        answer = {"targetIncidentId": made} if made else await self._moved(errand, step, target)
        moved_to, now = str(answer.get("targetIncidentId") or target.id_at_source), self._clock()
        await self._store.write(lambda uow: mirroring.moved(uow, alert, step, moved_to, now))

    async def _moved(self, errand: Errand, step: Move, target: Target) -> Json:
        body: Json = {"alertIds": [errand.id_at_source]}
        if target.id_at_source:
            body["incidentId"] = target.id_at_source
        if step.reason in REASONS:
            body["newCorrelationReasons"] = step.reason
        await self._pace.wait()
        return await self._graph.call("POST", _MOVE, body)

    async def _made_before(self, errand: Errand) -> str:
        """The incident that it is in at Defender, where that is one of which we have not heard."""
        await self._pace.wait()
        there = str((await self._graph.get(_path(errand))).get("incidentId") or "")
        known = await self._store.read(lambda uow: uow.incidents.known([(errand.alert.source, there)]))
        return "" if known else there

    async def _remark(self, errand: Errand, step: Remark, *, may_be_there: bool) -> None:
        """A comment has no id: where an answer may have been lost, Defender is asked whether it has it."""
        if not (may_be_there and await self._has(errand, step.text)):
            await self._pace.wait()
            body = {"@odata.type": COMMENT_TYPE, "comment": step.text}
            await self._graph.call("POST", f"{_path(errand)}/comments", body)
        now, number = self._clock(), errand.alert.number
        await self._store.write(lambda uow: mirroring.told(uow, number, step.revision, now))

    async def _has(self, errand: Errand, text: str) -> bool:
        """Whether it has one more such comment than we know that it was told."""
        await self._pace.wait()
        alert = await self._graph.get(_path(errand))
        comments = [item for item in alert.get("comments") or () if isinstance(item, dict)]
        there = sum(str(item.get("comment", "")).strip() == text.strip() for item in comments)
        return there > errand.told_before(text)


def words_of(problem: GraphProblem) -> str:
    """Graph's own, as the card repeats them."""
    return (problem.words or str(problem))[:_WORDS]


def wait_after(problem: GraphProblem, attempt: int) -> timedelta:
    """How long until the next try."""
    return problem.retry_after or timedelta(seconds=_WAITS[min(attempt, len(_WAITS)) - 1])


def _path(errand: Errand) -> str:
    return f"/v1.0/security/alerts_v2/{quote(errand.id_at_source, safe='')}"


def _patch(values: Json) -> dict[str, Any]:
    """Our words as Graph's."""
    patch: dict[str, Any] = {}
    if "status" in values:
        patch["status"] = values["status"]
    if "assignee" in values:
        patch["assignedTo"] = values["assigned_to"]
    if "classification" in values:
        classification = values["classification"]
        patch["classification"] = "unknown" if classification == "notSet" else classification
        patch["determination"] = values.get("determination") or "unknown"
    return patch


def _time(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        return None
