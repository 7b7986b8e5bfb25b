"""Who is on call, and whose shift it was and will be; and what people override.

For others: `on_call` says who has it at a time, `next_on_call` who comes next, `shift_of` and `last_shift` are
somebody's present shift and the one that ended last.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bot.alerts.errors import Refused
from bot.alerts.oncall import AHEAD, Override, Shift, coming, effective, last_ended, lasting, line, planned
from bot.alerts.oncall_ports import Rota
from bot.alerts.oncall_views import OnCallView, OnDuty, RotaView
from bot.alerts.oncall_words import Wish
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.usecases.permission import require
from bot.usecases.visibility import Reader

#: The rota that serves every route without one of its own; where there is a single one, that does.
DEFAULT: Final = "default"

#: How far back it is looked for somebody's last shift, and how long what calendars said is kept.
BACK, KEPT = timedelta(weeks=12), timedelta(days=400)

#: The longest override.
LONGEST: Final = timedelta(days=31)

#: A moment, as a span in which shifts are looked for.
_MOMENT: Final = timedelta(microseconds=1)


def rota_named(uow: UnitOfWork, name: str = "") -> Rota | None:
    """A rota; without a name the one that serves whatever names none. None where there is no such rota."""
    rotas = uow.rotas.all()
    if name:
        return next((rota for rota in rotas if rota.name == name), None)
    return next((rota for rota in rotas if rota.name == DEFAULT), rotas[0] if len(rotas) == 1 else None)


def require_rota(uow: UnitOfWork, name: str = "") -> Rota:
    """Raises Refused("noRota") with the names that there are."""
    rota = rota_named(uow, name)
    if rota is None:
        raise Refused("noRota", name=name, known=[rota.name for rota in uow.rotas.all()])
    return rota


def shifts_of(uow: UnitOfWork, rota: Rota, since: datetime, until: datetime) -> list[Shift]:
    """Those that last at some time between the two, with what people override; people by Entra object id where they
    are known."""
    base = uow.rotas.shifts(rota.name, since, until) if rota.feeds else planned(rota.layers, since, until)
    overrides = uow.rotas.overrides(since, until, rota=rota.name)
    known = _known(uow, {shift.who for shift in base})
    resolved = [replace(shift, who=known.get(shift.who, shift.who)) for shift in base]
    return [shift for shift in effective(resolved, overrides) if shift.starts_at < until and shift.ends_at > since]


def on_call(uow: UnitOfWork, at: datetime, rota: str = "") -> tuple[OnDuty, ...]:
    """Who is on call at a time: the first one is paged first. Empty where nobody is, or there is no such rota."""
    found = rota_named(uow, rota)
    return () if found is None else _on_duty(uow, found, lasting(shifts_of(uow, found, at, at + _MOMENT), at))


def next_on_call(uow: UnitOfWork, at: datetime, rota: str = "", *, limit: int = 5) -> tuple[OnDuty, ...]:
    """Whose shifts begin after a time, soonest first."""
    found = rota_named(uow, rota)
    if found is None:
        return ()
    return _on_duty(uow, found, coming(shifts_of(uow, found, at, at + AHEAD), at)[:limit])


def in_line(uow: UnitOfWork, at: datetime, rota: str = "") -> list[tuple[OnDuty, ...]]:
    """Whom to page one after the other: level by level, then whoever comes next."""
    found = rota_named(uow, rota)
    if found is None:
        return []
    shifts = shifts_of(uow, found, at, at + AHEAD)
    first = {shift.who: shift for shift in reversed([*lasting(shifts, at), *coming(shifts, at)])}
    return [_on_duty(uow, found, [first[who] for who in group]) for group in line(shifts, at)]


def shift_of(uow: UnitOfWork, person: str, at: datetime) -> Shift | None:
    """Somebody's shift that lasts at a time, by any rota."""
    for rota in uow.rotas.all():
        for shift in shifts_of(uow, rota, at, at + _MOMENT):
            if shift.who == person and shift.lasts_at(at):
                return shift
    return None


def last_shift(uow: UnitOfWork, person: str, at: datetime) -> Shift | None:
    """Somebody's shift that ended last, by any rota; None where it was long ago, or never."""
    found = [last_ended(shifts_of(uow, rota, at - BACK, at), person, at) for rota in uow.rotas.all()]
    return max((shift for shift in found if shift is not None), key=lambda shift: shift.ends_at, default=None)


def _on_duty(uow: UnitOfWork, rota: Rota, shifts: Iterable[Shift]) -> tuple[OnDuty, ...]:
    shifts = list(shifts)
    people = uow.people.many({shift.who for shift in shifts})
    return tuple(OnDuty(shift, rota.name, people.get(shift.who)) for shift in shifts)


def _known(uow: UnitOfWork, names: Iterable[str]) -> Mapping[str, str]:
    """Entra object ids by what a rota or a calendar calls people."""
    found: dict[str, str] = {}
    for name in sorted(set(names)):
        if (person := whom(uow, name)) is not None:
            found[name] = person.object_id
    return found


def whom(uow: UnitOfWork, name: str) -> Person | None:
    """Whom a rota or a calendar means: by Entra object id, user principal name, or the whole name, which may stand
    among other words. None for nobody whom we know, or for more than one."""
    low = name.strip().casefold()
    if person := uow.people.many([low]).get(low):
        return person
    if person := uow.people.by_principal_name(low):
        return person
    exact = [person for person in uow.people.by_name(name) if person.name.casefold() == low]
    if len(exact) == 1:
        return exact[0]
    words = f" {' '.join(low.replace('-', ' - ').replace(',', ' ').split())} "
    within = {
        person.object_id: person
        for word in dict.fromkeys(words.split()[:8])
        for person in uow.people.by_name(word)
        if person.name and f" {person.name.casefold().replace('-', ' - ')} " in words
    }
    return next(iter(within.values())) if len(within) == 1 else None


def shown(uow: UnitOfWork, reader: Reader, rota: str = "", *, coming_next: bool = False) -> OnCallView:
    """Who has it now and who comes next: by one rota, by the one of where one asks, or by all. Raises Refused."""
    require(uow, reader, "oncall")
    name = rota or rota_here(uow, reader)
    if name:
        rotas: Sequence[Rota] = [require_rota(uow, name)]
    else:
        rotas = uow.rotas.all()
        require_rota(uow, rotas[0].name if rotas else "")
    views = tuple(_view(uow, found, reader.at, 6 if coming_next else 1) for found in rotas)
    return OnCallView(views, reader.at, coming=coming_next)


def rota_here(uow: UnitOfWork, reader: Reader) -> str:
    """The rota of all routes of where somebody asks; empty where they have none, or several."""
    names = {route.rota for route in uow.routes.of(reader.conversation.id)}
    return names.pop() if len(names) == 1 else ""


def _view(uow: UnitOfWork, rota: Rota, at: datetime, most: int) -> RotaView:
    overrides = tuple(standing_overrides(uow, rota.name, at))
    return RotaView(
        rota=rota,
        now=on_call(uow, at, rota.name),
        next=next_on_call(uow, at, rota.name, limit=most),
        overrides=overrides,
        people=uow.people.many({one.person for one in overrides}),
    )


def take_over(uow: UnitOfWork, reader: Reader, wish: Wish, by: Person) -> Override:
    """Somebody has it for a while, instead of whoever is first by the rota. Raises Refused."""
    require(uow, reader, "oncallOverride")
    found = require_rota(uow, wish.rota or rota_here(uow, reader))
    if wish.ends_at <= max(wish.starts_at, reader.at):
        raise Refused("overridePast")
    if wish.ends_at - wish.starts_at > LONGEST:
        raise Refused("overrideLong", days=LONGEST.days)
    person = _meant(uow, wish.who, by)
    return uow.rotas.override(
        found.name, person.object_id, wish.starts_at, wish.ends_at, made_by=by.name, made_at=reader.at
    )


def _meant(uow: UnitOfWork, words: str, by: Person) -> Person:
    """Raises Refused("overrideWhom") with those whom the words may mean."""
    if words.casefold() in {"me", "i", by.object_id}:
        return by
    if person := whom(uow, words):
        return person
    found = uow.people.by_name(words)
    if len(found) != 1:
        raise Refused("overrideWhom", words=words, names=[person.name for person in found])
    return found[0]


def hand_back(uow: UnitOfWork, reader: Reader, rota: str, by: Person) -> Override:
    """End the newest override that stands: the rota counts again. Raises Refused."""
    require(uow, reader, "oncallOverride")
    found = require_rota(uow, rota or rota_here(uow, reader))
    standing = standing_overrides(uow, found.name, reader.at)
    if not standing:
        raise Refused("noOverride", rota=found.name)
    newest = max(standing, key=lambda one: one.id)
    uow.rotas.end_override(newest.id, at=reader.at, by=by.name)
    return replace(newest, ended_at=reader.at, ended_by=by.name)


def standing_overrides(uow: UnitOfWork, rota: str, at: datetime) -> Sequence[Override]:
    """Those that last, or will."""
    return [one for one in uow.rotas.overrides(at, at + 2 * LONGEST + AHEAD, rota=rota) if one.end > at]
