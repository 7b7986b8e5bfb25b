"""Secrets are never shown: whatever is about to be printed goes through here, whoever wrote it."""

import re
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import unquote, urlsplit

#: Variables whose value is a secret, or has one in an address.
_SECRET: Final = re.compile(r"PASSWORD|_TOKEN|SECRET|CLIENT_STATE", re.IGNORECASE)
_ROTA: Final = re.compile(r"TOCSIN_ROTA_[A-Z0-9_]+")

#: Shorter ones would take ordinary words with them.
_SHORTEST: Final = 4


def secrets_of(environment: Mapping[str, str], more: Iterable[str] = ()) -> frozenset[str]:
    """All that must not be seen."""
    found = set(more)
    for name, value in environment.items():
        if _SECRET.search(name):
            found |= {value, *value.split()}
        elif _ROTA.fullmatch(name):
            found |= {word for word in value.split() if "://" in word}
    found |= _passwords(environment.get("TOCSIN_DATABASE_URL", ""))
    return frozenset(each for each in found if len(each) >= _SHORTEST)


def hide(text: str, secrets: Iterable[str]) -> str:
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "…")
    return text


def _passwords(url: str) -> set[str]:
    try:
        password = urlsplit(url).password or ""
    except ValueError:
        return {url}
    return {password, unquote(password)}
