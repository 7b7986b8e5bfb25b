"""Whom the settings name: people, groups and directory roles, as an operator writes them."""

import re
from collections.abc import Mapping
from typing import Final

from bot.alerts.condition_values import squash
from bot.alerts.condition_vocabulary import SERVICES
from bot.alerts.roles import Grant

_GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

#: Template ids of Entra's directory roles, the same in every tenant.
#: https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
DIRECTORY_ROLES: Final[Mapping[str, str]] = {
    "globaladministrator": "62e90394-69f5-4237-9190-012177145e10",
    "securityadministrator": "194ae4cb-b126-40b2-bd5b-6091b380977d",
    "securityoperator": "5f2222b1-57c3-48ba-8ad5-d4759f1fde6f",
    "securityreader": "5d6b6bb7-de71-4623-b4af-96380a352509",
    "globalreader": "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
    "complianceadministrator": "17315797-102d-40b4-93e0-432062caca18",
}


def read_grant(text: str) -> Grant:
    """From `<object id>, group:<object id>, role:Security reader`. Raises ValueError naming what is no such thing."""
    people: set[str] = set()
    groups: set[str] = set()
    for item in (part.strip() for part in text.split(",")):
        kind, colon, name = item.partition(":")
        kind, name = (kind.strip().lower(), name.strip()) if colon else ("", item)
        number = name.lower() if kind != "role" else DIRECTORY_ROLES.get(squash(name), name.lower())
        if not item:
            continue
        if kind not in ("", "group", "role") or not _GUID.fullmatch(number):
            raise ValueError(
                f"{item!r} is neither a person's object id, nor group:<object id>, nor role:<directory role>; the roles"
                " known by name are Global administrator, Security administrator, Security operator, Security reader,"
                " Global reader and Compliance administrator"
            )
        if kind:
            groups.add(f"{kind}:{number}")
        else:
            people.add(number)
    return Grant(frozenset(people), frozenset(groups))


def read_service(word: str) -> str:
    """The service source that a word of the filters (`office365`, `endpoint`) means. Raises ValueError."""
    service = SERVICES.get("words", {}).get(squash(word))
    if service is None:
        raise ValueError(f"{word!r} is no service source such as office365 or endpoint")
    return service
