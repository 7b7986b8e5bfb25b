"""Making Alertmanager keep quiet about what people silence, and speak again, by its API v2.

https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
"""

import json
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

import aiohttp

from bot.alerts.ports import Clock, Store, UnitOfWork
from bot.alerts.silence import FEED
from bot.alerts.standing_silences import Standing
from bot.sources.standing import read_standing
from bot.sources.text import clean_text, short
from bot.sources.values import time_of
from bot.transport import read_limited
from bot.usecases import silence_list, silences
from bot.usecases.silences import Errand

log = logging.getLogger(__name__)

#: How long another replica waits for one that is not heard of, in seconds.
LEASE: Final = 30.0

#: Answers after which the same call will never succeed as it is.
_FOR_GOOD: Final = frozenset({400, 413, 422})

#: It is over there, or was never known.
_NOT_THERE: Final = 404

#: Seconds until the next try, by how many there were.
_WAITS: Final = (2, 5, 15, 60, 300)

#: How much of its words the card repeats, in characters.
_WORDS: Final = 200

#: The longest answer: all of its silences. In bytes.
_LONGEST: Final = 16 * 1024 * 1024


class AlertmanagerProblem(Exception):
    """It did not do it. `status` is 0 where it was not reached."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = short(clean_text(words), _WORDS)


class Alertmanager:
    """Its API, at the address that people open; `headers` sign us in."""

    def __init__(self, *, session: aiohttp.ClientSession, url: str, headers: Mapping[str, str]) -> None:
        self._session = session
        self._url = url
        self._headers = dict(headers)

    def link(self, silence: str) -> str:
        return f"{self._url}/#/silences/{quote(silence, safe='')}"

    async def silence(self, silence: Mapping[str, Any]) -> str:
        """Make one, or change the one whose `id` is given; its id afterwards. Raises AlertmanagerProblem."""
        answer = await self._call("POST", "/silences", silence)
        return str(answer.get("silenceID", "")) if isinstance(answer, dict) else ""

    async def lift(self, silence: str) -> None:
        await self._call("DELETE", f"/silence/{quote(silence, safe='')}")

    async def silences(self) -> list[Mapping[str, Any]]:
        """Those that stand or begin later."""
        answer = await self._call("GET", "/silences")
        found = [item for item in answer if isinstance(item, dict)] if isinstance(answer, list) else []
        return [item for item in found if _state(item) != "expired"]

    async def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON
        try:
            async with self._session.request(
                method, f"{self._url}/api/v2{path}", json=body, headers=self._headers, allow_redirects=False
            ) as answer:
                raw = await read_limited(answer.content, _LONGEST)
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise AlertmanagerProblem(0, f"cannot be reached: {error or type(error).__name__}") from None
        text = (raw or b"").decode("utf-8", "replace")
        if raw is None or not 200 <= status < 300:
            raise AlertmanagerProblem(status, f"{status} {text}" if raw is not None else "its answer is too long")
        try:
            return json.loads(text) if text.strip() else None
        except ValueError:
            raise AlertmanagerProblem(0, "its answer is no JSON") from None


class Silencing:
    """What the timetable calls: `make` every few seconds, `look` every minute. One replica does it at a time."""

    def __init__(self, *, alertmanager: Alertmanager, store: Store, clock: Clock, owner: str) -> None:
        self._there = alertmanager
        self._store = store
        self._clock = clock
        self._owner = owner
        self._looks_soon = True

    async def make(self) -> None:
        """Make so what people want, and look at what came of it."""
        if not await self._leads():
            return
        now = self._clock()
        errands = await self._store.write(lambda uow: silences.take_due(uow, now))
        lifting = await self._store.write(lambda uow: silence_list.take_due(uow, now))
        for errand in errands:
            await self._do(errand)
        for one in lifting:
            await self._end(one)
        if errands or lifting or self._looks_soon:
            self._looks_soon = False
            await self._look()

    async def look(self) -> None:
        """What has ended there, or was changed: the alerts say so."""
        if await self._leads():
            await self._look()

    async def _look(self) -> None:
        there: dict[str, str] | None = None
        standing: list[Standing] | None = None
        try:
            found = await self._there.silences()
            there = {str(item.get("id")): _until(item) for item in found}
            standing = [one for item in found if (one := read_standing(item, self._there.link)) is not None]
        except AlertmanagerProblem as problem:
            log.warning("Alertmanager does not tell its silences: %s", problem)
        now = self._clock()

        def work(uow: UnitOfWork) -> None:
            silences.settle(uow, there, now)
            if standing is not None:
                silence_list.seen(uow, standing, now)

        await self._store.write(work)

    async def _leads(self) -> bool:
        return await self._store.write(lambda uow: uow.feeds.lead(FEED, self._owner, seconds=LEASE))

    async def _do(self, errand: Errand) -> None:
        try:
            if errand.until is None:
                await self._lift(errand)
            else:
                await self._silence(errand, errand.until)
        except AlertmanagerProblem as problem:
            now, why = self._clock(), problem.words
            if problem.status in _FOR_GOOD:
                log.warning("Alertmanager refused a silence of alert %d: %s", errand.alert, problem)
                await self._store.write(lambda uow: silences.refused(uow, errand.alert, why, now))
            else:
                wait = timedelta(seconds=_WAITS[min(errand.silence.attempt, len(_WAITS) - 1)])
                await self._store.write(lambda uow: silences.put_off(uow, errand.alert, now + wait, why, now))

    async def _end(self, one: Standing) -> None:
        """Lift one that is no alert's of ours."""
        try:
            await self._there.lift(one.external_id)
        except AlertmanagerProblem as problem:
            now, why = self._clock(), problem.words
            if problem.status == _NOT_THERE:
                await self._store.write(lambda uow: uow.standing_silences.gone(one.external_id))
            elif problem.status in _FOR_GOOD:
                await self._store.write(lambda uow: uow.standing_silences.stays(one.external_id, why))
            else:
                at = now + timedelta(seconds=_WAITS[min(one.attempt, len(_WAITS) - 1)])
                await self._store.write(lambda uow: uow.standing_silences.later(one.external_id, at, why))
        else:
            log.info("%s has lifted silence %s", one.lifted_by, one.external_id)
            await self._store.write(lambda uow: uow.standing_silences.gone(one.external_id))

    async def _silence(self, errand: Errand, until: datetime) -> None:
        body: dict[str, Any] = {
            "matchers": [
                {"name": name, "value": value, "isRegex": False, "isEqual": True}
                for name, value in sorted(errand.labels.items())
            ],
            "startsAt": self._clock().isoformat(),
            "endsAt": until.isoformat(),
            "createdBy": f"{errand.silence.author} (Tocsin)",
            "comment": f"{errand.silence.comment} {_mark(errand)}".strip(),
        }
        known = await self._known(errand)
        if known:
            body["id"] = known
        made = await self._there.silence(body)
        now, link = self._clock(), self._there.link(made)
        await self._store.write(lambda uow: silences.made(uow, errand, made, link, now))

    async def _lift(self, errand: Errand) -> None:
        known = await self._known(errand)
        if known:
            await self._there.lift(known)
        now = self._clock()
        await self._store.write(lambda uow: silences.gone(uow, errand, now))

    async def _known(self, errand: Errand) -> str:
        """The silence of this alert that stands there, if there is one: an answer about it may have been lost."""
        if not errand.silence.external_id and not errand.again:
            return ""
        mark = _mark(errand)
        for item in await self._there.silences():
            ours = str(item.get("comment", "")).endswith(mark) and _labels(item) == dict(errand.labels)
            if ours or item.get("id") == errand.silence.external_id:
                return str(item["id"])
        return ""


def _mark(errand: Errand) -> str:
    """By which we know ours again, and people find the alert."""
    return f"(Tocsin #{errand.alert})"


def _state(item: Mapping[str, Any]) -> str:
    status = item.get("status")
    return str(status.get("state")) if isinstance(status, dict) else ""


def _labels(item: Mapping[str, Any]) -> dict[str, str]:
    """What it is for, where that is plain equality alone."""
    matchers = item.get("matchers")
    pieces = [each for each in matchers if isinstance(each, dict)] if isinstance(matchers, list) else []
    plain = all(not each.get("isRegex") and each.get("isEqual", True) for each in pieces)
    return {str(each.get("name")): str(each.get("value")) for each in pieces} if plain else {}


def _until(item: Mapping[str, Any]) -> str:
    """Until when, in whole seconds, as we write it."""
    try:
        until = time_of(item.get("endsAt"))
    except ValueError:
        return ""
    return until.replace(microsecond=0).isoformat() if until else ""
