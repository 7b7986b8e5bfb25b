"""Tokens of programs: named, with a permission role, shown once. They are `tocsin_<key>_<secret>`."""

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot.alerts.roles import Role

_FORM: Final = re.compile(r"tocsin_(?P<key>[0-9a-f]{12})_(?P<secret>[A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What is kept of a token. `wants` are the alerts that it may see, as a condition is typed; empty for all."""

    id: int
    name: str
    key: str
    digest: str = field(repr=False)
    role: Role
    wants: str = ""
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    def is_good(self, at: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)

    def is_of(self, text: str) -> bool:
        """Whether a text is this token; compared in the same time wherever it differs."""
        return hmac.compare_digest(digest_of(text), self.digest)


def written(key: str, secret: str) -> str:
    return f"tocsin_{key}_{secret}"


def key_of(text: str) -> str | None:
    """The key of a token, None where the text cannot be one."""
    match = _FORM.fullmatch(text)
    return match["key"] if match else None


def digest_of(text: str) -> str:
    """It is long and random, so that a plain digest tells nothing of it."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
