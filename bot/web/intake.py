"""`POST /api/alerts/{source}`: alerts come in, and are answered for once they are kept."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from aiohttp import web

from bot.alerts.ports import Clock, Store
from bot.alerts.signing import SIGNATURE_HEADER
from bot.sources.outcome import BadPayload, Parsed, Rejection
from bot.usecases.report_alert import Reported
from bot.web.authorization import SourceTokens, signature_key
from bot.web.bodies import read_body
from bot.web.gathering import Gathering
from bot.web.problems import problem

#: The largest body, in bytes.
BODY_LIMIT = 8 * 1024 * 1024

#: From here on a body is read in a thread, in bytes.
LARGE = 256 * 1024


class Intake:
    """The endpoint. A source without a token in the settings takes nothing in."""

    def __init__(
        self,
        *,
        parsers: Mapping[str, Callable[[bytes], Parsed]],
        tokens: SourceTokens,
        store: Store,
        clock: Clock,
        grouping: bool = False,
    ) -> None:
        self._parsers = parsers
        self._tokens = tokens
        self._store = store
        self._clock = clock
        self._gathering = Gathering(store=store, clock=clock, grouping=grouping)

    async def receive(self, request: web.Request) -> web.Response:
        source = request.match_info["source"]
        parse = self._parsers.get(source)
        if parse is None:
            return problem(404, f"There is no source of that name; there are {', '.join(sorted(self._parsers))}.")
        body = await self._body(request, source)
        if isinstance(body, web.Response):
            return body
        signature = request.headers.get(SIGNATURE_HEADER)
        try:
            if signature is not None and await self._is_used(signature):
                return _unauthorized()
            # A large page takes a while to read; presses do not wait for it.
            parsed = await asyncio.to_thread(parse, body) if len(body) > LARGE else parse(body)
            kept = await self._gathering.keep(parsed.reports)
            if signature is not None:
                await self._use(signature)
        except BadPayload as bad:
            return problem(
                400, f"{bad.pointer or 'The body'} {bad.why}.", pointer=bad.pointer, rejected=_named(bad.rejected)
            )
        except BaseException:
            # Whatever it was, the sender may send it again as it is.
            self._tokens.forget(signature or "")
            raise
        return _accepted(kept, parsed)

    async def _is_used(self, signature: str) -> bool:
        """Whether another process, or one before, has taken a request with this signature."""
        key = signature_key(signature)
        return await self._store.read(lambda uow: uow.presses.known(key))

    async def _use(self, signature: str) -> None:
        """Only after its reports are kept: a request that failed half-way may be sent again, and harms nothing."""
        key, now = signature_key(signature), self._clock()
        await self._store.write(lambda uow: uow.presses.first_time(key, now))

    async def _body(self, request: web.Request, source: str) -> bytes | web.Response:
        """The body of a sender who may report, or the answer to one who may not."""
        signature = request.headers.get(SIGNATURE_HEADER)
        if signature is None and not self._tokens.allows_bearer(source, request.headers.get("Authorization", "")):
            return _unauthorized()
        body = await read_body(request, BODY_LIMIT)
        if isinstance(body, web.Response):
            return body
        if signature is not None and not self._tokens.allows_signature(source, signature, body):
            return _unauthorized()
        return body


def _unauthorized() -> web.Response:
    answer = problem(401, "A valid token of this source is required.")
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _accepted(kept: Sequence[Reported], parsed: Parsed) -> web.Response:
    body = {
        "alerts": [reported.number for reported in kept],
        "opened": sum(reported.opened for reported in kept),
        "changed": sum(reported.changed and not reported.opened for reported in kept),
        "rejected": _named(parsed.rejected),
        "notes": [{"pointer": note.pointer, "why": note.why} for note in parsed.notes],
    }
    return web.json_response(body, status=202)


def _named(rejected: Sequence[Rejection]) -> list[dict[str, object]]:
    return [{"index": bad.index, "pointer": bad.pointer, "why": bad.why} for bad in rejected]
