"""Programs outside: their tokens, and requests with them."""

import io
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.alerts.roles import Role
from bot.usecases import tokens
from storage.store import open_store
from tests.support.town import Answer, Town


@dataclass(frozen=True)
class Program:
    """Somebody with a token."""

    town: Town
    token: str

    async def looks(self, number: int, *, history: object = None, **headers: str) -> Answer:
        query = "" if history is None else f"?history={history}"
        return await self._ask("GET", f"/api/alerts/{number}{query}", None, headers)

    async def does(self, number: object, verb: str, body: Any = None, **headers: str) -> Answer:
        """Bytes go as they are, anything else as JSON; None for no body."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        return await self._ask("POST", f"/api/alerts/{number}/{verb}", data, headers)

    async def _ask(self, method: str, path: str, data: bytes | None, more: dict[str, str]) -> Answer:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if data is not None:
            headers["Content-Type"] = "application/json"
        headers |= {name.replace("_", "-"): text for name, text in more.items()}
        sent = io.BytesIO(data) if data is not None else None
        async with self.town.http.request(method, f"{self.town.bot}{path}", data=sent, headers=headers) as answer:
            return Answer(answer.status, answer.content_type, await answer.json(content_type=None), answer.headers)


async def program(
    town: Town,
    name: str = "flow",
    role: Role = Role.RESPONDER,
    *,
    wants: str = "",
    made_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> Program:
    """A program with a new token."""
    key, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    at = made_at or datetime.now().astimezone()
    async with open_store(town.database_url) as store:
        token = await store.write(
            lambda uow: tokens.add(
                uow, name, key=key, secret=secret, role=role, wants=wants, at=at, expires_at=expires_at
            )
        )
    return Program(town, token)
