"""What an answer of the Connector means: Microsoft's table of errors, in two words that delivery acts on.

|       status        |             code              | means                                              |
|---------------------|-------------------------------|----------------------------------------------------|
| 412, 429, 502 - 504 | any                           | delayed; 502 and 504 may have delivered a new post |
| 403                 | any                           | forbidden                                          |
| 404                 | ActivityNotFoundInConversation| activity gone                                      |
| 404                 | ConversationNotFound          | conversation gone                                  |
| 413                 | any                           | too large                                          |
| everything else     | any                           | refused: Microsoft asks not to retry it            |
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from bot.alerts.errors import DeliveryDelayed, DeliveryProblem, DeliveryRefused, Refusal
from bot.alerts.waits import retry_after

_RETRIED: Final = frozenset({412, 429, 502, 503, 504})
#: A gateway gave up waiting: what stood behind it may have done the work.
_UNCERTAIN: Final = frozenset({502, 504})
_GONE: Final = {
    "ActivityNotFoundInConversation": Refusal.ACTIVITY_GONE,
    "ConversationNotFound": Refusal.CONVERSATION_GONE,
}


def problem_of(
    status: int, headers: Mapping[str, str], body: bytes, *, creates: bool, now: datetime
) -> DeliveryProblem:
    """The problem behind an answer that is no success; `creates` tells a call that a repetition would do twice."""
    code, message = error_of(body)
    if status in _RETRIED:
        return DeliveryDelayed(
            f"{status} {code}".strip(),
            retry_after=retry_after(headers.get("Retry-After", ""), now=now),
            maybe_delivered=creates and status in _UNCERTAIN,
        )
    return DeliveryRefused(_refusal(status, code), status=status, code=code, message=message)


def error_of(body: bytes) -> tuple[str, str]:
    """The code and the message of an error, ("", "") where there is none.

    They come as `{error: {code, message}}`, as `{code, message}`, and as `{errorCode, message}` whose message is
    JSON in a string with a `subCode`; the whole body may be such a string too.
    """
    code, message = _read(body.decode(errors="replace"), depth=0)
    return _line(code, 100), _line(message, 300)


def _refusal(status: int, code: str) -> Refusal:
    if status == 403:
        return Refusal.FORBIDDEN
    if status == 404:
        return _GONE.get(code, Refusal.REFUSED)
    return Refusal.TOO_LARGE if status == 413 else Refusal.REFUSED


def _read(value: object, *, depth: int) -> tuple[str, str]:
    if depth > 4:
        return "", ""
    if isinstance(value, str):
        try:
            inner = json.loads(value)
        except (ValueError, RecursionError):
            return "", value if depth else ""
        return _read(inner, depth=depth + 1) if isinstance(inner, dict | str) else ("", "")
    if not isinstance(value, dict):
        return "", ""
    if isinstance(value.get("error"), dict):
        return _read(value["error"], depth=depth + 1)
    inner_code, message = _read(value.get("message", ""), depth=depth + 1)
    own = value.get("subCode") or value.get("code") or value.get("errorCode") or ""
    return inner_code or (str(own) if isinstance(own, str | int) else ""), message or _details(value)


def _details(value: Mapping[str, Any]) -> str:
    details = value.get("details")
    return details if isinstance(details, str) else ""


def _line(text: str, longest: int) -> str:
    """One line that may go into a log."""
    return "".join(c if c.isprintable() else " " for c in text)[:longest].strip()
