"""Answers to requests that went wrong: always `application/problem+json` (RFC 9457), never a trace."""

import json
from typing import Any

from aiohttp import web


def problem(status: int, title: str, *, retry_after: int | None = None, **facts: Any) -> web.Response:  # noqa: ANN401
    """A problem document. `facts` are further members, such as `pointer` to the field that is wrong."""
    headers = {"Retry-After": str(retry_after)} if retry_after is not None else None
    body = json.dumps({"type": "about:blank", "title": title, "status": status, **facts})
    return web.Response(status=status, text=body, content_type="application/problem+json", headers=headers)
