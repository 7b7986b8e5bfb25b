"""Who is on call when: turns of a rota, shifts of a calendar, and what people override. Pure functions of time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

#: How far ahead it is looked for who comes next.
AHEAD: Final = timedelta(weeks=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Somebody's time. `who` is as the rota names them: an Entra object id, a user principal name, or a name.

    It lasts from `starts_at` on and before `ends_at`. `level` 0 is paged first, 1 after it, and so on.
    """

    who: str
    starts_at: datetime
    ends_at: datetime
    level: int = 0
    #: The id of the override that it comes from.
    override: int | None = None

    def lasts_at(self, moment: datetime) -> bool:
        return self.starts_at <= moment < self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """People who take turns of so many days; several may share one. Handed over at a wall time of a zone."""

    turns: tuple[tuple[str, ...], ...]
    days: int
    at: time
    zone: str
    #: A day of handover, on which the first turn begins; those before it are counted back.
    begins: date
    level: int = 0

    def shifts(self, since: datetime, until: datetime) -> Iterator[Shift]:
        """Those that last at any time between the two, oldest first."""
        first = self._turn_at(since) - 1
        last = self._turn_at(until) + 1
        for turn in range(first, last + 1):
            start, end = self._start(turn), self._start(turn + 1)
            if start < until and end > since:
                for who in self.turns[turn % len(self.turns)]:
                    yield Shift(who=who, starts_at=start, ends_at=end, level=self.level)

    def _turn_at(self, moment: datetime) -> int:
        return (moment.astimezone(ZoneInfo(self.zone)).date() - self.begins).days // self.days

    def _start(self, turn: int) -> datetime:
        """By the wall clock: a turn over a change of clocks is an hour longer or shorter, and none is lost."""
        day = self.begins + timedelta(days=turn * self.days)
        return datetime.combine(day, self.at, tzinfo=ZoneInfo(self.zone)).astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Somebody has it for a while, instead of whoever is first by the rota."""

    id: int
    rota: str
    #: An Entra object id.
    person: str
    starts_at: datetime
    ends_at: datetime
    made_by: str
    made_at: datetime
    #: When somebody took it back, or ended it early, and who.
    ended_at: datetime | None = None
    ended_by: str = ""

    @property
    def end(self) -> datetime:
        """When it is over, as things stand; not later than it began where it never came to be."""
        return self.ends_at if self.ended_at is None else max(self.starts_at, min(self.ends_at, self.ended_at))


def planned(layers: Iterable[Layer], since: datetime, until: datetime) -> list[Shift]:
    """The shifts of a rota as it stands in the settings."""
    return [shift for layer in layers for shift in layer.shifts(since, until)]


def effective(shifts: Iterable[Shift], overrides: Sequence[Override]) -> list[Shift]:
    """The shifts that count, in the order of their time: an override takes the place of the first level, and a newer
    one that of an older one."""
    newest_first = sorted(overrides, key=lambda one: one.id, reverse=True)
    taken: list[tuple[datetime, datetime]] = []
    found: list[Shift] = []
    for one in newest_first:
        own = Shift(who=one.person, starts_at=one.starts_at, ends_at=one.end, override=one.id)
        found += _without(own, taken)
        taken.append((one.starts_at, one.end))
    for shift in shifts:
        found += [shift] if shift.level else _without(shift, taken)
    return sorted(found, key=lambda shift: (shift.starts_at, shift.level, shift.ends_at, shift.who))


def _without(shift: Shift, taken: Iterable[tuple[datetime, datetime]]) -> list[Shift]:
    """What is left of a shift, in at most one piece more for each time that is taken."""
    left = [shift] if shift.starts_at < shift.ends_at else []
    for start, end in taken:
        if start >= end:
            continue
        left = [
            piece
            for one in left
            for piece in (
                replace(one, ends_at=min(one.ends_at, start)),
                replace(one, starts_at=max(one.starts_at, end)),
            )
            if piece.starts_at < piece.ends_at
        ]
    return left


def lasting(shifts: Iterable[Shift], at: datetime) -> list[Shift]:
    """Whose time it is, first the lowest level; nobody twice."""
    found: dict[str, Shift] = {}
    for shift in sorted((one for one in shifts if one.lasts_at(at)), key=lambda one: (one.level, one.starts_at)):
        found.setdefault(shift.who, shift)
    return list(found.values())


def coming(shifts: Iterable[Shift], at: datetime) -> list[Shift]:
    """What begins after a moment, soonest first."""
    return sorted((one for one in shifts if one.starts_at > at), key=lambda one: (one.starts_at, one.level))


def line(shifts: Sequence[Shift], at: datetime) -> list[tuple[str, ...]]:
    """Whom to page, in this order: whoever is on call, level by level; then whoever comes next. Nobody twice."""
    groups: dict[int, list[str]] = {}
    for shift in lasting(shifts, at):
        groups.setdefault(shift.level, []).append(shift.who)
    order = [tuple(groups[level]) for level in sorted(groups)]
    known = {who for group in order for who in group}
    for shift in coming(shifts, at):
        if shift.who not in known:
            known.add(shift.who)
            order.append((shift.who,))
    return order


def last_ended(shifts: Iterable[Shift], who: str, at: datetime) -> Shift | None:
    """Somebody's shift that ended last, at a moment or before it."""
    return max(
        (one for one in shifts if one.who == who and one.ends_at <= at), key=lambda one: one.ends_at, default=None
    )
