"""Rotas as they are kept, and what the storage does for them, as protocols."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Protocol

from bot.alerts.oncall import Layer, Override, Shift
from bot.alerts.rota_text import feeds_of, is_feed, read_rota


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A calendar of a rota, and how it went when it was read last. `level` is its place among those of the rota."""

    rota: str
    level: int
    #: What the server calls the state that we have; sent back to ask for news only.
    etag: str = ""
    modified: str = ""
    #: When it was read last; None for never.
    read_at: datetime | None = None
    #: Since when it cannot be read, and why; None while it can.
    failed_since: datetime | None = None
    why: str = ""
    #: What of it is not understood, in words; empty for nothing.
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rota:
    """A rota of the settings: turns as they are written there, or calendars that are read now and then."""

    name: str
    #: The turns; of calendars only a mark by which a change of their addresses shows.
    text: str
    zone: str
    feeds: tuple[Feed, ...] = ()

    @property
    def layers(self) -> tuple[Layer, ...]:
        return () if self.feeds else _layers(self.text, self.zone)

    @property
    def troubled(self) -> tuple[Feed, ...]:
        return tuple(feed for feed in self.feeds if feed.failed_since is not None)


def declared(name: str, text: str, zone: str) -> Rota:
    """A rota as the settings have it. Of the addresses of calendars only a mark is kept: they may hold a secret."""
    if not is_feed(text):
        return Rota(name=name, text=text, zone=zone)
    mark = hashlib.sha256("\n".join(feeds_of(text)).encode()).hexdigest()
    feeds = tuple(Feed(rota=name, level=level) for level in range(len(feeds_of(text))))
    return Rota(name=name, text=mark, zone=zone, feeds=feeds)


@lru_cache(maxsize=256)
def _layers(text: str, zone: str) -> tuple[Layer, ...]:
    return read_rota(text, zone)


class Rotas(Protocol):
    """What the settings say of rotas is kept, so that whoever has a unit of work knows who is on call."""

    def declare(self, rotas: Collection[Rota]) -> None:
        """These are the rotas, and no others. A calendar whose address has changed begins anew."""
        ...

    def all(self) -> Sequence[Rota]:
        """By name."""
        ...

    def shifts(self, rota: str, since: datetime, until: datetime) -> list[Shift]:
        """What a rota's calendars said of a time."""
        ...

    def keep_shifts(self, feed: Feed, shifts: Collection[Shift], *, now: datetime) -> None:
        """Its calendar was read: what it says from now on takes the place of what it said. The past stays as it was
        known then."""
        ...

    def note(self, feed: Feed) -> None:
        """How it went where nothing new came of it."""
        ...

    def forget_before(self, at: datetime) -> None: ...

    def overrides(self, since: datetime, until: datetime, *, rota: str | None = None) -> list[Override]:
        """Those that are meant for some of a time, of one rota or of all, oldest first."""
        ...

    def override(
        self, rota: str, person: str, starts_at: datetime, ends_at: datetime, *, made_by: str, made_at: datetime
    ) -> Override: ...

    def end_override(self, override: int, *, at: datetime, by: str) -> None: ...

    def declare_plans(self, plans: Mapping[str, str]) -> None:
        """The plans of escalation, by severity, as they are written."""
        ...

    def plans(self) -> Mapping[str, str]: ...
