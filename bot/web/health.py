"""Whether the process lives, and whether it can do its work."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

from aiohttp import web

from bot.alerts.conversation import Card
from bot.alerts.errors import Busy
from bot.alerts.oncall_ports import Feed
from bot.alerts.ports import Store

#: Seconds for the database to answer.
PATIENCE: Final = 3


async def healthz(_request: web.Request) -> web.Response:
    return web.json_response({"status": "alive"})


class Beats:
    """When each loop of the process last said that it is alive. `patience` is in seconds, by loop."""

    def __init__(self, patience: Mapping[str, float], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._patience = patience
        self._monotonic = monotonic
        self._last = dict.fromkeys(patience, monotonic())
        self._tasks: dict[str, asyncio.Task[Any]] = {}

    def beat(self, loop: str) -> None:
        self._last[loop] = self._monotonic()

    def watch(self, loop: str, task: asyncio.Task[Any]) -> None:
        """Watch a loop that may be quiet for long, but never ends."""
        self._tasks[loop] = task

    def silent(self) -> list[str]:
        """The loops that have not been heard of for too long, or have ended."""
        now = self._monotonic()
        quiet = [loop for loop, patience in self._patience.items() if now - self._last[loop] > patience]
        return quiet + [loop for loop, task in self._tasks.items() if task.done() and loop not in quiet]


class ReadyStore(Store, Protocol):
    """A store that can tell whether it takes writes."""

    async def healthy(self) -> None:
        """Raises Busy where nothing can be written."""
        ...


class Readiness:
    """`/readyz`: 200 where alerts are taken in and can be posted, 503 with the reason where not."""

    def __init__(self, store: ReadyStore, beats: Beats, keys_known: Callable[[], int]) -> None:
        self._store = store
        self._beats = beats
        self._keys_known = keys_known

    async def answer(self, _request: web.Request) -> web.Response:
        if silent := self._beats.silent():
            return _answer(503, "notReady", f"Stopped: {', '.join(silent)}. Restart the process.")
        if not self._keys_known():
            return _answer(
                503, "notReady", "The keys with which Teams signs could not be fetched: nobody can speak to us."
            )
        try:
            async with asyncio.timeout(PATIENCE):
                await self._store.healthy()
                channels, refused, rotas = await self._store.read(
                    lambda uow: (len(uow.conversations.subscribed()), uow.cards.refused(limit=1), uow.rotas.all())
                )
        except (Busy, TimeoutError) as busy:
            return _answer(503, "notReady", f"The database does not answer, or takes no writes: {busy!r}")
        return _answer(200, "ready", _note(channels, refused, [feed for rota in rotas for feed in rota.troubled]))


def _note(channels: int, refused: Sequence[tuple[Card, str]], troubled: Sequence[Feed]) -> str:
    if not channels:
        return "No channel is subscribed: alerts are kept, and the first subscription posts the newest ones."
    if troubled:
        first = troubled[0]
        return f"{channels} subscribed. A calendar of rota {first.rota} cannot be read: {first.why}."
    if refused:
        ((_, why),) = refused
        note = f"Teams has refused cards for good, the newest because of {why}; see `tocsin retry --list`."
        return f"{channels} subscribed. {note}"
    return f"{channels} subscribed"


def _answer(status: int, word: str, why: str) -> web.Response:
    return web.Response(status=status, text=json.dumps({"status": word, "why": why}), content_type="application/json")
