"""Small readings that every source needs: times, web addresses, entity keys, what pydantic did not like."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import PlainValidator, ValidationError

from bot.sources.outcome import BadPayload

#: Longest identity and entity key: both are indexed, and an index has a limit.
KEY_LENGTH = 200
_URL_LENGTH = 2_048


def time_of(value: object) -> datetime | None:
    """An ISO time in UTC, microseconds at most.

    Null, "" and the years 1 and 9999, which is how Go and .NET write none and for ever, are None.

    A time without a zone counts as UTC. Raises ValueError for anything else.
    """
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise ValueError("must be a date and time")  # noqa: TRY004 - pydantic wants a ValueError
    try:
        time = datetime.fromisoformat(value.upper())
        if time.year in (1, 9999):
            return None
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("is not an ISO 8601 date and time") from None


#: A field of a pydantic model that is read with `time_of`.
Time = Annotated[datetime | None, PlainValidator(time_of)]


def web_url(value: str | None, *, schemes: tuple[str, ...] = ("https",)) -> str:
    """The address if it is an absolute one that can be shown to people; else nothing."""
    if not value or len(value) > _URL_LENGTH:
        return ""
    value = value.strip()
    if any(character.isspace() for character in value):
        return ""
    try:
        parts = urlsplit(value)
        # A name before the host makes one site look like another.
        usable = parts.scheme in schemes and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return ""
    return value if usable else ""


def entity_key(kind: str, value: str) -> str:
    """The stable key of a piece of evidence, `kind:value` in lower case; long values by their hash."""
    value = value.strip().lower()
    return bounded(f"{kind.lower()}:{value}") if value else ""


def bounded(key: str) -> str:
    """The key, or its beginning and its hash where it is longer than KEY_LENGTH."""
    if len(key) <= KEY_LENGTH:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()
    return f"{key[: KEY_LENGTH - len(digest) - 1]}~{digest}"


def scalar_text(value: object) -> str | None:
    """How a JSON scalar is shown; None for null, objects and arrays."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) else None


def problem(error: ValidationError, pointer: str) -> BadPayload:
    """The first thing that pydantic did not like, as a pointer and plain words."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    why = _WORDS.get(first["type"]) or first["msg"].removeprefix("Value error, ")
    return BadPayload(pointer + pointer_to(first["loc"]), why)


def pointer_to(path: tuple[int | str, ...]) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def object_at(value: Any, pointer: str) -> Mapping[str, Any]:  # noqa: ANN401 - any JSON value
    """The value if it is an object; raises BadPayload if not."""
    if not isinstance(value, dict):
        raise BadPayload(pointer, "must be an object")
    return value


_WORDS = {
    "missing": "is required",
    "string_type": "must be a string",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
    "list_type": "must be an array",
    "dict_type": "must be an object",
    "model_type": "must be an object",
}
