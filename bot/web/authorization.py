"""Who may report alerts: each source has tokens of its own, sent as a bearer token or used to sign the body."""

import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from bot.alerts.ports import Clock
from bot.alerts.signing import digest

#: How old a signature may be, and how far a sender's clock may be ahead.
SIGNATURE_AGE = timedelta(minutes=5)


class SourceTokens:
    """Checks requests. More than one token a source, so that one can be replaced without a gap."""

    def __init__(self, tokens: Mapping[str, Sequence[str]], clock: Clock) -> None:
        self._tokens = {source: tuple(token.encode() for token in given) for source, given in tokens.items()}
        self._clock = clock
        self._seen: dict[str, datetime] = {}

    def allows_bearer(self, source: str, authorization: str) -> bool:
        """`Authorization: Bearer <token>`; known before the body is read."""
        scheme, _, given = authorization.partition(" ")
        sent = given.strip().encode("utf-8", "surrogateescape")
        matches = [hmac.compare_digest(sent, token) for token in self._tokens.get(source, ())]
        return scheme.casefold() == "bearer" and any(matches)

    def allows_signature(self, source: str, signature: str, body: bytes) -> bool:
        """`X-Tocsin-Signature: t=<unix seconds>,v1=<hex>`, HMAC-SHA256 over `<t>.<body>`; each counts once.

        That is: once in this process, while it is not forgotten; `signature_key` is for remembering it elsewhere.
        """
        stamp, given = _parts(signature)
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 11):
            return False
        now = self._clock()
        if abs(now - datetime.fromtimestamp(int(stamp), UTC)) > SIGNATURE_AGE:
            return False
        sent = given.encode("utf-8", "surrogateescape")
        matches = [
            hmac.compare_digest(sent, digest(token, stamp, body).encode()) for token in self._tokens.get(source, ())
        ]
        return any(matches) and self._is_new(given, now)

    def forget(self, signature: str) -> None:
        """A request was not taken after all: its signature has not been used."""
        self._seen.pop(_parts(signature)[1], None)

    def _is_new(self, signature: str, now: datetime) -> bool:
        # They are in the order in which they came: those too old to count are in front.
        while self._seen and now - self._seen[oldest := next(iter(self._seen))] > 2 * SIGNATURE_AGE:
            del self._seen[oldest]
        if signature in self._seen:
            return False
        self._seen[signature] = now
        return True


def signature_key(signature: str) -> str:
    """Under which key a used signature is remembered."""
    return f"signature:{_parts(signature)[1]}"


def _parts(signature: str) -> tuple[str, str]:
    """Time and digest of the header, empty where there is none."""
    parts = dict(part.strip().partition("=")[::2] for part in signature.split(","))
    return parts.get("t", ""), parts.get("v1", "")
