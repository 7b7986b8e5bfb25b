"""`GET /exports/{secret}/{name}`: the file of an export, for whoever was given the link, while it holds."""

import logging
import math
from datetime import timedelta
from typing import Final

from aiohttp import web

from bot.alerts.conversation import Limit
from bot.alerts.errors import NotAvailable, Refused
from bot.alerts.export import Export, Form
from bot.alerts.ports import Clock, Store
from bot.alerts.tokens import digest_of
from bot.usecases import exports
from bot.web.pacing import Pace
from bot.web.problems import problem

log = logging.getLogger(__name__)

#: Links that lead nowhere, from one address, before it has to wait; and how often one link may be followed.
FAILURES: Final = (Limit(30, timedelta(minutes=1)),)
FETCHES: Final = (Limit(10, timedelta(minutes=1)),)

_TYPES: Final = {
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.CSV: "text/csv; charset=utf-8",
}

#: A file to keep, not a page to show; and its address, which is a secret, goes nowhere.
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Robots-Tag": "noindex",
}


class ExportFiles:
    """The endpoint."""

    def __init__(self, *, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._failures = Pace(FAILURES)
        self._fetches = Pace(FETCHES)

    async def fetch(self, request: web.Request) -> web.StreamResponse:
        digest, address, now = digest_of(request.match_info["secret"]), request.remote, self._clock()
        is_known = await self._store.read(lambda uow: uow.exports.link(digest) is not None)
        # Behind a proxy all have its address: who guesses shall not keep those waiting who need not.
        if wait := self._fetches.wait(digest) if is_known else self._failures.wait(address):
            return _told(problem(429, "Too many requests.", retry_after=max(1, math.ceil(wait))))
        self._fetches.count(digest) if is_known else self._failures.count(address)
        try:
            export, link = await self._store.write(lambda uow: exports.fetch(uow, digest, now))
        except NotAvailable:
            return _told(problem(404, "There is no such file."))
        except Refused:
            return _told(problem(410, "This link has expired. Ask for another one in Teams: “Get the file”."))
        log.info("export %d: %s is fetched by %s", export.id, export.name, link.person)
        return await self._send(request, export)

    async def _send(self, request: web.Request, export: Export) -> web.StreamResponse:
        response = web.StreamResponse(headers=_HEADERS)
        # The name is ours: letters, digits and hyphens.
        response.headers["Content-Disposition"] = f'attachment; filename="{export.name}"'
        response.headers["Content-Type"] = _TYPES[export.wanted.form]
        response.content_length = export.size
        await response.prepare(request)
        number = 0
        while piece := await self._piece(export, number):
            await response.write(piece)
            number += 1
        await response.write_eof()
        return response

    async def _piece(self, export: Export, number: int) -> bytes:
        return await self._store.read(lambda uow: uow.exports.piece(export.id, number))


def _told(answer: web.Response) -> web.Response:
    answer.headers.update(_HEADERS)
    return answer
