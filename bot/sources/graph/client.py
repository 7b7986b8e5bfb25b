"""Microsoft Graph over HTTP, as the app itself: answers as JSON, page by page.

Graph's own errors: https://learn.microsoft.com/graph/errors. It throttles with 429 and `Retry-After`.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, Final, Protocol

import aiohttp
from yarl import URL

from bot.alerts.errors import DeliveryDelayed, TocsinError
from bot.transport import CALL_TIMEOUT, read_limited

Json = dict[str, Any]

_MAX_ANSWER: Final = 16 * 1024 * 1024

#: More pages than any list here has: an answer that always names a next page must not keep us for ever.
_MAX_PAGES: Final = 5_000


class GraphProblem(TocsinError):
    """Graph did not do it. `status` is 0 where it did not answer; `code` and `words` are Graph's own."""

    def __init__(self, status: int, code: str = "", words: str = "", *, retry_after: timedelta | None = None) -> None:
        super().__init__(f"Graph answered {status} {code}".strip() if status else f"Graph did not answer: {code}")
        self.status = status
        self.code = code
        self.words = words
        self.retry_after = retry_after


class Tokens(Protocol):
    """Gives bearer tokens for Graph. `token` raises DeliveryDelayed where none is to be had."""

    async def token(self) -> str: ...

    def invalidate(self, stale: str) -> None: ...


class Graph:
    """Calls Graph below `url`, such as `https://graph.microsoft.com`."""

    def __init__(self, *, session: aiohttp.ClientSession, tokens: Tokens, url: str) -> None:
        self._session = session
        self._tokens = tokens
        self._root = URL(url)

    async def get(self, path: str) -> Json:
        """The answer to a GET of a path such as `/v1.0/users/…`. Raises GraphProblem."""
        return await self._call("GET", self._root.join(URL(path, encoded=True)), None, {})

    async def pages(
        self,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        before: Callable[[], Awaitable[None]] | None = None,
    ) -> AsyncIterator[list[Json]]:
        """The `value` of each page of a list, to its end; `before` each it waits. Raises GraphProblem."""
        for _ in range(_MAX_PAGES):
            if before is not None:
                await before()
            items, path = await self.page(path, headers=headers)
            yield items
            if not path:
                return
        raise GraphProblem(200, "the list has no end")

    async def page(self, path: str, *, headers: Mapping[str, str] | None = None) -> tuple[list[Json], str]:
        """The `value` of one page of a list, and where the next one is, or "". Raises GraphProblem."""
        url = self._root.join(URL(path, encoded=True))
        if url.origin() != self._root.origin():
            raise GraphProblem(200, "the next page is elsewhere")  # our token goes nowhere else
        answer = await self._call("GET", url, None, headers or {})
        items = [item for item in answer.get("value", ()) if isinstance(item, dict)]
        return items, str(answer.get("@odata.nextLink") or "")

    async def call(self, method: str, path: str, body: Json | None = None) -> Json:
        """A call that changes something. Raises GraphProblem."""
        return await self._call(method, self._root.join(URL(path, encoded=True)), body, {})

    async def _call(self, method: str, url: URL, body: Json | None, headers: Mapping[str, str]) -> Json:
        token = await self._token()
        try:
            return await self._once(method, url, body, headers, token)
        except GraphProblem as problem:
            if problem.status != 401:
                raise
        self._tokens.invalidate(token)
        return await self._once(method, url, body, headers, await self._token())

    async def _once(self, method: str, url: URL, body: Json | None, headers: Mapping[str, str], token: str) -> Json:
        sent = {**headers, "Authorization": f"Bearer {token}", "Accept": "application/json"}
        try:
            async with self._session.request(
                method, url, json=body, headers=sent, timeout=CALL_TIMEOUT, allow_redirects=False
            ) as response:
                content = await read_limited(response.content, _MAX_ANSWER)
                return _answer(response.status, response.headers.get("Retry-After", ""), content)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise GraphProblem(0, type(error).__name__) from None

    async def _token(self) -> str:
        try:
            return await self._tokens.token()
        except DeliveryDelayed as delayed:
            raise GraphProblem(0, str(delayed)) from None


def _answer(status: int, retry_after: str, content: bytes | None) -> Json:
    if status == 204 and not content:
        return {}
    try:
        answer = json.loads(content or b"")
    except (ValueError, RecursionError):
        answer = None
    if 200 <= status < 300 and isinstance(answer, dict):
        return answer
    error = answer.get("error") if isinstance(answer, dict) else None
    code = str(error.get("code", ""))[:80] if isinstance(error, dict) else "no JSON object"
    seconds = int(retry_after) if retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 7 else None
    words = str(error.get("message", ""))[:500] if isinstance(error, dict) else ""
    raise GraphProblem(status, code, words, retry_after=timedelta(seconds=seconds) if seconds is not None else None)
