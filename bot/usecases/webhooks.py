"""Webhooks come and go: operators say who is told of what."""

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from bot.alerts.condition import ConditionError, tests_of
from bot.alerts.condition_checks import ME
from bot.alerts.condition_sense import is_contradiction
from bot.alerts.condition_text import parse, to_text
from bot.alerts.errors import TocsinError
from bot.alerts.history import Kind
from bot.alerts.ports import UnitOfWork
from bot.alerts.webhook import Webhook, WebhookState

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")

#: How long the secret before signs too, after it was changed.
OLD_SECRET: Final = timedelta(days=1)


def checked_name(name: str) -> str:
    """Raises TocsinError."""
    if not _NAME.fullmatch(name):
        raise TocsinError(f"{name[:60]!r} is no name: letters, digits, dots, dashes, at most 40")
    return name


def checked_filter(text: str) -> str:
    """A filter as it is kept, empty for everything. Raises TocsinError."""
    if not text.strip():
        return ""
    try:
        wants = parse(text)
    except ConditionError as error:
        raise TocsinError(f"the filter is not right at {error.position}: {error.message}") from None
    if any(test.field.name == "assignee" and ME in test.values for test in tests_of(wants)):
        raise TocsinError("“me” means nobody here: name the person")
    if is_contradiction(wants):
        raise TocsinError("no alert can ever fit this filter: it contradicts itself")
    return to_text(wants)


def checked_kinds(words: Collection[str]) -> frozenset[Kind]:
    """The kinds of events that are meant; none for all. Raises TocsinError."""
    unknown = [word for word in words if word not in set(Kind)]
    if unknown:
        raise TocsinError(f"there is no event {unknown[0][:40]!r}; there are {', '.join(Kind)}")
    return frozenset(map(Kind, words))


def add(
    uow: UnitOfWork, name: str, url: str, *, secret: str, wants: str, kinds: Collection[Kind], at: datetime
) -> None:
    """Tell it of everything that happens from now on. Its address was checked."""
    if uow.webhooks.find(name) is not None:
        raise TocsinError(f"there is a webhook {name} already: remove it first, or choose another name")
    uow.webhooks.add(name, url, secret=secret, wants=wants, kinds=kinds, at=at)


def remove(uow: UnitOfWork, name: str) -> None:
    uow.webhooks.remove(named(uow, name).id)


def pause(uow: UnitOfWork, name: str) -> None:
    uow.webhooks.set_state(named(uow, name).id, WebhookState.PAUSED)


def resume(uow: UnitOfWork, name: str) -> None:
    """Go on, at once, after a pause, after it was gone, or while it rests."""
    uow.webhooks.set_state(named(uow, name).id, WebhookState.ACTIVE)


def change_secret(uow: UnitOfWork, name: str, *, secret: str, at: datetime) -> None:
    """Sign with another secret from now on, and for a day with the one before too."""
    uow.webhooks.change_secret(named(uow, name).id, secret, old_until=at + OLD_SECRET)


def try_again(uow: UnitOfWork, name: str, at: datetime) -> int:
    """Send what was given up; how many events."""
    return uow.webhooks.try_again(named(uow, name).id, at)


def named(uow: UnitOfWork, name: str) -> Webhook:
    webhook = uow.webhooks.find(name)
    if webhook is None:
        raise TocsinError(f"there is no webhook {name[:60]!r}; `tocsin webhook list` names them")
    return webhook
