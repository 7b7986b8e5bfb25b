"""Alerts by what their sources call them: the id in the portal, with or without its prefix, and their incident's id."""

import re
from collections.abc import Collection
from typing import Final

from bot.alerts.condition import Condition, Field, Op, any_of
from bot.alerts.condition_checks import make_test
from bot.alerts.condition_text import to_text
from bot.alerts.ports import UnitOfWork
from bot.usecases.visibility import Reader, scope_of

#: One word with a figure in it, as sources call things; and what may be the beginning of an id.
_ID = re.compile(r"(?=.*[0-9])[\w.@+/-]{3,300}", re.ASCII)
_BEGINNING = re.compile(r"(?=(?:.*[0-9]){6})[0-9a-z_-]{8,300}", re.ASCII | re.IGNORECASE)

#: Alerts that one id may stand for: each source has its own ids.
MOST: Final = 10


def may_be_id(text: str) -> bool:
    """Whether a source might call something so."""
    return _ID.fullmatch(text.strip()) is not None


def called(uow: UnitOfWork, reader: Reader, ids: Collection[str]) -> list[int]:
    """The numbers of the alerts that a source calls so, or whose incident it calls so, of those that one may see."""
    scope = scope_of(uow, reader)
    found = [number for number in uow.alerts.called(ids) if uow.alerts.in_scope(number, scope)]
    for incident in uow.incidents.called(ids) if not found else ():
        found += [alert.number for alert in uow.incidents.page(incident, scope, offset=0, limit=MOST)]
    return found[:MOST]


def widened(uow: UnitOfWork, reader: Reader, text: str, ids: Collection[str]) -> str:
    """What somebody searches for, as a filter; where it may be an id, that of an alert or of an incident is meant, too.

    `ids` are the names that it may stand for.
    """
    word = text.strip()
    if not may_be_id(word):
        return text
    scope = scope_of(uow, reader)
    ways: list[Condition] = [make_test(Field("words"), Op.IS, word)]
    ways += [make_test(Field("external"), Op.STARTS, one) for one in sorted(set(ids)) if _BEGINNING.fullmatch(one)]
    incidents = [number for number in uow.incidents.called(ids) if uow.incidents.in_scope(number, scope)]
    ways += [make_test(Field("incident"), Op.IS, str(number)) for number in incidents]
    return to_text(any_of(*ways)) if len(ways) > 1 else text
