"""Signatures of bodies, in and out: `t=<unix seconds>,v1=<hex>`, HMAC-SHA256 over `<t>.<body>`."""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime
from typing import Final

SIGNATURE_HEADER: Final = "X-Tocsin-Signature"


def digest(secret: bytes, stamp: str, body: bytes) -> str:
    """The hex digest of a body that was signed at a time, in Unix seconds."""
    return hmac.digest(secret, stamp.encode() + b"." + body, hashlib.sha256).hex()


def signature(secrets: Iterable[str], at: datetime, body: bytes) -> str:
    """The header's value: one digest for each secret, so that a receiver can change over from one to the next."""
    stamp = str(int(at.timestamp()))
    return ",".join([f"t={stamp}", *(f"v1={digest(secret.encode(), stamp, body)}" for secret in secrets)])
