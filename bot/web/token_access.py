"""Who may use the API: programs that show a token, as often as they may."""

import math
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from aiohttp import web

from bot.alerts.conversation import Limit
from bot.alerts.errors import Busy
from bot.alerts.ports import Clock, Store
from bot.alerts.tokens import Token, digest_of
from bot.usecases import tokens
from bot.web.pacing import Pace
from bot.web.problems import problem

#: Tokens that are not good, from one address, before it has to wait. Behind a proxy everybody has the proxy's, so
#: tokens that were good a while ago are let in all the same.
FAILURES: Final = (Limit(30, timedelta(minutes=1)),)
REMEMBERED: Final = timedelta(minutes=10)


class TokenAccess:
    """The door of the API."""

    def __init__(self, *, store: Store, clock: Clock, limits: Sequence[Limit]) -> None:
        self._store = store
        self._clock = clock
        self._pace = Pace(limits)
        self._failures = Pace(FAILURES)
        self._good: dict[str, datetime] = {}

    async def admit(self, request: web.Request) -> Token | web.Response:
        """The token of a request, or the answer to one that has none that is good. Known before the body is read."""
        scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
        text, now, address = shown.strip(), self._clock(), request.remote
        digest = digest_of(text)
        if digest not in self._good and (wait := self._failures.wait(address)):
            return _too_many(wait)
        good = scheme.casefold() == "bearer"
        token = await self._store.read(lambda uow: tokens.shown(uow, text, now)) if good else None
        if token is None:
            self._good.pop(digest, None)
            self._failures.count(address)
            return _unauthorized()
        self._remember(digest, now)
        if wait := self._pace.wait(token.id):
            return _too_many(wait)
        self._pace.count(token.id)
        await self._note(token, now)
        return token

    async def _note(self, token: Token, now: datetime) -> None:
        """When it was last used: not worth refusing anybody for."""
        since = now - tokens.USE_NOTED
        if token.last_used_at is None or token.last_used_at < since:
            with suppress(Busy):
                await self._store.write(lambda uow: uow.tokens.used(token.id, now, unless_since=since))

    def _remember(self, digest: str, now: datetime) -> None:
        # Those that were used longest ago are in front.
        self._good.pop(digest, None)
        self._good[digest] = now
        while now - self._good[oldest := next(iter(self._good))] > REMEMBERED:
            del self._good[oldest]


def _unauthorized() -> web.Response:
    answer = problem(401, "A valid token is required: `tocsin token add` makes one.")
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _too_many(wait: float) -> web.Response:
    return problem(429, "Too many requests.", retry_after=max(1, math.ceil(wait)))
