"""Signatures that were used: each counts once, and those too old to count are not kept."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

from bot.web.authorization import SIGNATURE_AGE, SourceTokens

NOW = datetime(2026, 11, 21, 3, 15, tzinfo=UTC)
BODY = b"{}"


def signed(at: datetime) -> str:
    stamp = int(at.timestamp())
    return f"t={stamp},v1={hmac.digest(b'secret', f'{stamp}.'.encode() + BODY, hashlib.sha256).hex()}"


def test_those_that_have_aged_out_are_forgotten_and_the_others_are_not_looked_at() -> None:
    now = NOW
    tokens = SourceTokens({"graph": ["secret"]}, lambda: now)
    for second in range(100):
        now = NOW + timedelta(seconds=second)
        assert tokens.allows_signature("graph", signed(now), BODY)
    kept = tokens._seen
    now = NOW + 2 * SIGNATURE_AGE + timedelta(seconds=50)
    assert tokens.allows_signature("graph", signed(now), BODY)
    assert tokens._seen is kept, "it is not made anew at every request"
    assert len(kept) == 51
    assert not tokens.allows_signature("graph", signed(now), BODY)
