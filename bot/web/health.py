"""Whether the process lives, and whether it can do its work."""

import json

from aiohttp import web

from bot.alerts.errors import Busy
from bot.alerts.ports import Store


async def healthz(_request: web.Request) -> web.Response:
    return web.json_response({"status": "alive"})


class Readiness:
    """`/readyz`: 200 where alerts are taken in and can be posted, 503 with the reason where not."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def answer(self, _request: web.Request) -> web.Response:
        try:
            channels = await self._store.read(lambda uow: len(uow.conversations.subscribed()))
        except Busy as busy:
            return _answer(503, "notReady", f"The database does not answer: {busy}")
        if not channels:
            note = "No channel is subscribed: alerts are kept, and the first subscription posts the newest ones."
            return _answer(200, "ready", note)
        return _answer(200, "ready", f"{channels} subscribed")


def _answer(status: int, word: str, why: str) -> web.Response:
    return web.Response(status=status, text=json.dumps({"status": word, "why": why}), content_type="application/json")
